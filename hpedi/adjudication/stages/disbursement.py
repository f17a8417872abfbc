"""Disbursement: who gets what we pay: withhold and programme pools, the member or the provider, and from whose money.

It starts from what is payable after the member's share and other payers. A programme that withholds takes the place of
the contract's own withholds; a pre-fund is the employer's and on no remittance. Without assignment of benefits the rest
goes to the member, outside the 835.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from hpedi.adjudication.context import ClaimContext, DayTerms
from hpedi.adjudication.decision import TrailStep
from hpedi.adjudication.funding import (
    CLAIM_FUNDING,
    PREFUND,
    PREFUNDED,
    WITHHELD,
    EmployerCharge,
    PoolKey,
    PoolMovement,
)
from hpedi.adjudication.rules.withhold import withheld_of
from hpedi.adjudication.verdicts import Pends
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd
from hpedi.reference.contracts import Contract, Withhold
from hpedi.reference.conventions import Reason
from hpedi.reference.plans import Program

STAGE: Final = "disbursement"
ASSIGNED: Final = "Y"
TO_MEMBER: Final = "paid_to_member"


class Payable(Model, frozen=True):
    """What we would pay on a line, or on a claim priced as a whole.

    Attributes:
        terms: What holds on its day.
        amount: US dollars, after the member's share and other payers.
        number: Service line number; 0 for the claim.
    """

    terms: DayTerms
    amount: Usd
    number: int = 0


class Disbursed(Model, frozen=True):
    """Who gets it.

    Attributes:
        adjustments: What the provider is not paid, one tuple a payable.
        pools: What goes into pools.
        employer: What employers are charged.
        to_member: US dollars paid to the member instead of the provider.
        steps: For the trail.
    """

    adjustments: tuple[tuple[Adjustment, ...], ...]
    pools: tuple[PoolMovement, ...] = ()
    employer: tuple[EmployerCharge, ...] = ()
    to_member: Usd = ZERO
    steps: tuple[TrailStep, ...] = ()


@dataclass(slots=True)
class _Disburser:
    """Adds up the movements of one claim, payable by payable."""

    context: ClaimContext
    to_member_reason: Reason | None
    pools: dict[tuple[PoolKey, str], Usd] = field(default_factory=dict)
    funded: dict[str, dict[str, Usd]] = field(default_factory=dict)
    prefunded: dict[str, Usd] = field(default_factory=dict)
    to_member: Usd = ZERO
    steps: list[TrailStep] = field(default_factory=list)

    def disburse(self, payable: Payable) -> tuple[Adjustment, ...]:
        """Return what the provider is not paid of a payable, and note where it goes."""
        contract, employer = payable.terms.contract, _employer(payable.terms)
        programs = tuple(_programs(self.context, payable.terms))
        adjustments = []
        for program in programs:
            if not program.on_835:
                self._prefund(payable, program, employer)
        held_back = tuple(_withholds(contract, programs)) if contract is not None else ()
        for hold in held_back:
            by_employer = employer if isinstance(hold, Program) else ""
            amount = self._into_pool(payable, hold.pool or _kind(hold), by_employer, WITHHELD, hold)
            if amount:
                adjustments.append(Adjustment(hold.group, hold.carc, amount))
        withheld = sum((each.amount for each in adjustments), ZERO)
        rest = payable.amount - withheld
        if self.to_member_reason is not None and rest > ZERO:
            self._pay_member(payable, rest)
            adjustments.append(Adjustment(self.to_member_reason.group or "", self.to_member_reason.carc, rest))
        if employer:
            self._fund(employer, rest, withheld)
        return tuple(adjustments)

    def _into_pool(self, payable: Payable, pool: str, employer: str, what: str, hold: Withhold | Program) -> Usd:
        amount = withheld_of(payable.amount, hold.percent)
        key = PoolKey(pool, self.context.provider.id, employer, payable.terms.day.year)
        if amount:
            self.pools[key, what] = self.pools.get((key, what), ZERO) + amount
            self._step(payable, _kind(hold), f"{hold.percent} of what is payable", what, amount)
        return amount

    def _prefund(self, payable: Payable, program: Program, employer: str) -> None:
        amount = self._into_pool(payable, program.pool or program.type, employer, PREFUNDED, program)
        self.prefunded[employer] = self.prefunded.get(employer, ZERO) + amount

    def _pay_member(self, payable: Payable, amount: Usd) -> None:
        self.to_member += amount
        self._step(payable, "assignment_of_benefits", "benefits are not assigned", "to the member", amount)

    def _fund(self, employer: str, rest: Usd, withheld: Usd) -> None:
        parts = self.funded.setdefault(employer, {"provider_paid": ZERO, "member_paid": ZERO, "withheld": ZERO})
        parts["provider_paid" if self.to_member_reason is None else "member_paid"] += rest
        parts["withheld"] += withheld

    def _step(self, payable: Payable, rule: str, parameter: str, what: str, amount: Usd) -> None:
        contract = payable.terms.contract
        self.steps.append(
            TrailStep(
                stage=STAGE,
                rule=rule,
                line=payable.number,
                parameter=parameter,
                source=f"contract {contract.id} from {contract.start}" if contract is not None else "",
                amounts=(("payable", payable.amount), (what, amount)),
            )
        )

    def charges(self) -> Iterator[EmployerCharge]:
        """Yield what each employer is charged: the claims, and pre-funds."""
        for employer, parts in self.funded.items():
            told = tuple((name, amount) for name, amount in parts.items() if amount)
            amount = sum((each for _name, each in told), ZERO)
            if amount:
                yield EmployerCharge(employer, CLAIM_FUNDING, amount, told)
        for employer, amount in self.prefunded.items():
            if amount:
                yield EmployerCharge(employer, PREFUND, amount)


def disburse(context: ClaimContext, payables: Sequence[Payable]) -> Disbursed | Pends:
    """Say who gets what is payable.

    Args:
        context: The claim.
        payables: One for each line that is paid anything, or one for the claim.

    Returns:
        `Pends` where the member is to be paid and the payer has no code to tell the provider so.
    """
    if not any(_needs(context, payable) for payable in payables):
        return Disbursed(adjustments=((),) * len(payables))
    to_member = None
    if context.claim.benefits_assigned != ASSIGNED:
        to_member = context.reference.reason(TO_MEMBER, context.received.received)
        if to_member is None or to_member.group is None:
            return Pends(reason=TO_MEMBER, message=f"No adjustment for the reason `{TO_MEMBER}` is in force; load one.")
    disburser = _Disburser(context, to_member)
    adjustments = tuple(disburser.disburse(payable) if payable.amount > ZERO else () for payable in payables)
    return Disbursed(
        adjustments=adjustments,
        pools=tuple(PoolMovement(key, what, amount) for (key, what), amount in disburser.pools.items()),
        employer=tuple(disburser.charges()),
        to_member=disburser.to_member,
        steps=tuple(disburser.steps),
    )


def _needs(context: ClaimContext, payable: Payable) -> bool:
    contract = payable.terms.contract
    return (
        context.claim.benefits_assigned != ASSIGNED
        or (contract is not None and bool(contract.withholds))
        or bool(_employer(payable.terms))
    )


def _employer(terms: DayTerms) -> str:
    return (terms.plan.version.funding.employer or "") if terms.plan is not None else ""


def _programs(context: ClaimContext, terms: DayTerms) -> Iterator[Program]:
    employer = context.reference.employers.get(_employer(terms))
    contract = terms.contract
    if employer is not None and contract is not None:
        yield from (each for each in employer.programs if not each.contracts or contract.id in each.contracts)


def _withholds(contract: Contract, programs: Sequence[Program]) -> Iterator[Withhold | Program]:
    """Yield what withholds from the provider: programmes that do, else the contract's own."""
    withholding = [program for program in programs if program.on_835]
    if withholding:
        yield from withholding
        return
    types = {program.type for program in programs}
    yield from (each for each in contract.withholds if each.unless_program not in types)


def _kind(hold: Withhold | Program) -> str:
    return hold.id if isinstance(hold, Withhold) else hold.type
