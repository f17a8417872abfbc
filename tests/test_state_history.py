"""Histories of states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from hpedi.state_history import HasHistory, StateEvent, WrongState, check_way


class Light(StrEnum):
    """States of a traffic light that is taken down one day."""

    RED = "red"
    GREEN = "green"
    GONE = "gone"


WAYS = {Light.RED: frozenset({Light.GREEN}), Light.GREEN: frozenset({Light.RED, Light.GONE}), Light.GONE: frozenset()}
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing(HasHistory[Light]):
    """What has a light."""

    history: tuple[StateEvent[Light], ...]


def test_what_has_a_history_stands_where_it_went_last() -> None:
    """The first event tells who asked, the last one where it stands and until when."""
    put_up = StateEvent(state=Light.RED, at=AT, by="person:kim")
    taken_down = StateEvent(state=Light.GONE, at=AT, by="person:lee", last_day=date(2026, 3, 31))
    crossing = Crossing(history=(put_up, taken_down))
    assert (crossing.state, crossing.last_day, crossing.asked_by) == (Light.GONE, date(2026, 3, 31), "person:kim")


@pytest.mark.parametrize("stands", Light)
@pytest.mark.parametrize("to", Light)
def test_a_thing_goes_only_where_a_way_leads(stands: Light, to: Light) -> None:
    """Anything else is refused by the thing's name and where it stands."""
    if to in WAYS[stands]:
        check_way("light 7", stands, to, WAYS)
        return
    with pytest.raises(WrongState, match=f"^light 7 is {stands}$"):
        check_way("light 7", stands, to, WAYS)
