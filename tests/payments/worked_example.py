"""A small payer, two payees and decided claims to test payment with; amounts are worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hpedi.adjudication.decision import ClaimDecision, LineDecision
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import Claim, ReceivedClaim, ServiceLine
from hpedi.claims.parties import Address, Name, Payer, Provider, Subscriber
from hpedi.money import Usd, usd
from hpedi.payments.calendar import AchCalendar, load_ach_calendar
from hpedi.payments.claim_payments import ClaimFiling
from hpedi.payments.remit import PaymentRunInput, RunNumbers
from hpedi.service_dates import DateSpan
from hpedi.transactions.remittance_835.model import BankAccount, RemittancePayee, RemittancePayer
from tests.shared import PROJECT

PAYER = RemittancePayer(
    name="HPEDI HEALTH PLAN",
    payer_id="94267",
    tax_id="411111111",
    address=Address(lines=("8170 33RD AVE S",), city="BLOOMINGTON", state="MN", postal_code="554250000"),
    account=BankAccount(routing_number="999999992", account_number="411111111"),
    contact_name="EDI SUPPORT",
    contact_phone="9525550100",
)
LAKES = RemittancePayee(
    provider="A",
    name="LAKES FAMILY CLINIC",
    npi="1000000012",
    tax_id="411000001",
    address=Address(lines=("1 LAKE ST",), city="EDINA", state="MN", postal_code="554241234"),
    account=BankAccount(routing_number="123456780", account_number="100000012"),
)
COUNTY = RemittancePayee(provider="G", name="COUNTY CLINIC", npi="1000000079", tax_id="411000007")

MONDAY = date(2026, 5, 18)


def calendar() -> AchCalendar:
    """Return the calendar that hpedi ships."""
    return load_ach_calendar((PROJECT / "mappings" / "payments" / "ach_calendar.yaml").read_bytes())


def line(number: int, charged: str, *adjustments: tuple[str, str, str], allowed: str = "0.00") -> LineDecision:
    """Return a decided line of one unit; what its adjustments leave of the charge is paid."""
    taken = tuple(Adjustment(group, carc, usd(amount)) for group, carc, amount in adjustments)
    return LineDecision(
        number=number,
        code="99213",
        modifiers=(),
        date=date(2026, 4, 7),
        units_billed=Decimal(1),
        units_paid=Decimal(1),
        charged=usd(charged),
        allowed=usd(allowed),
        paid=usd(charged) - sum((each.amount for each in taken), Usd("0.00")),
        adjustments=taken,
        control_number=f"L{number}",
    )


def decided(
    control_number: str, *lines: LineDecision, provider: str = "A", plan: str = "P1", status: str = "1"
) -> tuple[ReceivedClaim, ClaimDecision]:
    """Return a received claim and its decision with these lines."""
    billing = LAKES if provider == "A" else COUNTY
    claim = Claim(
        patient_control_number=f"PCN-{control_number}",
        charged=sum((each.charged for each in lines), Usd("0.00")),
        place_of_service="11",
        submitter_id="SUB1",
        billing=Provider(is_person=False, name=Name(last=billing.name), npi=billing.npi),
        subscriber=Subscriber(payer_responsibility="P", name=Name(last="LAKE", first="MARY"), member_id="942670000101"),
        payer=Payer(name="HPEDI HEALTH PLAN", id="94267"),
        lines=tuple(
            ServiceLine(
                number=each.number,
                code=each.code,
                charged=each.charged,
                units=each.units_billed,
                dates=DateSpan(each.date),
                control_number=each.control_number,
            )
            for each in lines
        ),
    )
    received = ReceivedClaim(
        payer_claim_control_number=control_number, claim=claim, received=date(2026, 4, 10), partner="lakes"
    )
    decision = ClaimDecision(
        payer_claim_control_number=control_number,
        snapshot=1,
        member="M1",
        family="F1",
        plan=plan,
        provider=provider,
        status=status,
        status277="F1:65",
        lines=lines,
    )
    return received, decision


VISIT = line(1, "185.00", ("CO", "45", "65.00"), ("PR", "3", "30.00"), allowed="120.00")  # 185 - 65 - 30 = 90 paid
VACCINE = line(2, "40.00", ("CO", "45", "15.00"), allowed="25.00")  # 40 - 15 = 25 paid
DENIED = line(1, "100.00", ("CO", "29", "100.00"))  # nothing paid

NUMBERS = RunNumbers(
    trace_numbers=("9426700000001", "9426700000002", "9426700000003"), check_numbers=("100001", "100002")
)


def run_of(*claims: tuple[ReceivedClaim, ClaimDecision], on: date = MONDAY) -> PaymentRunInput:
    """Return a payment run over these claims, paid on a day."""
    return PaymentRunInput(
        decided=claims,
        payees={"A": LAKES, "G": COUNTY},
        payers={"main": PAYER},
        funding_account="main",
        claim_filing=ClaimFiling(usual="12", by_plan={"HMO": "HM"}),
        production_date=date(2026, 5, 15),
        payment_date=on,
        calendar=calendar(),
    )
