"""What a payment run needs and knows: the payer's side on a day, the payee's side, and what no payer owns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from hpedi.access.rules import AccessRules
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.guides.load import Guide
from hpedi.money import Usd
from hpedi.payments.calendar import AchCalendar, check_calendar
from hpedi.payments.claim_payments import ClaimFiling
from hpedi.payments.remit import PaymentRunInput
from hpedi.pipeline.parties import FUNDING_ACCOUNT, business_days, remittance_payee, remittance_payer
from hpedi.pipeline.records import PaymentRun, StoredDecision
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.transactions.remittance_835.model import RemittancePayee, RemittancePayer


class CannotPay(Exception):
    """Reference data that payments need is not there: nothing was built or released."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep what is missing."""
        super().__init__("payments cannot be made; see the findings")
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is kept back while other payments go on: a payment, or what a payee would be paid.

    Attributes:
        number: Check or EFT number; empty where no payment could be built.
        provider: Our id of the payee, or of the subscriber of a check to a member.
        claims: How many claims it pays.
        amount: US dollars.
        finding: Why, and what to do.
        to_member: Whether it is a check to a member.
    """

    number: str = ""
    provider: str
    claims: int
    amount: Usd
    finding: Finding
    to_member: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentData:
    """What payments need that no payer owns.

    Attributes:
        calendar: ACH business days.
        ach_conventions: Bytes of mappings/payments/ach_conventions.yaml.
        guide: The 835 X221A1, to read back what was written.
        access_rules: What the roles may do: who may receive which remittance.
        remittance_days: Business days that an EFT and its 835 may be apart (CAQH CORE 370).
        return_days: Business days after its effective date on which an EFT may still come back.
    """

    calendar: AchCalendar
    ach_conventions: bytes
    guide: Guide
    access_rules: AccessRules
    remittance_days: int
    return_days: int


def run_input(
    decided: Sequence[StoredDecision],
    payee: RemittancePayee,
    run: PaymentRun,
    reference: Reference,
    data: PaymentData,
    account: str = FUNDING_ACCOUNT,
) -> PaymentRunInput:
    """Return what a run pays a payee for its claims; adjustments and interest are not in it yet.

    Args:
        decided: The claims, with their decisions.
        payee: The payee's side.
        run: The run.
        reference: The payer's reference data.
        data: What no payer owns.
        account: Our id of the account that it is paid from.

    Raises:
        CannotPay: The payer has no calendar for the day, or an account is not in force.
    """
    payer, payment_date = payer_and_date(run.as_of, run.instant, reference, data, account)
    return PaymentRunInput(
        decided=[(stored.received, stored.decision) for stored in decided],
        payees={payee.provider: payee},
        payers={account: payer},
        funding_account=FUNDING_ACCOUNT,
        claim_filing=claim_filing(reference),
        production_date=run.as_of,
        payment_date=payment_date,
        calendar=business_days(data.calendar, reference),
    )


def payee_now(provider: str, reference: Reference) -> RemittancePayee | None:
    """Return a payee's side of a run as the reference data has it now, without an account; None where it is gone."""
    found_now = reference.providers.get(provider)
    return None if found_now is None else remittance_payee(found_now)


def claim_filing(reference: Reference) -> ClaimFiling:
    """Return CLP06 by plan."""
    return ClaimFiling(usual=reference.payer.claim_filing, by_plan=reference.claim_filing_by_plan)


def payer_and_date(
    day: date, moment: datetime, reference: Reference, data: PaymentData, account: str = FUNDING_ACCOUNT
) -> tuple[RemittancePayer, date]:
    """Return the payer's side of a run, and its effective entry date: when its EFTs settle and its checks are dated.

    That is the business day on which the bank takes the file, or the payer's lead time later. What is made after the
    bank's cut-off is taken on the next business day.

    Args:
        day: The business day of the run.
        moment: When it is, where the payer is.
        reference: The payer's reference data.
        data: What no payer owns.
        account: Our id of the account that is paid from.

    Raises:
        CannotPay: The calendar does not list the year, or no funding account is in force.
    """
    calendar = business_days(data.calendar, reference)
    findings = check_calendar(calendar, day)
    if findings:
        raise CannotPay(findings)
    cut_off, lead_days = reference.cut_off(day), 0
    if cut_off is not None:
        lead_days = cut_off.lead_days
        is_late = moment.date() == day and moment.time() >= time.fromisoformat(cut_off.at)
        lead_days += is_late and calendar.is_business_day(day)
    payment_date = calendar.business_days_after(day, lead_days)
    payer = remittance_payer(reference, payment_date, account)
    if payer is None:
        raise CannotPay([found("funding-account-missing", Where())])
    return payer, payment_date


def at_the_payer(run: PaymentRun, context: RunContext) -> PaymentRun:
    """Return a run with its moment as the clock at the payer had it."""
    return replace(run, instant=run.instant.astimezone(context.instant.tzinfo))
