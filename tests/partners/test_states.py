"""States of a partner: which follows which, and what suspending remembers."""

from __future__ import annotations

import pytest
from msgspec import structs

from hpedi.partners.states import entered, resumed, suspended
from hpedi.reference.partners import PartnerState
from tests.partners.profiles import LAKES


@pytest.mark.parametrize(
    ("held", "wanted", "may"),
    [
        ("draft", "testing", True),
        ("draft", "live", False),
        ("testing", "live", True),
        ("testing", "draft", True),
        ("live", "testing", True),
        ("live", "draft", False),
        ("live", "live", True),
        ("suspended", "live", False),
    ],
)
def test_a_state_follows_another(held: PartnerState, wanted: PartnerState, *, may: bool) -> None:
    """A partner goes from draft to testing to live and steps back one by one; out of suspended it only resumes."""
    before, after = structs.replace(LAKES, state=held), structs.replace(LAKES, state=wanted)
    if may:
        assert entered(before, after) == after
    else:
        with pytest.raises(ValueError, match=f"after {held}"):
            entered(before, after)


@pytest.mark.parametrize("state", ["draft", "testing", "live"])
def test_a_suspended_partner_resumes_as_what_it_was(state: PartnerState) -> None:
    """Suspended twice and resumed, a partner has the state that it had."""
    held = structs.replace(LAKES, state=state)
    gone = suspended(suspended(held))
    assert gone.state == "suspended"
    assert resumed(gone).state == state
    assert entered(held, structs.replace(held, state="suspended")) == gone


def test_resuming_who_is_not_suspended_changes_nothing() -> None:
    """A partner in testing does not go live by being resumed."""
    held = structs.replace(LAKES, state="testing", resumes_as="live")
    assert resumed(held) == held
