"""Named checks whose outcome hangs on answers about single values: what each asks.

A check that is not here, nor in `flat_checks`, has its unit put into the tree each time it may apply.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

from hpedi.acceptance.checks.situational_claims import DIAGNOSES, REVISIONS
from hpedi.acceptance.rules.paths import ANY
from hpedi.acceptance.screens.questions import Answer, Question, is_any, itself
from hpedi.service_dates import read_d8, write_d8

_SERVICE: Final = "DTP[434|472]"
_DAY: Final = 8
_PHONE: Final = 10
_SOME_TIME: Final = timedelta(days=730)
"""What happened so long before a set was made, or since, is told apart: who was born before that time and served in it
was born before the service; a code that was in force all the time was so on any day in it.
"""
_REASONS: Final = (2, 5, 8, 11, 14, 17)


KNOWN_EARLY: Final = frozenset({"subscriber_without_claim"})
"""Checks at the end of a loop that find nothing then if they find nothing when its first unit begins."""


class Asks(NamedTuple):
    """What a check asks.

    Attributes:
        questions: By segment id, with qualifiers where only segments of these are asked: `DTP[434|472]`.
        decides: Whether the answers decide; else it finds nothing where all of them are true, and may where one is not.
        whatever_given: Whether that holds whatever a rule gives in `with`.
    """

    questions: tuple[tuple[str, Question], ...]
    decides: bool = True
    whatever_given: bool = False


def _each(segment_id: str, elements: tuple[int, ...], answer: Answer) -> tuple[tuple[str, Question], ...]:
    return tuple((segment_id, Question(element, None, answer)) for element in elements)


def _is_phone(text: str) -> bool:
    return len(text) == _PHONE and text.isdecimal()


def _revision(qualifier: str) -> int:
    return REVISIONS.get(qualifier, 0)


def _is_in_order(period: str) -> bool:
    first, dash, last = period.partition("-")
    return not dash or first <= last


def _is_done_by(made: str, period: str) -> bool:
    """Say whether a day, or a span of days, is over by the day a set was made."""
    return period.isdigit() and len(period) == _DAY and period <= made if "-" not in period else _ends_by(made, period)


def _ends_by(made: str, period: str) -> bool:
    first, _, last = period.partition("-")
    return len(first) == len(last) == _DAY and first.isdigit() and last.isdigit() and first <= last <= made


def _starts_from(day: str, period: str) -> bool:
    return period[:_DAY].isdigit() and period[:_DAY] >= day


def _is_within(first: str, last: str, period: str) -> bool:
    """Say whether a day, or each end of a span of days, lies between two days."""
    return all(first <= part[:_DAY] <= last and part[:_DAY].isdigit() for part in period.split("-"))


def _is_before(day: str, birth: str) -> bool:
    return birth < day


def _is_none_of(codes: frozenset[str], code: str) -> bool:
    return code not in codes


_ORDERED: Final[Mapping[str, tuple[str, str, str]]] = {
    "hospital_dates_reversed": ("DTP", "435", "096"),
    "care_dates_reversed": ("DTP", "090", "091"),
    "disability_dates_reversed": ("DTP", "360", "361"),
    "work_dates_reversed": ("DTP", "297", "296"),
    "statement_dates_reversed": ("DTM", "232", "233"),
    "service_dates_reversed": ("DTM", "150", "151"),
}
_ALWAYS: Final[Mapping[str, Asks]] = MappingProxyType(
    {
        "address_incomplete": Asks(_each("N4", (2, 3, 4), is_any)),
        "phone_malformed": Asks(
            (*_each("PER", (3, 5, 7), itself), *_each("PER", (4, 6, 8), _is_phone)),
        ),
        "pointer_gap": Asks((("SV1", Question(7, None, itself)), ("SV3", Question(11, None, itself)))),
        "subscriber_without_claim": Asks(_each("HL", (4,), itself)),
        "patient_not_said": Asks(_each("SBR", (2,), is_any)),
        "diagnoses_mixed": Asks((("HI", Question(ANY, 1, _revision)),)),
        "diagnosis_pointer_wrong": Asks(
            (
                ("HI", Question(ANY, 1, DIAGNOSES.__contains__)),
                ("HI", Question(ANY, None, is_any)),
                ("SV1", Question(7, None, itself)),
                ("SV3", Question(11, None, itself)),
            )
        ),
        "primary_payer_missing": Asks(_each("SBR", (1,), itself)),
        "range_reversed": Asks((("DTP", Question(3, None, _is_in_order)),), False),
        "adjustment_gap": Asks(_each("CAS", _REASONS, is_any)),
        "adjustment_group_repeats": Asks((*_each("CAS", (1,), itself), *_each("CAS", (17,), is_any))),
        "adjustment_reason_repeats": Asks(_each("CAS", (1, *_REASONS), itself)),
        **{
            name: Asks(_each(segment_id, (1,), partial(_is_none_of, frozenset({first, last}))), False)
            for name, (segment_id, first, last) in _ORDERED.items()
        },
    }
)


def window_of(made: str) -> tuple[str, str] | None:
    """Return the days from two years before a set was made until then; None where its day is none."""
    try:
        day = read_d8(made)
    except ValueError:
        return None
    return write_d8(day - _SOME_TIME), made


def value_checks(made: str) -> Mapping[str, Asks]:
    """Return what the checks ask in a set that was made on a day.

    Args:
        made: BHT04, or BPR16 of an 835; empty where there is none.
    """
    window_of_set = window_of(made)
    if window_of_set is None:
        return _ALWAYS
    earlier, _ = window_of_set
    over: Callable[[str], Hashable] = partial(_is_done_by, made)
    service = ((_SERVICE, Question(3, None, over)),)
    window: Callable[[str], Hashable] = partial(_is_within, earlier, made)
    in_window = Asks((("DTP[434|435|472]", Question(3, None, window)),), decides=False)
    recent = (
        (_SERVICE, Question(3, None, partial(_starts_from, earlier))),
        ("DMG", Question(2, None, partial(_is_before, earlier))),
    )
    return {
        **_ALWAYS,
        "service_starts_after_transaction": Asks(service, decides=False),
        "service_ends_after_transaction": Asks(service, decides=False),
        "birth_after_service": Asks(recent, decides=False),
        "date_after_transaction": Asks((("DTP", Question(3, None, over)),), decides=False, whatever_given=True),
        "service_after_payment": Asks((("DTM", Question(2, None, over)),), decides=False),
        "codes on service": in_window,
        "codes on statement": in_window,
        "codes on admission": in_window,
        "codes on remittance": Asks(()),
        "birth_after_transaction": Asks((("DMG", Question(2, None, partial(_is_before, earlier))),), decides=False),
    }
