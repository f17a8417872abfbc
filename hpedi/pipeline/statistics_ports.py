"""What the pipeline asks of the books to say what they come to: sums, a question each, nothing sealed opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hpedi.money import ZERO, Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeCounted:
    """An interchange that was received: whose, when, and what its receipt keeps of it."""

    partner: str
    usage: str
    received_on: date
    verdict: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedOn:
    """What was decided on a day, reversals with their minus; amounts in US dollars.

    Attributes:
        first: First decisions of claims.
        untouched: Those of them that no person looked at: the claim never waited, and nobody overrode a rule.
        corrected: Decisions made anew.
        reversed: Decisions taken back.
    """

    day: date
    first: int
    untouched: int
    corrected: int
    reversed: int
    charged: Usd
    allowed: Usd
    paid: Usd
    patient_responsibility: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """What went out at one moment: decisions in payments, and what the payments come to, US dollars."""

    at: datetime
    claims: int
    amount: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class PendedSince:
    """Claims that wait for one reason, received on one day; US dollars."""

    reason: str
    received_on: date
    claims: int
    charged: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class DeniedFor:
    """Lines that stand denied for one reason: how many, of how many claims, and US dollars.

    Attributes:
        reason: Group and code, for example CO-29.
    """

    reason: str
    lines: int
    claims: int
    amount: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsAlike:
    """Payments of one method (BPR04) in one state, US dollars."""

    method: str
    state: str
    count: int
    amount: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much waits for one thing, since when at the longest, and what it charges or pays, US dollars."""

    what: str
    count: int
    oldest: datetime | None = None
    amount: Usd = ZERO


class Statistics(Protocol):
    """Sums over the books."""

    def interchanges(self, since: date, until: date) -> tuple[InterchangeCounted, ...]:
        """Return what was received from a day to a day, in the order of arrival."""

    def quarantined(self, since: date, until: date) -> Sequence[str]:
        """Return the finding codes of each file in quarantine that was received from a day to a day."""

    def last_heard(self) -> Sequence[tuple[str, str, datetime]]:
        """Return partner, usage and moment of the last interchange of each."""

    def decided(self, since: date, until: date) -> tuple[DecidedOn, ...]:
        """Add up what was decided from a day to a day, a day each."""

    def paid_out(self, since: datetime, before: datetime) -> tuple[PaidOut, ...]:
        """Add up what went out from a moment on and before another, a moment each; what was replaced counts once."""

    def pends(self) -> tuple[PendedSince, ...]:
        """Count the claims that wait."""

    def denials(self, since: date, until: date) -> tuple[DeniedFor, ...]:
        """Count lines denied by decisions from a day to a day that stand, most claims first."""

    def payments(self, since: date, until: date = date.max) -> tuple[PaymentsAlike, ...]:
        """Add up the payments of runs from a day to a day."""

    def waiting(self) -> tuple[Waiting, ...]:
        """Return what is to be done yet."""
