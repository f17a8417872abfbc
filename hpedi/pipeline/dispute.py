"""A dispute as it is registered and kept: what a provider says is wrong with decisions, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, TypeAlias

from hpedi.claims.model import Model
from hpedi.money import Usd

DisputeState: TypeAlias = Literal["open", "answered", "closed"]
Outcome: TypeAlias = Literal["upheld", "overturned", "partly"]
"""Our decision stands, it does not, or it does for some of the claims."""
DisputeAction: TypeAlias = Literal["registered", "linked", "answered", "withdrawn", "closed"]


class DisputeEvent(Model, frozen=True, kw_only=True):
    """What somebody did with a dispute.

    Attributes:
        action: What.
        by: Who.
        at: When.
        note: Why, in their words.
    """

    action: DisputeAction
    by: str
    at: datetime
    note: str


class DisputedClaim(Model, frozen=True, kw_only=True):
    """A claim that a dispute is about.

    Attributes:
        claim: Our number.
        filed_late: The dispute came after the days that the contract gives to file one.
    """

    claim: str
    filed_late: bool = False


class Dispute(Model, frozen=True, kw_only=True):
    """A dispute.

    Attributes:
        id: Its number; 0 before it is kept.
        provider: Our id of the provider that disputes.
        grounds: What it is about: a name of rule `disputes`.
        at_stake: US dollars that the provider says it is owed, or does not owe.
        received: The day it came.
        due: The day by which it is to be answered.
        claims: What it is about.
        state: Where it stands.
        outcome: What was answered; empty before.
        reprocessing: Number of the reprocessing that an answer proposed; 0 where none did.
        events: Its history, oldest first.
    """

    id: int = 0
    provider: str
    grounds: str
    at_stake: Usd
    received: date
    due: date
    claims: tuple[DisputedClaim, ...]
    state: DisputeState = "open"
    outcome: Outcome | Literal[""] = ""
    reprocessing: int = 0
    events: tuple[DisputeEvent, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Our numbers of its claims."""
        return tuple(each.claim for each in self.claims)
