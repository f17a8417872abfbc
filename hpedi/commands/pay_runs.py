"""The payment runs and payments that there are: tables for people and lines of JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import click

from hpedi.commands.pay_pages import PAYMENTS, STANDING, payment_facts, payment_row
from hpedi.commands.printing import Column, hint, money_column, print_json, print_table
from hpedi.commands.workspace import Workspace, local_minute
from hpedi.money import ZERO
from hpedi.payments.states import PaymentState
from hpedi.pipeline.bank_files import CHECKS
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import OutboundRow, PaymentEvent, PaymentRun, StoredPayment, Total
from hpedi.run_context import RunContext

_RUNS: Final = (
    Column("Run", right=True),
    Column("Day", whole=True),
    Column("Begun by", whole=True),
    Column("State", whole=True),
    Column("Payments", right=True),
    money_column("Total"),
)
_EVENTS: Final = (
    Column("Number", whole=True),
    Column("State", whole=True),
    Column("When", whole=True),
    Column("By", whole=True),
    Column("Why"),
)
_FILES: Final = (Column("Kind", whole=True), Column("File", whole=True), Column("Delivered", whole=True))

_RUN_DIGITS: Final = 9
"""A run's number never has more."""


def print_why_nothing(workspace: Workspace, context: RunContext) -> None:
    """Say who paid last, where nothing was left to pay."""
    with workspace.books.reading(context) as work:
        runs = work.payments.runs()
    if runs:
        last = runs[-1]
        hint(
            f"the last run, {last.id}, was begun by {last.principal} at {local_minute(last.instant)}: `hpedi pay show`"
        )


def print_runs(runs: Sequence[PaymentRun], totals: Mapping[int, Sequence[Total]], *, as_json: bool) -> None:
    """List payment runs, a run a row."""
    if as_json:
        for run in runs:
            print_json(_run_facts(run, totals.get(run.id, ())))
        return
    print_table("Payment runs", _RUNS, (tuple(_run_facts(run, totals.get(run.id, ())).values()) for run in runs))
    if not runs:
        click.echo("there is no payment run yet")


def _run_facts(run: PaymentRun, totals: Sequence[Total]) -> dict[str, object]:
    return {
        "run": run.id,
        "day": run.as_of,
        "begun_by": run.principal,
        "state": _state_of(run, totals),
        "payments": sum(each.count for each in totals),
        "total": sum((each.paid for each in totals), ZERO),
    }


def _state_of(run: PaymentRun, totals: Sequence[Total]) -> str:
    """Return a run's state in a word or two: what its payments stand in, the most urgent first."""
    if run.state == "open":
        return "interrupted"
    counts = {PaymentState(each.kind): each.count for each in totals}
    for state in (PaymentState.BUILT, PaymentState.APPROVED):
        if state in counts:
            return f"{counts[state]:,} {STANDING[state]}"
    return ", ".join(f"{count:,} {state.value}" for state, count in sorted(counts.items())) or "nothing paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A run with its totals by state, or a payment alone (then `run` is None); with states and files."""

    run: PaymentRun | None
    payments: tuple[StoredPayment, ...]
    events: tuple[PaymentEvent, ...]
    files: tuple[OutboundRow, ...]
    totals: tuple[Total, ...] = ()
    reissue: StoredPayment | None = None


def shown(work: Work, name: str) -> Shown | None:
    """Return what there is of a check or EFT number, or of a run's number; None where there is nothing."""
    stored = work.payments.by_number(name)
    if stored is not None:
        return Shown(
            run=None,
            payments=(stored,),
            events=work.payments.events([stored.id]),
            files=tuple(_files_of(work, stored)),
            reissue=work.payments.reissue_of(name),
        )
    run = work.payments.run(int(name)) if name.isascii() and name.isdigit() and len(name) <= _RUN_DIGITS else None
    if run is None:
        return None
    payments = work.payments.of_run(run.id)
    events = work.payments.events([each.id for each in payments])
    totals = work.payments.run_totals([run.id]).get(run.id, ())
    return Shown(run=run, payments=payments, events=events, files=work.outbox.rows(run=run.id), totals=totals)


def _files_of(work: Work, stored: StoredPayment) -> Iterator[OutboundRow]:
    """Yield the files of a payment: its 835, and the bank's file that holds its EFT or check."""
    number = stored.payment.trace_number
    remitted_in = work.payments.file_of(number)
    sent = {entry.file for entry in work.payments.eft_entries(stored.run) if entry.trace_number == number}
    for row in work.outbox.rows(run=stored.run):
        drawn = row.kind == CHECKS and f"\n{number}," in work.outbox.content(row).decode()
        if drawn or row.name in sent or row.id == remitted_in:
            yield row


def print_shown(found: Shown, *, as_json: bool) -> None:
    """Show a run or a payment: its payments, their states with who and when, and the files written for it."""
    numbers = {each.id: each.payment.trace_number for each in found.payments}
    if as_json:
        states = [
            {"trace_number": numbers[each.payment], "state": each.state, "at": each.at, "by": each.principal,
             "why": each.reason}
            for each in found.events
        ]  # fmt: skip
        files = [{"kind": each.kind, "name": each.name, "delivered_at": each.delivered_at} for each in found.files]
        run = {"run": _run_facts(found.run, found.totals)} if found.run else {}
        again = {"reissued_as": found.reissue.payment.trace_number} if found.reissue else {}
        payments = [payment_facts(each.listed) for each in found.payments]
        print_json({**run, **again, "payments": payments, "states": states, "files": files})
        return
    if found.run:
        print_table("Payment run", _RUNS, [tuple(_run_facts(found.run, found.totals).values())])
    rows = (payment_row(each.listed, _standing(each, found)) for each in found.payments)
    print_table("Payments", PAYMENTS, rows)
    events = ((numbers[e.payment], e.state.value, local_minute(e.at), e.principal, e.reason) for e in found.events)
    print_table("States", _EVENTS, events)
    print_table("Files", _FILES, ((each.kind, each.name, local_minute(each.delivered_at)) for each in found.files))


def _standing(stored: StoredPayment, found: Shown) -> str:
    if found.reissue is not None:
        return f"reissued as {found.reissue.payment.trace_number}"
    return f"in place of {stored.payment.reissues}" if stored.payment.reissues else stored.state.value
