"""A reprocessing as it is proposed and kept: which claims, why, and what each paid and would pay."""

from __future__ import annotations

from typing import Literal, TypeAlias

from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd

ProposalState: TypeAlias = Literal["proposed", "approved", "dropped"]


class Impact(Model, frozen=True, kw_only=True):
    """What reprocessing does to a claim.

    Attributes:
        claim: Our number.
        provider: Our id of the payee.
        paid: US dollars the plan paid.
        would_pay: US dollars it would pay.
        patient: US dollars the patient owed.
        would_owe: US dollars the patient would owe.
        pends: Why the claim cannot be decided again, and so stays as it is; empty where it can.
    """

    claim: str
    provider: str
    paid: Usd
    would_pay: Usd
    patient: Usd
    would_owe: Usd
    pends: str = ""


class Asked(Model, frozen=True, kw_only=True):
    """What is to be decided again, and why.

    Attributes:
        claims: Our numbers, in the order in which they were decided; empty until they were looked up.
        reason: A name of the payer's recovery rules.
        waived: Ids of policies and authorisation rows that an appeal set aside.
        note: Why, in somebody's words.
    """

    claims: tuple[str, ...] = ()
    reason: str
    waived: tuple[str, ...] = ()
    note: str = ""


class Proposal(Model, frozen=True, kw_only=True):
    """A reprocessing.

    Attributes:
        id: Its number; 0 before it is kept.
        asked: What is to be decided again.
        impacts: The claims that would change, or cannot be decided.
        unchanged: How many would come out as before.
        state: Where it stands.
        proposed_by: Who proposed it.
        decided_by: Who approved or dropped it.
    """

    id: int = 0
    asked: Asked
    impacts: tuple[Impact, ...]
    unchanged: int
    state: ProposalState = "proposed"
    proposed_by: str
    decided_by: str = ""

    @property
    def change(self) -> Usd:
        """US dollars that the plan would pay more (negative: less)."""
        return sum((each.would_pay - each.paid for each in self.impacts), ZERO)
