"""What adjudication decides: the money of a claim to the cent, and why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Final, Literal, TypeAlias

from hpedi.adjudication.funding import EmployerCharge, PoolMovement
from hpedi.benefits.accumulators import AccumulatorEntry, Counted
from hpedi.benefits.authorizations import AuthorizationUse
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.model import Model
from hpedi.claims.parties import Name
from hpedi.money import ZERO, Usd

EPISODE_BYTES: Final = 16
"""An episode is named by a digest of so many bytes, two hexadecimal digits each."""

DecisionKind: TypeAlias = Literal["adjudicated", "reversal", "correction"]


class TrailStep(Model, frozen=True, kw_only=True, omit_defaults=True):
    """One step of the explanation of a decision.

    Attributes:
        stage: The stage, for example cost_share.
        rule: The rule, for example deductible.
        line: Service line number; 0 for the claim.
        parameter: The dated parameter used, in words (`copay 30.00 per visit`); empty if none.
        source: Where the parameter stands: record id and version, rule file, statute.
        inputs: Named inputs as text; no names of people.
        amounts: Named amounts in US dollars after the step.
        counters: The accumulators that it counted to.
    """

    stage: str
    rule: str
    line: int = 0
    parameter: str = ""
    source: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    amounts: tuple[tuple[str, Usd], ...] = ()
    counters: tuple[Counted, ...] = ()


class LineDecision(Model, frozen=True, kw_only=True, omit_defaults=True):
    """The decision on a service line; `charged` less all adjustments is `paid`.

    Where the claim is priced as one, adjustments stand with the claim, and `allowed` and `paid` are the line's share.
    """

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
    references: tuple[tuple[str, str], ...] = ()  # REF01 and REF02: APC, G1 ...
    episode: str = ""  # the episode of a case rate that it is a service of (a digest)


class Stay(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What the 835 tells of a claim that is priced as one."""

    covered_charge: Usd  # AMT*AU: the charge less what was denied
    drg: str = ""  # CLP11
    weight: Decimal | None = None  # CLP12
    covered_days: Decimal = Decimal(0)  # QTY*CA
    denied_days: Decimal = Decimal(0)  # QTY*NE


class KnownParties(Model, frozen=True, kw_only=True, omit_defaults=True):
    """Who is known otherwise than the claim says.

    Attributes:
        patient: The patient's name as we know it (NM1*74).
        member_id: The patient's member id, where another was sent (NM1*74).
        priority_payer: The payer that we think pays before us, whose decision the claim lacks (NM1*PR).
        priority_payer_id: Its id.
    """

    patient: Name | None = None
    member_id: str = ""
    priority_payer: str = ""
    priority_payer_id: str = ""

    unshown: ClassVar[frozenset[str]] = frozenset({"patient", "member_id"})


class ClaimDecision(Model, frozen=True, kw_only=True, omit_defaults=True):
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
        status277: Claim status category and code, for example F1:65; a reversal has none.
        kind: A first decision, the reversal of an earlier one (all its amounts negated), or the correction after it.
        of: `<control number>/<version>` of the decision that this one reverses or corrects; empty on a first one.
        reason: Why it was corrected: a name of the payer's recovery rules.
        lines: Line decisions in LX order.
        adjustments: Claim-level adjustments.
        remarks: Claim-level RARC (MOA; MIA where the claim is priced as one).
        stay: Where the claim is priced as one: it has no lines in the 835.
        coverage_ended: Last covered day, where the claim is denied because coverage had ended (835 DTM*036).
        known: Who is known otherwise than the claim says; None where nobody is.
        entries: What the decision adds to accumulators.
        carried: What carries over from last year's accumulators, found by this decision; it stays when the decision is
            taken back.
        subscriber: Our member id of the patient's subscriber; empty where the member is not recognised.
        funding_account: Our id of the account that bears it, where its employer has one of its own; empty: the payer's.
            A correction stays with the account that paid what it corrects (`correction`).
        paid_to_member: US dollars that go to the subscriber instead of the provider, outside the 835.
        pools: What goes into withhold and programme pools.
        employer_charges: What a self-insured employer is charged.
        uses: What it uses of authorisations.
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
    kind: DecisionKind = "adjudicated"
    of: str = ""
    reason: str = ""
    lines: tuple[LineDecision, ...]
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()
    stay: Stay | None = None
    coverage_ended: date | None = None
    known: KnownParties | None = None
    entries: tuple[AccumulatorEntry, ...] = ()
    carried: tuple[AccumulatorEntry, ...] = ()
    subscriber: str = ""
    funding_account: str = ""
    paid_to_member: Usd = Decimal("0.00")
    pools: tuple[PoolMovement, ...] = ()
    employer_charges: tuple[EmployerCharge, ...] = ()
    uses: tuple[AuthorizationUse, ...] = ()
    trail: tuple[TrailStep, ...] = ()

    unshown: ClassVar[frozenset[str]] = frozenset({"trail"})

    @property
    def charged(self) -> Usd:
        """CLP03."""
        return sum([line.charged for line in self.lines], ZERO)

    @property
    def allowed(self) -> Usd:
        """What the contract allows for the claim."""
        return sum([line.allowed for line in self.lines], ZERO)

    @property
    def paid(self) -> Usd:
        """CLP04: what the plan pays the provider."""
        at_claim = sum([adjustment.amount for adjustment in self.adjustments], ZERO) if self.adjustments else ZERO
        if self.stay is not None:
            return self.charged - at_claim
        return sum([line.paid for line in self.lines], ZERO) - at_claim

    @property
    def patient_responsibility(self) -> Usd:
        """CLP05: the sum of all PR adjustments."""
        every = [*self.adjustments, *(adjustment for line in self.lines for adjustment in line.adjustments)]
        return sum([adjustment.amount for adjustment in every if adjustment.group == "PR"], ZERO)


class Pend(Model, frozen=True, kw_only=True, omit_defaults=True):
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
    """A line of the member's history, as far as later claims need it: duplicates, one copay a visit, case rates.

    Attributes:
        episode: The episode of a case rate that it is a service of (a digest); empty where it is of none.
        code: Of the service; its revenue code where it has none.
        units_paid: Units that were not denied, where some were; None: as billed.
        procedures: ICD-10-PCS codes of the claim, on the first of its lines that is not denied.
        particulars: Teeth, surfaces and drug of the service (`ServiceLine.particulars`).
    """

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
    episode: str = ""
    units_paid: Decimal | None = None
    procedures: tuple[str, ...] = ()
    particulars: str = ""

    @property
    def accepted_units(self) -> Decimal:
        """The units that were not denied."""
        return self.units if self.units_paid is None else self.units_paid
