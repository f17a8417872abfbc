"""A claim with everything that deciding it needs, every parameter already the one in force for its date.

Rules read these frozen models and nothing else. Built once for each claim by `stages.resolve`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import msgspec

from hpedi.adjudication.decision import PastLine
from hpedi.adjudication.override import Override
from hpedi.benefits.accumulators import AccumulatorEntry, Balances
from hpedi.benefits.authorizations import UnitsUsed
from hpedi.benefits.membership import MatchedMember
from hpedi.benefits.rows import PlanBenefits
from hpedi.claims.claim import Claim, ReceivedClaim, ServiceLine
from hpedi.claims.model import Model
from hpedi.reference.contracts import ApcRow, Contract, ContractRate, DrgVersion, DrgWeight, FeeVersion
from hpedi.reference.conventions import Conventions
from hpedi.reference.members import CoverageSpan
from hpedi.reference.plans import Benefit, Tier
from hpedi.reference.providers import BillingProvider
from hpedi.reference.reference import Reference


class DayTerms(Model, frozen=True, kw_only=True):
    """What holds for the patient and the billing provider on a date of service.

    Attributes:
        day: The date of service.
        coverage: The patient's coverage; None where there is none, and then nothing below.
        plan: The plan's version in force; None where the plan has none.
        period: First day of the benefit year.
        contract: The provider's contract for the plan's line of business.
        tier: Benefit tier: the contract's, or the one that an emergency or a protected service has.
        protected_at: The facility in the network (our id) where the patient is protected from who is not in it; empty
            where nothing protects, or an emergency does.
    """

    day: date
    coverage: CoverageSpan | None = None
    plan: PlanBenefits | None = None
    period: date = date.min
    contract: Contract | None = None
    tier: Tier | None = None
    protected_at: str = ""


@dataclass(frozen=True, slots=True)
class DrgFound:
    """The DRG of a claim, its weight, and the version of the table; neither where the table does not hold it."""

    drg: str
    row: DrgWeight | None
    version: DrgVersion | None


class LineContext(Model, frozen=True, kw_only=True):
    """A service line with its parameters.

    Attributes:
        line: What was billed.
        terms: What holds on its (first) day.
        last_terms: What holds on its last day; the same object for a service of one day.
        rate: The contract's rate for it.
        fees: The version of the rate's fee schedule in force.
        fee: US dollars for one unit; None where the schedule has none for the code and modifiers.
        fee_key: How the fee was found: code, or code and modifier.
        apc: The row of the rate's APC table.
        missing: What has to be loaded before it can be priced, in words; empty where nothing is missing.
        benefit: The benefit row it falls under.
        tier: Whose accumulators it counts to: the row's override, or the tier of the day.
        place_of_service: The line's, or else the claim's.
    """

    line: ServiceLine
    terms: DayTerms
    last_terms: DayTerms
    rate: ContractRate | None = None
    fees: FeeVersion | None = None
    fee: Decimal | None = None
    fee_key: str = ""
    apc: ApcRow | None = None
    missing: str = ""
    benefit: Benefit | None = None
    tier: Tier | None = None
    place_of_service: str = ""


class ClaimContext(Model, frozen=True, kw_only=True, gc=True):
    """A claim in its context. It holds what reads all past lines, so the garbage collector follows it.

    Attributes:
        received: The claim as it came in.
        reference: The payer's reference data.
        conventions: The payer's conventions for the day of receipt.
        provider: The billing provider.
        matched: The patient among the members; None where not recognised.
        subscriber: The member the claim was submitted under, where the patient is not recognised.
        emergency: The claim is an emergency by the payer's definition.
        lines: Its lines in LX order.
        claim_rate: The rate that prices the claim as one; None where its lines are priced.
        drg: Its DRG, where that rate asks for one.
        history: Lines of other claims of the member on the same days that were not denied.
        balances: Committed accumulator balances.
        bearing: Past lines of the member that rules ask for: of its days, and of episodes and procedures of any day.
        all_past: Returns all past lines of the member; None where `bearing` is all that there are.
        units_used: What committed claims used of the member's authorisations.
        carried: What carries over from last year's accumulators, in `balances` already.
        is_newborn: The patient is a newborn who is decided as the subscriber, who is `matched`.
        is_correction: It corrects an earlier decision, which is rolled back in `history` and `balances`.
        is_approved: Somebody approved it, as what corrects a decision on the same claim; not a provider's replacement.
        denied_before: Groups and codes by which the decision that it corrects denied lines.
        waived: Edits, pend codes, policies and authorisation rows that an appeal or an examiner set aside.
        overrides: What examiners decided of the claim, oldest first.
    """

    received: ReceivedClaim
    reference: Reference
    conventions: Conventions
    provider: BillingProvider
    matched: MatchedMember | None
    subscriber: MatchedMember | None
    emergency: bool
    lines: tuple[LineContext, ...]
    claim_rate: ContractRate | None = None
    drg: DrgFound | None = None
    history: Sequence[PastLine]
    balances: Balances
    bearing: Sequence[PastLine] = ()
    all_past: Callable[[], Sequence[PastLine]] | None = None
    units_used: UnitsUsed = msgspec.field(default_factory=dict)
    carried: tuple[AccumulatorEntry, ...] = ()
    is_newborn: bool = False
    is_correction: bool = False
    is_approved: bool = False
    denied_before: frozenset[tuple[str, str]] = frozenset()
    waived: frozenset[str] = frozenset()
    overrides: tuple[Override, ...] = ()

    @property
    def past(self) -> Sequence[PastLine]:
        """All past lines of the member, of any day and service: read when a rule first asks for them."""
        return self.bearing if self.all_past is None else self.all_past()

    @property
    def born(self) -> date | None:
        """The patient's day of birth: as the member's is on file, a newborn's as sent; None where nobody knows it."""
        sent = self.claim.patient
        if self.is_newborn and sent is not None:
            return sent.birth_date
        return self.matched.member.birth_date if self.matched is not None else None

    @property
    def sex(self) -> str:
        """The patient's sex, likewise; empty where nobody knows it."""
        sent = self.claim.patient
        if self.is_newborn and sent is not None:
            return sent.sex
        return self.matched.member.sex if self.matched is not None else ""

    @property
    def claim(self) -> Claim:
        """What was asked."""
        return self.received.claim
