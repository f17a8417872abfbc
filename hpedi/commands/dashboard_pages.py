"""The dashboard as tables for people, and as one JSON object for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands.printing import Column, money_column, print_table
from hpedi.commands.workspace import local_minute
from hpedi.pipeline.dashboard import BUCKETS, OLDEST

if TYPE_CHECKING:
    from hpedi.pipeline.dashboard import Dashboard, DayFigures

_COUNTS: Final = ("received", "accepted", "rejected", "decided", "corrected", "reversed", "paid_claims")
_DOLLARS: Final = ("charged", "allowed", "paid", "patient_responsibility", "paid_out")
_DAYS: Final = (
    Column("Day", whole=True),
    *(
        Column(title, right=True, whole=True)
        for title in ("Received", "Accepted", "Rejected", "Decided", "Corrected", "Reversed", "Paid")
    ),
)
_MONEY: Final = (
    Column("Day", whole=True),
    *map(money_column, ("Charged", "Allowed", "Paid", "Patient owes", "Went out")),
)
_PENDS: Final = (
    Column("Reason", whole=True),
    *(Column(title, right=True) for title in (*(title for _last, title in BUCKETS), OLDEST)),
    Column("Claims", right=True),
    money_column("Charged"),
)
_DENIALS: Final = (
    Column("Reason", whole=True),
    Column("Which says"),
    Column("Lines", right=True),
    Column("Claims", right=True),
    money_column("Denied"),
)
_PAYMENTS: Final = (
    Column("Method", whole=True),
    Column("State", whole=True),
    Column("Count", right=True),
    money_column("Amount"),
)
_PARTNERS: Final = (
    Column("Partner", whole=True),
    Column("Use", whole=True),
    Column("Interchanges", right=True),
    Column("Refused", right=True),
    Column("Claims", right=True),
    Column("Rejected", right=True),
    Column("Why"),
    Column("Last heard of", whole=True),
)
_WAITING: Final = (
    Column("What waits", whole=True),
    Column("Count", right=True),
    Column("Since", whole=True),
    money_column("Amount"),
)
_WATCHERS: Final = (
    Column("Watcher", whole=True),
    Column("Host", whole=True),
    Column("Since", whole=True),
    Column("Last beat", whole=True),
    Column("Seconds ago", right=True),
    Column("Files", right=True),
)


def facts_of(made: Dashboard) -> dict[str, object]:
    """Return all figures by their names, with the sums of the days."""
    return {**{name: getattr(made, name) for name in made.__struct_fields__}, "total": made.total}


def print_dashboard(made: Dashboard, now: datetime) -> None:
    """Print the figures, a table each."""
    total = made.total
    click.echo(
        f"{made.since} to {made.as_of}: {_percent(made.acceptance_rate)} of claims accepted at first, "
        f"{_percent(made.auto_adjudication_rate)} decided without anybody; "
        f"for testing {made.test_interchanges:,} interchanges with {made.test_claims:,} claims, apart\n"
    )
    print_table("Claims a day", _DAYS, _rows(made, total, _COUNTS))
    print_table(
        "Dollars by the day of decision; payments by the day they went out", _MONEY, _rows(made, total, _DOLLARS)
    )
    print_table("Claims that wait, by days since receipt", _PENDS, (
        (each.reason, *(count or None for count in each.ages), each.claims, each.charged) for each in made.pends
    ))  # fmt: skip
    print_table("Denied lines", _DENIALS, (
        (each.reason, each.says, each.lines, each.claims, each.amount) for each in made.denials
    ))  # fmt: skip
    print_table("Payments", _PAYMENTS, ((each.method, each.state, each.count, each.amount) for each in made.payments))
    print_table("Partners", _PARTNERS, (
        (each.partner or "unknown", each.usage, each.interchanges, each.rejected, each.claims, each.claims_rejected,
         "; ".join(f"{count}x {code}" for code, _says, count in each.why), local_minute(each.last_heard))
        for each in made.partners
    ))  # fmt: skip
    for codes, count in made.quarantined:
        click.echo(f"in quarantine: {count} for {codes}")
    print_table("Backlog", _WAITING, (
        (each.what, each.count, local_minute(each.oldest), each.amount or None) for each in made.waiting
    ))  # fmt: skip
    watchers = (
        (
            each.id,
            each.host,
            local_minute(each.started_at),
            local_minute(each.beat_at),
            int((now - each.beat_at).total_seconds()),
            each.files,
        )
        for each in made.watchers
    )
    print_table("Watchers", _WATCHERS, watchers)


def _rows(made: Dashboard, total: DayFigures, names: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """Yield a row a day on which there is anything of these, newest first, and the sum of all."""
    for day in reversed(made.days):
        values = tuple(getattr(day, name) for name in names)
        if any(values):
            yield (day.day, *(value or None for value in values))
    yield ("all", *(getattr(total, name) for name in names))


def _percent(rate: Decimal | None) -> str:
    return "none" if rate is None else f"{rate:.1%}"
