"""A payment run: decided claims in, one remittance and one payment a payee out.

A payee is paid once a run from each funding account (see `paying_accounts`), in the order in which it first appears;
one that has dues and no claims gets a remittance of PLB rows alone, after those with claims. The method follows from
the payee: ACH with bank details, else a check, and NON where nothing is paid. A total below zero is carried forward
(PLB FB under the same trace number), so that BPR02 is never negative. Numbers and dates are handed in: the same input
gives the same output.

Source: 005010X221A1 1.10.2 (balancing), 1.10.2.10 (capitation), 1.10.2.12 (balance forward); RFI 222, 738, 1921.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from hpedi.adjudication.correction import decision_id
from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.claim import ReceivedClaim
from hpedi.money import ZERO, Usd
from hpedi.payments.balancing import check_remittance
from hpedi.payments.calendar import AchCalendar
from hpedi.payments.claim_payments import ClaimFiling, claim_payment
from hpedi.payments.dues import DUE
from hpedi.payments.interest import Interest
from hpedi.payments.payee_balances import BALANCE_FORWARD, OWED
from hpedi.payments.paying_accounts import bearing_account, borne_elsewhere, paying_accounts
from hpedi.payments.payment import PaidClaim, Payment, RemittedPayment
from hpedi.transactions.remittance_835.model import (
    ClaimPayment,
    PaymentMethod,
    ProviderAdjustment,
    Remittance,
    RemittancePayee,
    RemittancePayer,
)

__all__ = ["Payment", "PaymentRunInput", "RunNumbers", "remit"]

INTEREST, INTEREST_AMOUNT = "L6", "I"
"""PLB03-1 and AMT01 of interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRunInput:
    """Everything a payment run pays and knows.

    Attributes:
        decided: Claims with their final decisions, unpaid, in order of finalisation.
        payees: Payees by our provider id.
        payers: The payer's side by funding account (our id).
        funding_account: The account that bears decisions which name none.
        claim_filing: CLP06 by plan.
        provider_adjustments: PLB rows to take into account, by (provider id, funding account), for example a balance
            forward that is taken back.
        interest: US dollars by our number of a claim and version, where it is paid late.
        production_date: DTM*405: the business date of the run.
        payment_date: The day asked for; moved to the next ACH business day.
        calendar: ACH business days.
        receiver_ids: REF*EV by provider id, where somebody else receives its 835.
    """

    decided: Sequence[tuple[ReceivedClaim, ClaimDecision]]
    payees: Mapping[str, RemittancePayee]
    payers: Mapping[str, RemittancePayer]
    funding_account: str
    claim_filing: ClaimFiling
    provider_adjustments: Mapping[tuple[str, str], tuple[ProviderAdjustment, ...]] = field(default_factory=dict)
    interest: Interest = field(default_factory=dict)
    production_date: date
    payment_date: date
    calendar: AchCalendar
    receiver_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNumbers:
    """Numbers reserved for a run, used from the first on; each is used once, ever."""

    trace_numbers: Sequence[str]
    check_numbers: Sequence[str]


@dataclass(slots=True)
class _Share:
    """What one payee is paid from one account; filled claim by claim."""

    payee: RemittancePayee
    funding_account: str
    adjustments: tuple[ProviderAdjustment, ...]
    interest: Interest
    claims_paid: Usd = ZERO
    decided: list[tuple[ReceivedClaim, ClaimDecision]] = field(default_factory=list)
    interest_rows: list[ProviderAdjustment] = field(default_factory=list)

    def add(self, received: ReceivedClaim, decision: ClaimDecision) -> None:
        self.decided.append((received, decision))
        interest = self.interest_on(decision)
        if interest:
            told = received.claim.patient_control_number
            row = ProviderAdjustment(code=INTEREST, reference=told, amount=-interest)
            self.interest_rows.append(row)
        self.claims_paid += decision.paid

    def interest_on(self, decision: ClaimDecision) -> Usd:
        return self.interest.get((decision.payer_claim_control_number, decision.version), ZERO)

    @property
    def total(self) -> Usd:
        return self.claims_paid - _sum_of((*self.interest_rows, *self.adjustments))

    @property
    def method(self) -> PaymentMethod:
        if self.total <= 0:
            return PaymentMethod.NONE
        return PaymentMethod.ACH if self.payee.account else PaymentMethod.CHECK


def remit(run: PaymentRunInput, numbers: RunNumbers) -> tuple[RemittedPayment, ...]:
    """Make one balanced remittance and one payment a payee and funding account.

    A payee without claims and dues gets none, whatever else waits for it.

    Raises:
        ValueError: A claim stands twice or is a test, a payee or account is not known, or the numbers do not suffice:
            bugs.
        Unbalanced: A remittance does not balance: a bug; nothing of the run may be released.
        LookupError: The calendar does not list the year (ask `calendar.check_calendar` before).
    """
    payment_date = run.calendar.next_business_day(run.payment_date)
    traces, checks = iter(numbers.trace_numbers), iter(numbers.check_numbers)
    remitted = []
    for share in _shares(run):
        number = _take(checks if share.method is PaymentMethod.CHECK else traces)
        remittance = _remittance(run, share, number, payment_date)
        check_remittance(remittance)
        remitted.append(RemittedPayment(_payment(share, remittance, run.funding_account), remittance))
    return tuple(remitted)


def _shares(run: PaymentRunInput) -> Iterable[_Share]:
    shares: dict[tuple[str, str], _Share] = {}
    seen: set[tuple[str, int]] = set()
    paid_from = paying_accounts((decision for _received, decision in run.decided), run.funding_account)
    for received, decision in run.decided:
        if received.test:
            raise ValueError("a test claim is never paid")
        version = (decision.payer_claim_control_number, decision.version)
        if version in seen:
            raise ValueError("a claim version stands twice in a payment run")
        seen.add(version)
        key = (decision.provider, paid_from[decision_id(decision)])
        if key not in shares:
            shares[key] = _new_share(run, key)
        shares[key].add(received, decision)
    for key, adjustments in run.provider_adjustments.items():
        if key not in shares and any(each.code in DUE for each in adjustments):
            shares[key] = _new_share(run, key)
    return shares.values()


def _new_share(run: PaymentRunInput, key: tuple[str, str]) -> _Share:
    provider, account = key
    if provider not in run.payees:
        raise ValueError("the payee of a decision is not among the payees of the run")
    if account not in run.payers:
        raise ValueError("a funding account is not among the payer's accounts of the run")
    return _Share(run.payees[provider], account, run.provider_adjustments.get(key, ()), run.interest)


def _take(numbers: Iterator[str]) -> str:
    number = next(numbers, None)
    if number is None:
        raise ValueError("fewer numbers are reserved than the run needs")
    return number


def _remittance(run: PaymentRunInput, share: _Share, number: str, payment_date: date) -> Remittance:
    payee, total = share.payee, share.total
    carried = (ProviderAdjustment(code=BALANCE_FORWARD, reference=number, amount=total),) if total < 0 else ()
    return Remittance(
        payer=run.payers[share.funding_account],
        payee=payee,
        method=share.method,
        amount=max(total, ZERO),
        payment_date=payment_date,
        trace_number=number,
        production_date=run.production_date,
        receiver_id=run.receiver_ids.get(payee.provider, ""),
        claims=tuple(
            _with_interest(claim_payment(received, decision, payee.npi, run.claim_filing), share.interest_on(decision))
            for received, decision in share.decided
        ),
        provider_adjustments=(*share.interest_rows, *share.adjustments, *carried),
    )


def _with_interest(claim: ClaimPayment, interest: Usd) -> ClaimPayment:
    return (
        claim if not interest else msgspec.structs.replace(claim, amounts=(*claim.amounts, (INTEREST_AMOUNT, interest)))
    )


def _payment(share: _Share, remittance: Remittance, usual: str) -> Payment:
    borne = ((bearing_account(made, usual), made.paid) for _received, made in share.decided)
    return Payment(
        trace_number=remittance.trace_number,
        method=remittance.method,
        amount=remittance.amount,
        payment_date=remittance.payment_date,
        funding_account=share.funding_account,
        payee=share.payee,
        originator_id=f"1{remittance.payer.tax_id}",
        claims=tuple(
            PaidClaim(
                payer_claim_control_number=decision.payer_claim_control_number,
                version=decision.version,
                interest=share.interest_on(decision),
            )
            for _, decision in share.decided
        ),
        claims_paid=share.claims_paid,
        adjusted=_sum_of(remittance.provider_adjustments),
        forwarded=_sum_of(each for each in remittance.provider_adjustments if each.code in OWED),
        adjustments=remittance.provider_adjustments,
        borne_elsewhere=borne_elsewhere(borne, share.funding_account),
    )


def _sum_of(adjustments: Iterable[ProviderAdjustment]) -> Usd:
    return sum((adjustment.amount for adjustment in adjustments), ZERO)
