"""What adjudication decides: the money of a claim to the cent, and why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from hpedi.benefits.accumulators import AccumulatorEntry
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.model import Model
from hpedi.money import Usd


class TrailStep(Model, frozen=True, kw_only=True):
    """One step of the explanation of a decision.

    Attributes:
        stage: The stage, for example cost_share.
        rule: The rule, for example deductible.
        line: Service line number; 0 for the claim.
        parameter: The dated parameter used, in words (`copay 30.00 per visit`); empty if none.
        source: Where the parameter stands: record id and version, rule file, statute.
        inputs: Named inputs as text; no names of people.
        amounts: Named amounts in US dollars after the step.
    """

    stage: str
    rule: str
    line: int = 0
    parameter: str = ""
    source: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    amounts: tuple[tuple[str, Usd], ...] = ()


class LineDecision(Model, frozen=True, kw_only=True):
    """The decision on a service line; `charged` less all adjustments is `paid`."""

    number: int  # LX01
    code: str
    modifiers: tuple[str, ...]
    date: date
    units_billed: Decimal
    units_paid: Decimal
    charged: Usd
    allowed: Usd
    paid: Usd
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()  # RARC, LQ*HE
    control_number: str = ""  # REF*6R
    benefit: str = ""  # id of the benefit row that applied
    copay: Usd = Decimal("0.00")  # what of the member's share is a copay
    denied: bool = False


class ClaimDecision(Model, frozen=True, kw_only=True):
    """The decision on a claim, final for its version.

    Attributes:
        payer_claim_control_number: The claim decided.
        version: Its version.
        snapshot: Id of the reference snapshot used.
        member: Our member id; empty where the member is not recognised.
        family: Our family id; empty likewise.
        plan: Plan id; empty where no coverage was found.
        provider: Our id of the billing provider: the payee.
        status: CLP02.
        status277: Claim status category and code, for example F1:65.
        lines: Line decisions in LX order.
        adjustments: Claim-level adjustments.
        remarks: Claim-level RARC (MOA).
        coverage_ended: Last covered day, where the claim is denied because coverage had ended (835 DTM*036).
        entries: What the decision adds to accumulators.
        trail: Why, in order.
    """

    payer_claim_control_number: str
    version: int = 1
    snapshot: int
    member: str = ""
    family: str = ""
    plan: str = ""
    provider: str
    status: str
    status277: str
    lines: tuple[LineDecision, ...]
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()
    coverage_ended: date | None = None
    entries: tuple[AccumulatorEntry, ...] = ()
    trail: tuple[TrailStep, ...] = ()

    unshown: ClassVar[frozenset[str]] = frozenset({"trail"})

    @property
    def charged(self) -> Usd:
        """CLP03."""
        return sum((line.charged for line in self.lines), Decimal("0.00"))

    @property
    def paid(self) -> Usd:
        """CLP04: what the plan pays the provider."""
        at_claim = sum((adjustment.amount for adjustment in self.adjustments), Decimal("0.00"))
        return sum((line.paid for line in self.lines), Decimal("0.00")) - at_claim

    @property
    def patient_responsibility(self) -> Usd:
        """CLP05: the sum of all PR adjustments."""
        every = (*self.adjustments, *(adjustment for line in self.lines for adjustment in line.adjustments))
        return sum((adjustment.amount for adjustment in every if adjustment.group == "PR"), Decimal("0.00"))


class Pend(Model, frozen=True, kw_only=True):
    """A claim that is not decided: somebody must look at it, or a rule it needs is not decided here yet.

    Attributes:
        payer_claim_control_number: The claim.
        version: Its version.
        snapshot: Id of the reference snapshot used.
        member: Our member id; empty where the member is not recognised.
        reason: Our pend code, or the name of the feature the claim needs.
        message: What it waits for, in a sentence, without names of people.
        status277: Claim status category and code, for example P2:46.
        line: The service line concerned; 0 for the claim.
        trail: How far deciding came, and why it stopped.
    """

    payer_claim_control_number: str
    version: int = 1
    snapshot: int
    member: str = ""
    reason: str
    message: str
    status277: str
    line: int = 0
    trail: tuple[TrailStep, ...] = ()

    unshown: ClassVar[frozenset[str]] = frozenset({"trail"})


class PastLine(Model, frozen=True, kw_only=True):
    """A line of the member's history, as far as later claims need it: duplicates, one copay a visit."""

    payer_claim_control_number: str
    line: int
    member: str
    billing_npi: str
    date: date
    code: str
    modifiers: tuple[str, ...]
    units: Decimal
    charged: Usd
    paid: Usd
    benefit: str = ""
    copay: Usd = Decimal("0.00")
    denied: bool = False
