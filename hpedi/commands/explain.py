"""`hpedi explain`: the trail of a decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from hpedi.adjudication.decision import ClaimDecision, LineDecision, TrailStep
from hpedi.claims.claim import Claim
from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table
from hpedi.pipeline.records import StoredDecision


@click.command()
@click.argument("claim", metavar="CLAIM")
@json_option
@click.pass_obj
def command(session: Session, claim: str, *, as_json: bool) -> int:
    """Show why a claim was decided as it was.

    CLAIM is our number for it: CLP07 of the 835, REF*1K of the 277CA. Each step of the decision is a row: stage, rule,
    the dated parameter with its source, and the amounts after it.

    \b
    Example:
      hpedi explain 26061000010000002
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    with workspace.books.writing(acting(workspace, "explain", "claim")) as work:
        stored = work.claims.find(claim)
        decisions = work.decisions.find(claim)
        pends = [each.pend for each in work.pends.waiting(claim)]
        members = sorted({*(each.decision.member for each in decisions), *(each.member for each in pends)}) or [""]
        subject = f"claim:{claim}" if stored else "claim:none"  # what is no number of ours may be a member's
        result = "found" if stored else "not found"
        work.audit.record("explain", subject, members=members, reason="review", result=result)
    if stored is None:
        raise click.UsageError("no such claim: give our number for it, CLP07 of the 835 or REF*1K of the 277CA")
    if as_json:
        print_json(
            {
                "claim": claim,
                "type": stored.received.claim.type,
                "type_of_bill": stored.received.claim.type_of_bill,
                "state": stored.state,
                "note": stored.note,
                "pends": pends,
                "decisions": [_facts(each) for each in decisions],
            }
        )
        return ExitCode.OK
    sent = stored.received.claim
    bill = f", type of bill {sent.type_of_bill}" if sent.type_of_bill else ""
    click.echo(f"claim {claim}: {stored.state}" + (f" ({stored.note})" if stored.note else "") + bill)
    for waiting in pends:
        click.echo(f"pended: {waiting.message} ({waiting.status277})")
        print_trail("How far deciding came", waiting.trail)
    for each in decisions:
        _print(each.decision, sent)
    return ExitCode.OK


def _facts(stored: StoredDecision) -> dict[str, object]:
    return {"decided_on": stored.decided_on, "decision": stored.decision}


def _print(made: ClaimDecision, sent: Claim) -> None:
    """Print a decision; a line goes by its revenue code too, where it has one."""
    revenue_codes = {line.number: line.revenue_code for line in sent.lines}
    print_trail(f"Why, in order (decided by snapshot {made.snapshot})", made.trail)
    lines = (
        (
            line.number,
            f"{revenue_codes.get(line.number, '')} {line.code}".strip(),
            line.charged,
            line.allowed,
            line.paid,
            _adjustments(line),
            " ".join(line.remarks),
        )
        for line in made.lines
    )
    print_table("Lines", _LINES, lines)
    click.echo(
        f"status {made.status} ({made.status277}); charged {made.charged:,}, paid {made.paid:,}, "
        f"patient owes {made.patient_responsibility:,} US dollars"
    )


def print_trail(title: str, trail: Iterable[TrailStep]) -> None:
    """Print the steps of a trail."""
    print_table(title, _TRAIL, _steps(trail))


def _steps(trail: Iterable[TrailStep]) -> Iterator[tuple[object, ...]]:
    for step in trail:
        yield (step.stage, step.rule, step.line or "", step.parameter, step.source, _inputs(step), _amounts(step))


def _inputs(step: TrailStep) -> str:
    return ", ".join(f"{name} {value}" for name, value in step.inputs)


def _amounts(step: TrailStep) -> str:
    return ", ".join(f"{name} {amount:,}" for name, amount in step.amounts)


def _adjustments(line: LineDecision) -> str:
    return ", ".join(f"{each.group}-{each.carc} {each.amount:,}" for each in line.adjustments)


_TRAIL = (
    Column("Stage"),
    Column("Rule"),
    Column("Line", right=True),
    Column("Parameter"),
    Column("Source"),
    Column("Inputs"),
    Column("Amounts"),
)
_LINES = (
    Column("Line", right=True),
    Column("Code", whole=True),
    money_column("Charged"),
    money_column("Allowed"),
    money_column("Paid"),
    Column("Adjustments"),
    Column("Remarks"),
)
