"""An impact list as commands print it: records, members' coverage before and after, decided claims and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import click

from hpedi.commands.printing import Column, hint, money_column, print_table
from hpedi.findings import Finding
from hpedi.pipeline.impact import ImpactList
from hpedi.reference.coverage_changes import Covered, MemberChange

SHOWN: Final = 200
_RECORDS: Final = (
    Column("Kind", whole=True),
    Column("Added", right=True),
    Column("Changed", right=True),
    Column("Gone", right=True),
)
_MEMBERS: Final = (
    Column("Family", whole=True),
    Column("Member", whole=True),
    Column("Change", whole=True),
    Column("Coverage before"),
    Column("Coverage after"),
    Column("Also otherwise"),
)
_CLAIMS: Final = (
    Column("Decided claims of", whole=True),
    Column("Claims", right=True),
    money_column("Charged"),
    money_column("Paid"),
    Column("To decide them again"),
)
_REFUSED: Final = (
    Column("Set", whole=True),
    Column("Segment", right=True),
    Column("Loop", whole=True),
    Column("Code", whole=True),
    Column("Not taken, because"),
)


def print_impact(impact: ImpactList) -> None:
    """Print a list."""
    if not impact.records:
        click.echo("nothing would change")
        return
    print_table("Records", _RECORDS, ((each.kind, each.added, each.changed, each.gone) for each in impact.records))
    print_table("Members", _MEMBERS, (_row(change) for change in impact.members[:SHOWN]))
    if len(impact.members) > SHOWN:
        hint(f"and {len(impact.members) - SHOWN:,} more members; --json shows them")
    rows = ((f"{each.what} {each.id}", each.claims, each.charged, each.paid, each.remedy) for each in impact.concerned)
    print_table("Decided claims whose outcome may change", _CLAIMS, rows)
    if not impact.concerned:
        click.echo("no decided claim is concerned")


def print_refused(refused: Iterable[Finding]) -> None:
    """Print members that are not taken, by their place."""
    rows = (
        (each.where.transaction_set, each.where.segment, each.where.loop, each.code, each.message) for each in refused
    )
    print_table("Members not taken", _REFUSED, rows)


def _row(change: MemberChange) -> tuple[object, ...]:
    also = [*change.fields, *(["other coverage"] if change.other_coverage else [])]
    return (
        change.family, change.member, change.change, _spans(change.before), _spans(change.after), ", ".join(also),
    )  # fmt: skip


def _spans(covered: Iterable[Covered]) -> str:
    return "\n".join(f"{each.plan} {each.level} {each.start} to {each.end or 'open'}" for each in covered) or "none"
