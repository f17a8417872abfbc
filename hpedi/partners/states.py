"""The states of a trading partner: what each takes, and which follows which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import structs

from hpedi.reference.partners import Partner, PartnerState

TEST: Final = "T"
"""ISA15 of test data."""

TAKES: Final[Mapping[PartnerState, frozenset[str]]] = {
    "draft": frozenset(),
    "testing": frozenset({TEST}),
    "live": frozenset({TEST, "P"}),
    "suspended": frozenset(),
}
"""The usages (ISA15) that are taken of a partner in each state."""

FOLLOWS: Final[Mapping[PartnerState, frozenset[PartnerState]]] = {
    "draft": frozenset({"testing", "suspended"}),
    "testing": frozenset({"draft", "live", "suspended"}),
    "live": frozenset({"testing", "suspended"}),
    "suspended": frozenset(),
}
"""The states that may follow each one; from suspended a partner only resumes as what it was."""


def entered(held: Partner, wanted: Partner) -> Partner:
    """Return a profile that is to hold after another one, if its state may follow.

    Raises:
        ValueError: It may not.
    """
    if wanted.state == held.state:
        return wanted
    if wanted.state not in FOLLOWS[held.state]:
        allowed = ", ".join(sorted(FOLLOWS[held.state])) or "what `hpedi partner resume` brings back"
        raise ValueError(f"after {held.state} a partner becomes {allowed}")
    return structs.replace(wanted, resumes_as=held.state) if wanted.state == "suspended" else wanted


def suspended(partner: Partner) -> Partner:
    """Return the profile of a suspended partner, which remembers the state that it had."""
    if partner.state == "suspended":
        return partner
    return structs.replace(partner, state="suspended", resumes_as=partner.state)


def resumed(partner: Partner) -> Partner:
    """Return the profile of a partner in the state that it had before it was suspended."""
    return structs.replace(partner, state=partner.resumes_as) if partner.state == "suspended" else partner
