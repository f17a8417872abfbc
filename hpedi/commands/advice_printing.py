"""A remittance on the terminal: what became of each claim, where the rest went, and provider adjustments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands.printing import Column, money_column, print_table

if TYPE_CHECKING:
    from hpedi.payments.advice import Advice, AdviceClaim, AdviceLine

_CLAIMS: Final = (
    Column("Patient account", whole=True),
    Column("Claim", whole=True),
    Column("Service", whole=True),
    Column("Status", whole=True),
    Column("DRG", whole=True),
    money_column("Billed"),
    money_column("Covered"),
    money_column("Paid"),
    money_column("Patient owes"),
)
_REST: Final = (
    Column("Patient account", whole=True),
    money_column("Other payer"),
    money_column("Provider"),
    money_column("Withhold"),
    money_column("Tax"),
    money_column("Patient"),
    Column("Reasons and remarks"),
)
_ADJUSTMENTS: Final = (
    Column("PLB", whole=True),
    Column("What"),
    Column("Reference", whole=True),
    money_column("Amount"),
)


def print_advice(advice: Advice, entry: str) -> None:
    """Print a remittance; `entry` names its entry in the bank's file."""
    click.echo(
        f"{advice.method} {advice.number} of {advice.payment_date}, {advice.amount:,} US dollars to {advice.payee} "
        f"(NPI {advice.payee_npi}): {advice.state}{entry}"
    )
    print_table("Claims", _CLAIMS, (_claim(each) for each in advice.claims))
    print_table("Where the rest of the charge went", _REST, (_rest(each) for each in advice.claims))
    adjustments = ((each.code, each.text, each.reference, each.amount) for each in advice.adjustments)
    print_table("Provider adjustments (above 0.00: taken back)", _ADJUSTMENTS, adjustments)


def _claim(each: AdviceClaim) -> tuple[object, ...]:
    weight = "" if each.drg_weight is None else f" ({each.drg_weight.normalize():f})"
    amounts = each.amounts
    owed = (amounts.billed, amounts.covered, amounts.paid, amounts.patient_liability)
    return each.patient_control_number, each.claim, each.first_day, each.status, f"{each.drg}{weight}", *owed


def _rest(each: AdviceClaim) -> tuple[object, ...]:
    made = each.amounts
    borne = (made.other_liability, made.provider_liability, made.withhold, made.tax, made.patient_liability)
    return each.patient_control_number, *borne, ", ".join(_codes(each))


def _codes(each: AdviceClaim) -> Iterator[str]:
    """Yield each code once: those of the claim, then those of its lines."""
    every: tuple[AdviceClaim | AdviceLine, ...] = (each, *each.lines)
    codes = (code.code for part in every for code in (*part.reasons, *part.remarks))
    yield from dict.fromkeys(codes)
