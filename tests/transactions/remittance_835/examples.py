"""Remittances that balance: one written out by hand from golden scenario GS-56, and any number of made-up ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.parties import Address, Name
from hpedi.money import CENT, ZERO, Usd, usd
from hpedi.transactions.remittance_835.adjustments import total
from hpedi.transactions.remittance_835.model import (
    BankAccount,
    ClaimPayment,
    NamedPayer,
    PaymentMethod,
    ProviderAdjustment,
    Remittance,
    RemittancePayee,
    RemittancePayer,
    ServicePayment,
    SubmittedService,
)

PAYER = RemittancePayer(
    name="HPEDI HEALTH PLAN",
    payer_id="94267",
    tax_id="411111111",
    address=Address(lines=("8170 33RD AVE S",), city="BLOOMINGTON", state="MN", postal_code="554250000"),
    account=BankAccount(routing_number="999999992", account_number="411111111"),
    contact_name="EDI SUPPORT",
    contact_phone="9525550100",
)
PAYEE = RemittancePayee(
    provider="A",
    name="LAKES FAMILY CLINIC",
    npi="1000000012",
    tax_id="411000001",
    address=Address(lines=("1 LAKE ST", "SUITE 2"), city="EDINA", state="MN", postal_code="554241234"),
    account=BankAccount(routing_number="123456780", account_number="100000012"),
)


def service(code: str, charged: str, paid: str, day: date, *adjustments: tuple[str, str, str]) -> ServicePayment:
    """Return a service payment of one unit."""
    return ServicePayment(
        code=code,
        charged=usd(charged),
        paid=usd(paid),
        units_paid=Decimal(1),
        units_billed=Decimal(1),
        service_date=day,
        adjustments=tuple(Adjustment(group, carc, usd(amount)) for group, carc, amount in adjustments),
    )


def claim(label: str, charged: str, paid: str, responsibility: str, *services: ServicePayment) -> ClaimPayment:
    """Return a claim payment of MARY LAKE."""
    return ClaimPayment(
        patient_control_number=label,
        status="1",
        charged=usd(charged),
        paid=usd(paid),
        patient_responsibility=usd(responsibility),
        claim_filing="12",
        payer_claim_control_number=label.upper(),
        facility_code="11",
        frequency="1",
        patient=Name(last="LAKE", first="MARY"),
        patient_member_id="942670000101",
        services=services,
    )


MARCH, APRIL = date(2026, 3, 10), date(2026, 4, 7)

VISIT = service("T1015", "185.00", "90.00", MARCH, ("CO", "45", "65.00"), ("PR", "3", "30.00"))
SCREENING = service("G0130", "140.00", "8.00", APRIL, ("CO", "45", "50.00"), ("PR", "1", "80.00"), ("PR", "2", "2.00"))
INJECTION = service("G0260", "650.00", "320.00", APRIL, ("CO", "45", "250.00"), ("PR", "2", "80.00"))
THERAPY = service("G0283", "30.00", "12.00", APRIL, ("CO", "45", "15.00"), ("PR", "2", "3.00"))
WELLNESS = service("G0439", "240.00", "160.00", APRIL, ("CO", "45", "80.00"))
UNDER_DEDUCTIBLE = service("G0130", "140.00", "0.00", APRIL, ("CO", "45", "50.00"), ("PR", "1", "90.00"))
VACCINE = service("G0008", "40.00", "25.00", APRIL, ("CO", "45", "15.00"))

FIRST = claim("GS56a", "185.00", "90.00", "30.00", VISIT)
SECOND = replace(
    claim(
        "GS56b",
        "820.00",
        "340.00",
        "165.00",
        SCREENING,
        INJECTION,
        replace(THERAPY, modifiers=("59",), allowed=usd("15.00"), remarks=("N362",), control_number="3"),
    ),
    amounts=(("I", usd("4.50")),),
    received=date(2026, 4, 9),
)
THIRD = replace(
    claim(
        "GS56c",
        "605.00",
        "275.00",
        "120.00",
        WELLNESS,
        replace(VISIT, modifiers=("25",), service_date=APRIL),
        UNDER_DEDUCTIBLE,
        VACCINE,
    ),
    patient=Name(last="LAKE", first="JON"),
    patient_member_id="",
    subscriber=Name(last="LAKE", first="MARY"),
    subscriber_member_id="942670000101",
    rendering_npi="1000000103",
    rendering=Name(last="OLSON", first="KARI"),
)

# GS-56, run as_printed: 90.00 + 340.00 + 275.00 = 705.00; PLB L6 -4.50 and FB 120.00: 705.00 - 115.50 = 589.50.
GS56 = Remittance(
    payer=PAYER,
    payee=PAYEE,
    method=PaymentMethod.ACH,
    amount=usd("589.50"),
    payment_date=date(2026, 5, 18),
    trace_number="9426700000056",
    production_date=date(2026, 5, 15),
    claims=(FIRST, SECOND, THIRD),
    provider_adjustments=(
        ProviderAdjustment(code="L6", reference="GS56B", amount=usd("-4.50")),
        ProviderAdjustment(code="FB", reference="T55Z", amount=usd("120.00")),
    ),
)

# --- any remittance ------------------------------------------------------------------------------------------------

_WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=2, max_size=17)
_NAME = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=20)
_CENTS = st.integers(min_value=-500_000, max_value=500_000).map(lambda cents: Usd(cents) * CENT)
_DAY = st.dates(min_value=date(2020, 1, 1), max_value=date(2029, 12, 31))
_UNITS = st.integers(min_value=0, max_value=500).map(Decimal)
_NPI = st.sampled_from(["1000000103", "1000000111", "1000000129"])
_ADJUSTMENT = st.builds(
    Adjustment,
    group=st.sampled_from(["CO", "PR", "OA", "PI"]),
    carc=st.sampled_from(["1", "2", "3", "22", "23", "29", "45", "50", "59", "97", "104", "119", "151", "197", "B7"]),
    amount=_CENTS,
    quantity=st.none() | st.integers(min_value=1, max_value=99).map(Decimal),
)
_PAYER = st.builds(NamedPayer, name=_NAME, payer_id=_WORD)
_SUBMITTED = st.builds(
    SubmittedService,
    code=st.sampled_from(["80047", "80051"]),
    modifiers=st.lists(st.sampled_from(["91", "QW"]), max_size=2).map(tuple),
)
_ADJUSTMENTS = st.lists(_ADJUSTMENT, max_size=20).map(tuple)
_REMARKS = ["N919", "N362", "N383", "MA04", "M119"]
_PERSON = st.builds(
    Name, last=_NAME, first=st.just("") | _NAME, middle=st.just("") | _NAME, suffix=st.just("") | st.just("JR")
)


@st.composite
def services(draw: st.DrawFn) -> ServicePayment:
    """Draw a service payment that balances."""
    adjustments, charged = draw(_ADJUSTMENTS), draw(_CENTS)
    first = draw(_DAY)
    has_code = draw(st.booleans())
    return ServicePayment(
        code=draw(st.sampled_from(["99213", "G0439", "J1885"])) if has_code else "0250",
        code_qualifier="HC" if has_code else "NU",
        modifiers=draw(st.lists(st.sampled_from(["25", "59", "LT"]), max_size=4).map(tuple)) if has_code else (),
        revenue_code=draw(st.sampled_from(["", "0360"])) if has_code else "",
        charged=charged,
        paid=charged - total(adjustments),
        units_paid=draw(_UNITS),
        units_billed=draw(_UNITS),
        service_date=first,
        service_end=draw(st.none() | st.just(first) | st.dates(min_value=first, max_value=date(2030, 1, 1))),
        adjustments=adjustments,
        references=draw(st.lists(st.tuples(st.sampled_from(["APC", "G1"]), _WORD), max_size=3).map(tuple)),
        submitted=draw(st.none() | _SUBMITTED),
        allowed=draw(st.none() | _CENTS),
        amounts=draw(st.lists(st.tuples(st.just("T"), _CENTS), max_size=1).map(tuple)),
        remarks=draw(st.lists(st.sampled_from(["N362", "N383", "MA04"]), max_size=3, unique=True).map(tuple)),
        control_number=draw(st.just("") | _WORD),
        rendering_npi=draw(st.just("") | _NPI),
        line_number=draw(st.integers(min_value=0, max_value=50)),
    )


@st.composite
def claims(draw: st.DrawFn) -> ClaimPayment:
    """Draw a claim payment that balances."""
    lines = draw(st.lists(services(), max_size=4).map(tuple))
    adjustments = draw(_ADJUSTMENTS)
    charged = sum((line.charged for line in lines), ZERO) if lines else draw(_CENTS)
    every = (*adjustments, *(adjustment for line in lines for adjustment in line.adjustments))
    status = draw(st.sampled_from(["1", "2", "3", "4", "19", "22"]))
    responsibility = total(adjustment for adjustment in every if adjustment.group == "PR")
    subscriber = draw(st.none() | _PERSON)
    other = draw(st.none() | _PAYER)
    return ClaimPayment(
        patient_control_number=draw(_WORD),
        status=status,
        charged=charged,
        paid=charged - total(every),
        patient_responsibility=None if status == "22" else responsibility,
        claim_filing=draw(st.sampled_from(["12", "HM", "MB"])),
        payer_claim_control_number=draw(_WORD),
        facility_code=draw(st.sampled_from(["11", "23"])),
        frequency=draw(st.sampled_from(["1", "7"])),
        drg=draw(st.sampled_from(["", "193"])),
        drg_weight=draw(st.none() | st.decimals(min_value="0.1", max_value=30, places=4)),
        inpatient_remarks=draw(st.lists(st.sampled_from(_REMARKS), max_size=5, unique=True).map(tuple)),
        quantities=draw(st.lists(st.tuples(st.sampled_from(["CA", "NE"]), _UNITS), max_size=2).map(tuple)),
        patient=draw(_PERSON),
        patient_member_id=draw(st.just("") | _WORD),
        subscriber=subscriber,
        subscriber_member_id=draw(_WORD),
        rendering_npi=draw(st.just("") | _NPI),
        rendering=draw(st.none() | _PERSON),
        rendering_is_person=draw(st.booleans()),
        corrected=draw(st.none() | _PERSON),
        corrected_member_id=draw(st.just("") | _WORD),
        crossover=draw(st.none() | _PAYER) if status == "19" else None,
        priority_payer=other,
        other_subscriber=draw(st.none() | _PERSON) if other else None,
        other_subscriber_id=draw(_WORD),
        references=draw(st.lists(st.tuples(st.sampled_from(["F8", "EA", "1L"]), _WORD), max_size=3).map(tuple)),
        received=draw(st.none() | _DAY),
        statement_from=draw(st.none() | _DAY),
        statement_to=draw(st.none() | _DAY),
        coverage_ended=draw(st.none() | _DAY),
        adjustments=adjustments,
        remarks=draw(st.lists(st.sampled_from(["MA04", "N20", "M127"]), max_size=5).map(tuple)),
        amounts=draw(
            st.lists(st.tuples(st.sampled_from(["AU", "I"]), _CENTS), max_size=2, unique_by=lambda row: row[0]).map(
                tuple
            )
        ),
        services=lines,
    )


@st.composite
def remittances(draw: st.DrawFn, most_provider_adjustments: int = 9) -> Remittance:
    """Draw a remittance that balances, of any method."""
    paid = draw(st.lists(claims(), max_size=4).map(tuple))
    payer = replace(
        PAYER,
        contact_email=draw(st.just("") | st.just("EDI@HPEDI.TEST")),
        business_phone=draw(st.just("") | st.just("9525550101")),
        website=draw(st.just("") | st.just("WWW.HPEDI.TEST")),
    )
    codes = st.sampled_from(["FB", "L6", "WO", "72"])
    adjustment = st.builds(ProviderAdjustment, code=codes, reference=st.just("") | _WORD, amount=_CENTS)
    rows = draw(st.lists(adjustment, max_size=most_provider_adjustments))
    rest = sum((claim.paid for claim in paid), ZERO) - sum((row.amount for row in rows), ZERO)
    if rest < 0:
        rows.append(ProviderAdjustment(code="FB", reference="9426700000001", amount=rest))
    method = draw(st.sampled_from([PaymentMethod.ACH, PaymentMethod.CHECK])) if rest > 0 else PaymentMethod.NONE
    return Remittance(
        payer=payer,
        payee=replace(
            PAYEE, tax_id=draw(st.sampled_from(["", "411000001"])), address=draw(st.none() | st.just(PAYEE.address))
        ),
        method=method,
        amount=max(rest, ZERO),
        payment_date=draw(_DAY),
        trace_number=draw(_WORD),
        production_date=draw(_DAY),
        receiver_id=draw(st.just("") | _WORD),
        claims=paid,
        provider_adjustments=tuple(rows),
    )
