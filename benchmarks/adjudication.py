"""`python -m benchmarks.adjudication`: claim models that wait become stored decisions; how fast, and where time goes.

The payer has 100,000 members however many claims there are. Timed is what `hpedi adjudicate` does from the first claim
read to the last commit, by the clock and by processor time; a second run, over more claims of the same members,
tells the share of each stage.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks.adjudication_world import DECIDED_ON, make_workspace, stage
from benchmarks.stage_clock import StageClock
from hpedi.commands.jobs import Jobs
from hpedi.commands.printing import Column, print_json, print_table
from hpedi.commands.workspace import Workspace, context_for

MOST_STAGED: Final = 20_000
"""Claims of the run that tells shares."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure."""

    job: str
    value: float
    unit: str


@click.command()
@click.option("--claims", default=10_000, show_default=True, help="Claims that are decided.")
@click.option("--database", "database_url", help="An empty database; left out, a SQLite of its own.")
@click.option("--workers", default=1, show_default=True, help="Processes that decide.")
@click.option("--stages/--no-stages", default=True, help="Also tell the share of each stage.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one figure a line.")
def main(*, claims: int, database_url: str | None, workers: int, stages: bool, as_json: bool) -> None:
    """Measure, and print what was measured."""
    # Kept until the command closes the workspace, which seals the audit log.
    folder = TemporaryDirectory(prefix="hpedi-bench-")
    place = Path(click.get_current_context().with_resource(folder))
    os.environ |= {"XDG_CONFIG_HOME": str(place / "config"), "XDG_STATE_HOME": str(place / "state")}
    workspace = make_workspace(place / "workspace", database_url, claims)
    figures = [*decided(workspace, claims, workers)]
    if stages:
        more = min(claims, MOST_STAGED)
        stage(workspace, iter(range(claims, claims + more)))
        figures += shares(workspace, more)
    if as_json:
        for figure in figures:
            print_json(figure)
        return
    rows = [(each.job, f"{each.value:,.1f}", each.unit) for each in figures]
    title = f"{claims:,} claims, {'SQLite' if database_url is None else 'PostgreSQL'}, {workers} workers"
    print_table(title, (Column("Job"), Column("Value", right=True), Column("Unit")), rows)


def decided(workspace: Workspace, claims: int, workers: int) -> list[Figure]:
    """Decide all claims that wait."""
    jobs = Jobs(workspace, context_for(DECIDED_ON))
    _read_first = jobs.reference
    clock, processor = time.perf_counter(), time.process_time()
    outcome = jobs.adjudicate(workers)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    if outcome.decided != claims:
        raise RuntimeError(f"{outcome.decided} of {claims} claims were decided")
    figures = [Figure("decided", claims / clock, "claims/s by the clock")]
    if workers == 1:
        figures += [
            Figure("decided", claims / processor, "claims/s of processor time"),
            Figure("a claim", processor / claims * 1e6, "us of processor time"),
        ]
    return figures


def shares(workspace: Workspace, claims: int) -> list[Figure]:
    """Decide claims that wait, stage by stage."""
    jobs, clock = Jobs(workspace, context_for(DECIDED_ON)), StageClock()
    _read_first = jobs.reference
    with clock.running():
        outcome = jobs.adjudicate()
    if outcome.decided != claims:
        raise RuntimeError(f"{outcome.decided} of {claims} claims were decided")
    whole = sum(clock.seconds.values())
    ordered = sorted(clock.seconds.items(), key=lambda each: -each[1])
    return [
        figure
        for name, seconds in ordered
        for figure in (
            Figure(f"stage: {name}", seconds / claims * 1e6, "us a claim"),
            Figure(f"stage: {name}", 100 * seconds / whole, "% of the clock"),
        )
    ]


if __name__ == "__main__":
    main()
