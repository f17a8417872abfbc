"""What was settled, and all that moved pools, employers' and members' money, as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands.printing import Column, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.payments.settlement import Settlement
    from hpedi.pipeline.funding_report import SeenFunding, SeenPool

_FACTS: Final = (Column("What"), Column("Value"))
_SETTLED: Final = (Column("What", whole=True), Column("Whose", whole=True), Column("Reference"), money_column("Amount"))
_MOVEMENTS: Final = (
    Column("Date", whole=True),
    Column("What", whole=True),
    Column("Source", whole=True),
    money_column("Amount"),
    money_column("In the pool"),
)
_CHARGES: Final = (
    Column("Employer"),
    Column("Booked", whole=True),
    Column("Paid", whole=True),
    Column("What", whole=True),
    Column("Source", whole=True),
    money_column("Amount"),
    Column("Of which"),
)
_SETTLEMENTS: Final = (
    Column("Number", right=True),
    Column("Date", whole=True),
    Column("Kind", whole=True),
    Column("Employer"),
    Column("Provider"),
    Column("Reference"),
    Column("By"),
    Column("From"),
)
_DUES: Final = (
    Column("Settlement", right=True),
    Column("Provider"),
    Column("PLB", whole=True),
    Column("Reference"),
    money_column("Amount"),
    Column("Paid by", whole=True),
)
_MEMBERS: Final = (
    Column("Booked", whole=True),
    Column("Paid", whole=True),
    Column("Source", whole=True),
    money_column("Amount"),
)


def print_settlement(settlement: Settlement, source: str, *, as_json: bool) -> None:
    """Say what a settlement comes to; `source` is what it is booked under, empty where it is not."""
    if as_json:
        print_json({"settlement": settlement, "booked": source})
        return
    title = f"Booked as {source}" if source else "What it would come to"
    print_table("Worked out from", _FACTS, settlement.facts)
    print_table(title, _SETTLED, _settled_rows(settlement))
    if settlement.provider and not settlement.dues:
        click.echo("nothing is due to the provider: no 835")


def _settled_rows(settlement: Settlement) -> Iterator[tuple[object, ...]]:
    for due in settlement.dues:
        yield f"PLB {due.code}", due.provider, due.reference, due.amount
    for charge in settlement.charges:
        yield charge.what, charge.employer, settlement.reference, -charge.amount
        for name, amount in charge.parts:
            yield f"  {name}", "", "", -amount
    for movement in settlement.movements:
        yield movement.what, f"pool {movement.key.pool}", movement.funding_account, movement.amount


def print_funding(report: SeenFunding, *, as_json: bool) -> None:
    """Show pools one by one, then charges, settlements with their dues, and payments to members."""
    if as_json:
        _print_lines(report)
        return
    for pool in report.pools:
        print_table(_title(pool), _MOVEMENTS, _movement_rows(pool))
    charges = (
        (each.charge.employer, each.posted_on, each.paid_on, each.charge.what, each.source, each.charge.amount,
         "; ".join(f"{name} {amount:,}" for name, amount in each.charge.parts))
        for each in report.charges
    )  # fmt: skip
    print_table("Charged to employers (below 0.00: given back)", _CHARGES, charges)
    settlements = (
        (each.id, each.posted_on, each.kind, each.employer, each.provider, each.reference, each.principal,
         "; ".join(f"{name} {value}" for name, value in each.facts))
        for each in report.settlements
    )  # fmt: skip
    print_table("Settlements", _SETTLEMENTS, settlements)
    dues = (
        (each.settlement, each.due.provider, each.due.code, each.due.reference, each.due.amount, each.paid_by)
        for each in report.dues
    )
    print_table("Due to providers beside claims", _DUES, dues)
    members = ((each.posted_on, each.paid_on, each.source, each.amount) for each in report.member_payments)
    print_table("Payments to members", _MEMBERS, members)
    if not report.pools:
        click.echo("no pool has had any movement")


def _print_lines(report: SeenFunding) -> None:
    named: tuple[tuple[str, Iterable[object]], ...] = (
        ("pool", report.pools),
        ("charge", report.charges),
        ("settlement", report.settlements),
        ("due", report.dues),
        ("member_payment", report.member_payments),
    )
    for name, found in named:
        for each in found:
            print_json({name: each})


def _title(pool: SeenPool) -> str:
    key = pool.key
    whose = f"employer {key.employer}" if key.employer else "the contract's own"
    return f"Pool {key.pool} {key.year}, provider {key.provider}, {whose}: {pool.balance:,} US dollars"


def _movement_rows(pool: SeenPool) -> Iterator[tuple[object, ...]]:
    standing = pool.balance - sum(each.movement.amount for each in pool.movements)
    for each in pool.movements:
        standing += each.movement.amount
        yield each.posted_on, each.movement.what, each.source, each.movement.amount, standing
