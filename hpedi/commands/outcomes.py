"""What the jobs did, as tables for people and lines of JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from hpedi.commands.printing import Column, hint, money_column, print_json, print_table
from hpedi.pipeline.adjudicate import Adjudicated
from hpedi.pipeline.received import ReceiptOutcome, ReceivedFile
from hpedi.transactions.remittance_835.model import REVERSAL

SHOWN = 40
FINDINGS_SHOWN = 3


def print_received(files: Sequence[ReceivedFile], *, as_json: bool) -> None:
    """Say what came in, an interchange a row."""
    if as_json:
        for file in files:
            print_json({"received": file})
        return
    columns = (
        Column("File", whole=True),
        Column("Interchange", whole=True),
        Column("Partner"),
        Column("Use"),
        Column("Verdict"),
        Column("TA1", whole=True),
        Column("Sets taken", right=True, whole=True),
        Column("Claims taken", right=True, whole=True),
        Column("Findings", whole=True),
    )
    rows = [row for file in files for row in _file_rows(file)]
    print_table("What came in", columns, rows)


def _file_rows(file: ReceivedFile) -> list[tuple[object, ...]]:
    name = Path(file.name).name
    if file.quarantined:
        verdict = "in quarantine" + (", as before" if file.again else "")
        return [(name, "", "", "", verdict, "", "", "", _first(file.noted))]
    outside = [(name, "", "", "", "outside interchanges", "", "", "", _first(file.noted))] if file.noted else []
    return [*outside, *(_receipt_row(name, receipt) for receipt in file.receipts)]


def _receipt_row(name: str, receipt: ReceiptOutcome) -> tuple[object, ...]:
    summary = receipt.summary
    verdict = receipt.verdict.replace("_", " ") + (", as before" if receipt.again else "")
    if summary.repeats is not None:
        verdict = f"repeats receipt {summary.repeats}"
    taken = (_taken(summary.sets, summary.sets_refused), _taken(summary.claims, summary.claims_refused))
    partner = receipt.partner or "unknown"
    return (
        name,
        receipt.control_number,
        partner,
        receipt.usage,
        verdict,
        summary.ta1,
        *taken,
        _first(summary.findings),
    )


def _taken(came: int, refused: int) -> str:
    return f"{came - refused:,} of {came:,}"


def _first(findings: Sequence[str]) -> str:
    """Return one finding a line; the first few say enough, `hpedi validate` lists all."""
    left_off = len(findings) - FINDINGS_SHOWN
    return "\n".join([*findings[:FINDINGS_SHOWN], *([f"and {left_off} more"] if left_off > 0 else [])])


def print_adjudicated(outcome: Adjudicated, *, as_json: bool) -> None:
    """Say what was decided: the first claims one by one, then the totals."""
    if as_json:
        print_json({"adjudicated": outcome})
        return
    columns = (
        Column("Claim", whole=True),
        Column("Status", whole=True),
        Column("277", whole=True),
        money_column("Charged"),
        money_column("Paid"),
        money_column("Patient owes"),
        Column("Why"),
    )
    rows = [
        (each.claim, each.clp02, each.status277, each.charged, each.paid, each.patient, each.why)
        for each in outcome.first
    ]
    print_table("What was decided", columns, rows)
    if outcome.decided + outcome.pended > len(outcome.first):
        hint(f"and {outcome.decided + outcome.pended - len(outcome.first):,} more; `hpedi status` has the totals")
    taken_back = next((each.claim for each in outcome.first if each.clp02 == REVERSAL), "")
    if taken_back:
        propose = f"hpedi reprocess propose --reason NAME --after {taken_back}"
        hint(f"what was taken back may change later claims of the family: `{propose}` lists them")
    click.echo(
        f"decided {outcome.decided:,} claims, pended {outcome.pended:,}; "
        f"charged {outcome.charged:,} paid {outcome.paid:,} US dollars"
    )


def print_delivered(files: Sequence[tuple[str, Path]], *, as_json: bool) -> None:
    """Say where each file lies."""
    if as_json:
        print_json({"delivered": [{"kind": kind, "path": str(path)} for kind, path in files]})
        return
    print_table("What was written", (Column("Kind", whole=True), Column("File", whole=True)), files[:SHOWN])
    if len(files) > SHOWN:
        hint(f"and {len(files) - SHOWN:,} more files")
    if not files:
        click.echo("nothing to deliver: all files lie in their folders")
