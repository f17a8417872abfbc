"""What a provider has granted an organisation: requested, then approved, denied or revoked, with dates and areas.

A provider is a Tax ID and an NPI together. An organisation that has shown a provider to be its own holds a grant of
its own for it; whoever works there as approver decides on what others ask for. Pure: who asks whether it may is
`decision`'s matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from hpedi.state_history import HasHistory, StateEvent, check_way


class ProviderId(NamedTuple):
    """A provider as third parties name it."""

    tax_id: str
    npi: str


class Area(StrEnum):
    """What a grant lets an organisation do for a provider."""

    SUBMIT = "submit"
    CLAIMS = "claims"
    REMITTANCE = "remittance"
    ELIGIBILITY = "eligibility"
    STATUS = "status"


class GrantState(StrEnum):
    """Where a grant stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    REVOKED = "revoked"


NEXT_STATES: Final[Mapping[GrantState, frozenset[GrantState]]] = {
    GrantState.REQUESTED: frozenset({GrantState.APPROVED, GrantState.DENIED, GrantState.REVOKED}),
    GrantState.APPROVED: frozenset({GrantState.REVOKED}),
    GrantState.DENIED: frozenset(),
    GrantState.REVOKED: frozenset(),
}
"""Where a grant may go from where it stands; who was denied or revoked asks anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(HasHistory[GrantState]):
    """What an organisation may do for a provider.

    Attributes:
        id: Our number of it.
        organisation: Who may act.
        provider: For whom.
        is_own: The organisation is the provider itself, by proof of control.
        areas: What for.
        usage: P production or T test (ISA15); the organisation's own for production holds for both.
        start: First day.
        end: Last day; None is open.
        approver: The account (login) that was asked to decide; empty where it is the organisation's own.
        history: Every state it had, oldest first; never empty.
    """

    id: int
    organisation: str
    provider: ProviderId
    is_own: bool
    areas: frozenset[Area]
    usage: str
    start: date
    end: date | None
    approver: str = ""
    history: tuple[StateEvent[GrantState], ...]

    def is_in_force(self, day: date) -> bool:
        """Say whether it is approved and holds on a day."""
        if self.state is not GrantState.APPROVED:
            return False
        return self.start <= day and (self.end is None or day <= self.end)


def check_change(grant: Grant, state: GrantState) -> None:
    """Let a grant be brought into a state.

    Raises:
        WrongState: It cannot go there from where it stands.
    """
    check_way(f"request {grant.id}", grant.state, state, NEXT_STATES)
