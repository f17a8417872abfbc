"""ERA enrolment: a provider names the trading partner that receives its 835s, from a day on.

A provider is named by Tax ID and NPI, or by its Tax ID for all of its NPIs; the names of what is enrolled are those of
the CAQH CORE ERA enrolment data set (rule 382). Pure: who may ask and decide is `decision`'s matter, who receives then
`remittance_receiver`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from hpedi.access.grants import ProviderId
from hpedi.state_history import HasHistory, StateEvent, check_way

ENROLMENT: Final = "era enrolment"
"""The kind of thing, as in mappings/access/roles.yaml."""

ALL_NPIS: Final = ""
"""The NPI of an enrolment that is for all NPIs of its Tax ID."""


class EnrolmentState(StrEnum):
    """Where an enrolment stands in its history."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    ENDED = "ended"


class SubmissionReason(StrEnum):
    """Reason for Submission; an enrolment that stands is cancelled by its end."""

    NEW = "New Enrollment"
    CHANGE = "Change Enrollment"


class Aggregation(StrEnum):
    """Preference for Aggregation of Remittance Data."""

    TIN = "Provider Tax Identification Number (TIN)"
    NPI = "National Provider Identifier (NPI)"


NEXT_STATES: Final[Mapping[EnrolmentState, frozenset[EnrolmentState]]] = {
    EnrolmentState.REQUESTED: frozenset({EnrolmentState.APPROVED, EnrolmentState.DENIED, EnrolmentState.ENDED}),
    EnrolmentState.APPROVED: frozenset({EnrolmentState.ENDED}),
    EnrolmentState.DENIED: frozenset(),
    EnrolmentState.ENDED: frozenset({EnrolmentState.ENDED}),
}
"""Where an enrolment may go; the last day of one that ends may be brought forward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EraEnrolment(HasHistory[EnrolmentState]):
    """Who receives the 835s of a provider.

    Attributes:
        id: Our number of it.
        provider: Tax ID and NPI; the NPI is ALL_NPIS where it is for all of them.
        funding_account: Our id of the account that the payments come from.
        receiver: The trading partner (reference data) that is named.
        submission: Why it was submitted.
        start: Requested ERA effective date.
        asked_in: The organisation that asked; empty for the payer, on the provider's behalf.
        history: Every state it had, oldest first; never empty.
    """

    id: int
    provider: ProviderId
    funding_account: str
    receiver: str
    submission: SubmissionReason
    start: date
    asked_in: str = ""
    history: tuple[StateEvent[EnrolmentState], ...]

    @property
    def approved_at(self) -> datetime | None:
        """When it was approved; None where it never was."""
        return next((event.at for event in self.history if event.state is EnrolmentState.APPROVED), None)

    @property
    def aggregation(self) -> Aggregation:
        """By what the provider wants its remittance data put together."""
        return Aggregation.TIN if self.provider.npi == ALL_NPIS else Aggregation.NPI

    def is_for(self, provider: ProviderId) -> bool:
        """Say whether it is for a provider."""
        return self.provider.tax_id == provider.tax_id and self.provider.npi in {ALL_NPIS, provider.npi}

    def is_in_force(self, day: date) -> bool:
        """Say whether it was approved and holds on a day."""
        return self.approved_at is not None and self.start <= day and (self.last_day is None or day <= self.last_day)

    def stands(self, day: date) -> str:
        """Return in a word how it stands on a day: requested, denied, approved (it starts later), active or ended."""
        if self.approved_at is None or (self.last_day is not None and self.last_day < max(day, self.start)):
            return self.state.value
        return "active" if self.start <= day else EnrolmentState.APPROVED.value


def check_change(enrolment: EraEnrolment, state: EnrolmentState) -> None:
    """Let an enrolment be brought into a state.

    Raises:
        WrongState: It cannot go there from where it stands.
    """
    check_way(f"enrolment {enrolment.id}", enrolment.state, state, NEXT_STATES)


def in_order(enrolments: Iterable[EraEnrolment], provider: ProviderId, day: date) -> tuple[EraEnrolment, ...]:
    """Return the enrolments of a provider that are in force on a day, the one that counts first.

    One for the NPI goes before one for all NPIs of the Tax ID; where two persons approved one each at the same moment,
    the later of them counts.
    """
    held = [each for each in enrolments if each.is_for(provider) and each.is_in_force(day)]
    return tuple(sorted(held, key=lambda each: (each.provider.npi == ALL_NPIS, -_approved(each), -each.id)))


def _approved(enrolment: EraEnrolment) -> float:
    return enrolment.approved_at.timestamp() if enrolment.approved_at is not None else 0.0


def replaced_by(enrolment: EraEnrolment, others: Iterable[EraEnrolment]) -> tuple[EraEnrolment, ...]:
    """Return the approved enrolments of the same provider and account that end where one starts."""
    eve = enrolment.start - timedelta(days=1)
    key = (enrolment.provider, enrolment.funding_account)
    return tuple(
        each
        for each in others
        if (each.provider, each.funding_account) == key
        and each.id != enrolment.id
        and each.approved_at is not None
        and (each.last_day is None or each.last_day > eve)
    )
