"""What a payment run needs and knows: the payer's side on a day, the payee's side, and what no payer owns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hpedi.access.rules import AccessRules
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.guides.load import Guide
from hpedi.payments.calendar import AchCalendar, check_calendar
from hpedi.payments.claim_payments import ClaimFiling
from hpedi.payments.remit import PaymentRunInput
from hpedi.pipeline.parties import FUNDING_ACCOUNT, business_days, remittance_payee, remittance_payer
from hpedi.pipeline.records import StoredDecision
from hpedi.reference.reference import Reference
from hpedi.transactions.remittance_835.model import RemittancePayer


class CannotPay(Exception):
    """Reference data that payments need is not there: nothing was built or released."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep what is missing."""
        super().__init__("payments cannot be made; see the findings")
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentData:
    """What payments need that no payer owns.

    Attributes:
        calendar: ACH business days.
        ach_conventions: Bytes of mappings/payments/ach_conventions.yaml.
        guide: The 835 X221A1, to read back what was written.
        access_rules: What the roles may do: who may receive which remittance.
    """

    calendar: AchCalendar
    ach_conventions: bytes
    guide: Guide
    access_rules: AccessRules


def run_input(
    decided: Sequence[StoredDecision],
    payee: str,
    day: date,
    reference: Reference,
    data: PaymentData,
) -> PaymentRunInput:
    """Return what a run pays a payee for its claims; adjustments and interest are not in it yet.

    Raises:
        CannotPay: The payee is gone, or the payer has no account or calendar for the day.
    """
    payer, payment_date = payer_and_date(day, reference, data)
    provider = reference.providers.get(payee)
    if provider is None:
        raise CannotPay([found("payee-missing", Where())])
    return PaymentRunInput(
        decided=[(stored.received, stored.decision) for stored in decided],
        payees={payee: remittance_payee(provider, reference, payment_date)},
        payers={FUNDING_ACCOUNT: payer},
        funding_account=FUNDING_ACCOUNT,
        claim_filing=ClaimFiling(usual=reference.payer.claim_filing, by_plan=reference.claim_filing_by_plan),
        production_date=day,
        payment_date=payment_date,
        calendar=business_days(data.calendar, reference),
    )


def payer_and_date(day: date, reference: Reference, data: PaymentData) -> tuple[RemittancePayer, date]:
    """Return the payer's side of a run on a business day, and the day it pays on.

    Raises:
        CannotPay: The calendar does not list the year, or no funding account is in force.
    """
    calendar = business_days(data.calendar, reference)
    findings = check_calendar(calendar, day)
    if findings:
        raise CannotPay(findings)
    payment_date = calendar.next_business_day(day)
    payer = remittance_payer(reference, payment_date)
    if payer is None:
        raise CannotPay([found("funding-account-missing", Where())])
    return payer, payment_date
