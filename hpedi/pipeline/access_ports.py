"""What the pipeline asks of the outside about grants and ERA enrolments. The shell fulfils it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from hpedi.access.control import MailedPin
from hpedi.access.era_enrolment import EnrolmentState, EraEnrolment
from hpedi.access.grants import Grant, GrantState, ProviderId
from hpedi.access.organisations import OrganisationKind


class Grants(Protocol):
    """What providers granted organisations."""

    def request(self, asked: Grant) -> int:
        """Keep a request with its history so far; return its number."""

    def change(self, grant: Grant, state: GrantState, why: str = "") -> Grant:
        """Bring a grant into another state, and return it as it stands then."""

    def find(self, grant: int) -> Grant | None:
        """Return a grant by its number."""

    def of_organisation(self, organisation_id: str) -> tuple[Grant, ...]:
        """Return what an organisation asked for and has."""

    def for_providers(self, providers: Sequence[ProviderId]) -> tuple[Grant, ...]:
        """Return what anybody asked for or has for some providers."""

    def all(self) -> tuple[Grant, ...]:
        """Return every grant."""

    def third_party_of_partner(self, partner: str) -> str | None:
        """Return the third party (organisation id) that sends as a trading partner; None where none does."""

    def house_of_partner(self, partner: str) -> tuple[str, OrganisationKind] | None:
        """Return the organisation (id and kind) that is registered as a trading partner; None where none is."""

    def kind_of(self, organisation_id: str) -> OrganisationKind | None:
        """Return what an organisation is; None where there is none."""

    def pin(self, grant: int) -> MailedPin | None:
        """Return the PIN that was last mailed for a request."""

    def pin_digest(self, grant: int, pin: str) -> str:
        """Return what is kept of a PIN for a request."""

    def add_attempt(self, grant: int, at: datetime, *, is_right: bool) -> int:
        """Remember an attempt to prove control; return how many were wrong so far."""


class EraEnrolments(Protocol):
    """Who receives the 835s of which provider."""

    def request(self, asked: EraEnrolment) -> int:
        """Keep an enrolment with its history so far; return its number."""

    def change(
        self, enrolment: EraEnrolment, state: EnrolmentState, why: str, last_day: date | None = None
    ) -> EraEnrolment:
        """Bring an enrolment into another state, and return it as it stands then."""

    def find(self, enrolment: int) -> EraEnrolment | None:
        """Return an enrolment by its number."""

    def of_provider(self, provider: ProviderId) -> tuple[EraEnrolment, ...]:
        """Return the enrolments of a Tax ID and NPI, and those of all NPIs of the Tax ID."""

    def all(self) -> tuple[EraEnrolment, ...]:
        """Return every enrolment."""

    def lock(self, provider: ProviderId) -> None:
        """Keep others from changing the enrolments of a Tax ID until the transaction ends."""
