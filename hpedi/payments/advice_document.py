"""A remittance as a document, in the columns that providers know; codes are explained once, at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from hpedi.documents.document import Block, Column, Document, Facts, Heading, Paragraph, Table, dollars, money_column
from hpedi.money import ZERO
from hpedi.payments.advice import Advice, AdviceAmounts, AdviceClaim, AdviceLine, CodeText

MONEY: Final = tuple(
    money_column(title)
    for title in (
        "Billed", "Covered", "Other liability", "Provider liability", "Withhold", "Tax", "Patient liability", "Paid"
    )
)  # fmt: skip
_LINES: Final = (
    Column("Line", right=True, whole=True),
    Column("Service", whole=True),
    Column("Code", whole=True),
    Column("APC", whole=True),
    Column("Units", right=True, whole=True),
    *MONEY,
    Column("Reasons and remarks"),
)
_CLAIMS: Final = (Column("Patient account"), Column("Claim"), *MONEY)
_ADJUSTMENTS: Final = (
    Column("PLB", whole=True),
    Column("What"),
    Column("Reference"),
    money_column("Amount"),
    Column("Effect"),
)
_CODES: Final = (Column("Code", whole=True), Column("What it says"))
NO_WORDS: Final = "see the published list of X12"


def advice_document(advice: Advice) -> Document:
    """Return what a provider reads of a remittance."""
    return Document(
        title=f"Remittance advice {advice.number}",
        issuer=f"{advice.payer}, payer {advice.payer_id}",
        day=advice.payment_date,
        blocks=(*_opening(advice), *(block for claim in advice.claims for block in _claim(claim)), *_codes(advice)),
        wide=True,
    )


def _opening(advice: Advice) -> Iterator[Block]:
    method = f"{advice.method} - {advice.method_text}" if advice.method_text else advice.method
    yield Facts(
        (
            ("Payee", f"{advice.payee}, NPI {advice.payee_npi}"),
            ("Payment number", advice.number),
            ("Method", method),
            ("Payment date", advice.payment_date.isoformat()),
            ("Payment", f"${advice.amount:,}"),
            ("State", advice.state),
            ("Questions", advice.contact),
        )
    )
    rows = tuple((each.patient_control_number, each.claim, *_money(each.amounts)) for each in advice.claims)
    yield Table("Claims, US dollars", _CLAIMS, rows, ("All claims", "", *_money(advice.amounts)))
    yield from _payment(advice)


def _payment(advice: Advice) -> Iterator[Block]:
    taken = sum((each.amount for each in advice.adjustments), ZERO)
    rows = tuple(
        (each.code, each.text, each.reference, f"{each.amount:,}", "taken back" if each.amount > 0 else "paid on top")
        for each in advice.adjustments
    )
    yield Table("Provider adjustments, US dollars", _ADJUSTMENTS, rows)
    yield Paragraph(
        f"Paid for claims ${advice.amounts.paid:,} less provider adjustments {dollars(taken)} is the payment, "
        f"${advice.amount:,}."
    )


def _claim(claim: AdviceClaim) -> Iterator[Block]:
    yield Heading(f"Patient account {claim.patient_control_number}")
    days = [each.isoformat() for each in dict.fromkeys((claim.first_day, claim.last_day)) if each is not None]
    weight = "" if claim.drg_weight is None else f", weight {claim.drg_weight.normalize():f}"
    interest = f"${claim.interest:,}, paid beside the claim (PLB L6)" if claim.interest else ""
    yield Facts(
        (
            ("Patient", f"{claim.patient}, member ID {claim.member_id}" if claim.member_id else claim.patient),
            ("Claim", f"{claim.claim}, version {claim.version}"),
            ("Takes the place of", claim.corrects),
            ("Status", f"{claim.status} - {claim.status_text}" if claim.status_text else claim.status),
            ("Service", " to ".join(days)),
            ("Received", claim.received.isoformat() if claim.received else ""),
            ("DRG", f"{claim.drg}{weight}" if claim.drg else ""),
            ("Covered days", f"{claim.covered_days:f}" if claim.covered_days else ""),
            ("Rendering provider", f"NPI {claim.rendering_npi}" if claim.rendering_npi else ""),
            ("Interest", interest),
            ("Reasons", _told(claim.reasons)),
            ("Remarks", ", ".join(each.code for each in claim.remarks)),
        )
    )
    title = "Services, US dollars (paid: the line's share of the claim)" if claim.shares else "Services, US dollars"
    total = ("", "Claim", "", "", "", *_money(claim.amounts), "")
    yield Table(title, _LINES, tuple(_line(line) for line in claim.lines), total)


def _line(line: AdviceLine) -> tuple[str, ...]:
    end = line.end if line.end != line.start else None
    code = " ".join(filter(None, (":".join((line.code, *line.modifiers)), line.revenue_code)))
    units = _units(line.units_paid)
    if line.units_paid != line.units_billed:
        units = f"{units} of {_units(line.units_billed)}"
    tax = f"tax billed {line.billed_tax:,}" if line.billed_tax else ""
    told = (_told(line.reasons), ", ".join(each.code for each in line.remarks), tax)
    return (
        str(line.number),
        f"{line.start}" + (f" to {end}" if end else ""),
        code,
        line.apc,
        units,
        *_money(line.amounts),
        "; ".join(filter(None, told)),
    )


def _codes(advice: Advice) -> Iterator[Block]:
    """Explain each code once."""
    lines = (line for claim in advice.claims for line in claim.lines)
    every: tuple[AdviceClaim | AdviceLine, ...] = (*advice.claims, *lines)
    found: dict[str, str] = {}
    for each in every:
        found |= {code.code: code.text for code in (*each.reasons, *each.remarks)}
    rows = tuple((code, found[code] or NO_WORDS) for code in sorted(found))
    yield Table("What the codes say", _CODES, rows)


def _told(reasons: Iterable[CodeText]) -> str:
    return ", ".join(f"{each.code} {each.amount:,}" for each in reasons)


def _money(amounts: AdviceAmounts) -> tuple[str, ...]:
    every = (
        amounts.billed,
        amounts.covered,
        amounts.other_liability,
        amounts.provider_liability,
        amounts.withhold,
        amounts.tax,
        amounts.patient_liability,
        amounts.paid,
    )
    return tuple(f"{each:,}" for each in every)


def _units(units: Decimal) -> str:
    return f"{units.normalize():f}"
