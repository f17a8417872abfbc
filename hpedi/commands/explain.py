"""`hpedi explain`: why a claim was decided as it was, every cent from charge to paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpedi.adjudication.decision import ClaimDecision, Pend, TrailStep
from hpedi.commands import ExitCode, Session
from hpedi.commands.explained_page import explained_page
from hpedi.commands.explained_rows import (
    ACCUMULATORS,
    CHANGES,
    NEAR,
    STEPS,
    TAKEN_OFF,
    accumulator_rows,
    changed_rows,
    heading_of,
    near_rows,
    step_rows,
    sums_of,
    taken_off_rows,
)
from hpedi.commands.printing import json_option, print_json, print_table
from hpedi.pipeline.explaining import ExplainedVersion, explained
from hpedi.pipeline.records import StoredClaim, StoredDecision
from hpedi.safekeeping.whole_files import write_whole

if TYPE_CHECKING:
    from hpedi.pipeline.ports import Work


@dataclass(frozen=True, slots=True)
class _Found:
    """A claim with its decisions, why it waits, and the decisions on other claims that it corrects."""

    stored: StoredClaim
    decisions: tuple[StoredDecision, ...]
    pends: tuple[Pend, ...]
    corrected: tuple[ClaimDecision, ...]


@click.command()
@click.argument("claim", metavar="CLAIM")
@click.option("--line", type=click.IntRange(min=1), metavar="N", help="Only this line, and what is of the whole claim.")
@click.option(
    "--html",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page that folds, can be searched and prints.",
)
@json_option
@click.pass_obj
def command(session: Session, claim: str, *, line: int | None, out: Path | None, as_json: bool) -> int:
    """Show why a claim was decided as it was.

    CLAIM is our number for it: CLP07 of the 835, REF*1K of the 277CA. Every cent from charge to paid has its rule, the
    dated parameter and its source; each step is told with the accumulators before and after it, and how near the
    limits were. A reversal and a correction follow the decision that they take back, with what changed.

    \b
    Example:
      hpedi explain 26061000010000002 --line 1
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    if out is not None and as_json:
        raise click.UsageError("--html and --json are two forms: ask for one")
    workspace = open_workspace(session.home)
    with workspace.books.writing(acting(workspace, "explain", "claim")) as work:
        found = _find(work, claim)
    if found is None:
        raise click.UsageError("no such claim: give our number for it, CLP07 of the 835 or REF*1K of the 277CA")
    if line is not None and line not in {each.number for each in found.stored.received.claim.lines}:
        raise click.UsageError("the claim has no such line")
    versions = explained(found.decisions, found.stored.received.claim, before=found.corrected, line=line)
    if as_json:
        print_json(_facts(claim, found, versions))
    elif out is not None:
        write_whole(out, explained_page(claim, _state(found.stored), versions, found.pends))
    else:
        _print(claim, found, versions)
    return ExitCode.OK


def _find(work: Work, claim: str) -> _Found | None:
    """Read a claim, and leave the audit row of who asked."""
    stored = work.claims.find(claim)
    decisions = work.decisions.find(claim)
    pends = tuple(each.pend for each in work.pends.waiting(claim))
    members = sorted({*(each.decision.member for each in decisions), *(each.member for each in pends)}) or [""]
    subject = f"claim:{claim}" if stored else "claim:none"  # what is no number of ours may be a member's
    work.audit.record("explain", subject, members=members, reason="review", result="found" if stored else "not found")
    if stored is None:
        return None
    others = {each.decision.of.partition("/")[0] for each in decisions} - {claim, ""}
    corrected = tuple(each.decision for other in sorted(others) for each in work.decisions.find(other))
    return _Found(stored, decisions, pends, corrected)


def _facts(claim: str, found: _Found, versions: tuple[ExplainedVersion, ...]) -> dict[str, object]:
    sent = found.stored.received.claim
    return {
        "claim": claim,
        "type": sent.type,
        "type_of_bill": sent.type_of_bill,
        "state": found.stored.state,
        "note": found.stored.note,
        "pends": found.pends,
        "decisions": [{"decided_on": each.decided_on, "decision": each.decision} for each in found.decisions],
        "explained": versions,
    }


def _state(stored: StoredClaim) -> str:
    bill = f", type of bill {stored.received.claim.type_of_bill}" if stored.received.claim.type_of_bill else ""
    return stored.state + (f" ({stored.note})" if stored.note else "") + bill


def _print(claim: str, found: _Found, versions: tuple[ExplainedVersion, ...]) -> None:
    click.echo(f"claim {claim}: {_state(found.stored)}")
    for waiting in found.pends:
        click.echo(f"pended: {waiting.message} ({waiting.status277})")
        print_trail("How far deciding came", waiting.trail)
    for version in versions:
        print_table(heading_of(version), TAKEN_OFF, taken_off_rows(version.units))
        print_table("Shares of the lines", TAKEN_OFF, taken_off_rows(version.shares))
        print_table("What changed", CHANGES, changed_rows(version.changed))
        print_table("Accumulators", ACCUMULATORS, accumulator_rows(version.steps))
        print_table("How near the limits were", NEAR, near_rows(version.near))
        print_trail("Why, in order", version.steps)
        click.echo(sums_of(version))


def print_trail(title: str, trail: Iterable[TrailStep]) -> None:
    """Print the steps of a trail; columns that no step fills are left out."""
    rows = list(step_rows(trail))
    filled = [place for place in range(len(STEPS)) if any(row[place] for row in rows)]
    print_table(title, [STEPS[place] for place in filled], _only(rows, filled))


def _only(rows: Iterable[tuple[object, ...]], places: list[int]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield tuple(row[place] for place in places)
