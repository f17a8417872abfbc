"""`python -m benchmarks` (or `make bench`): every figure in one run, for one file of the sample payer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks import end_to_end, memory, validation
from benchmarks.claims_837p import write_file
from hpedi.commands.printing import Column, hint, print_json, print_table

FLOORS = Path(__file__).resolve().parent.parent.parent / "shared" / "bench"
FLOOR_SCRIPTS = {
    "floor: objects, streamed": ("floor_objects.py", "stream"),
    "floor: regex and dict": ("floor_validate.py", "plain"),
    "floor: regex and dict, memo": ("floor_validate.py", "memo"),
}
PYX12_CLAIMS = 1000
MEMORY_CLAIMS = (1_000, 10_000, 50_000)
TIMES = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        job: What was done.
        who: By whom.
        value: How much.
        unit: Of what.
        against_pyx12: How many times pyx12's rate; None where that says nothing.
    """

    job: str
    who: str
    value: float
    unit: str
    against_pyx12: float | None = None


@click.command()
@click.option("--claims", default=10_000, show_default=True, help="Claims in the file that is timed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one figure a line.")
@click.option("--skip-end-to-end", is_flag=True, help="Only measure validation.")
def main(*, claims: int, as_json: bool, skip_end_to_end: bool) -> None:
    """Measure, and print what was measured."""
    with TemporaryDirectory(prefix="hpedi-bench-") as folder:
        figures = [*_validation(Path(folder), claims), *_memory(Path(folder))]
    if not skip_end_to_end:
        figures += _end_to_end(claims)
    if as_json:
        for figure in figures:
            print_json(figure)
        return
    columns = (Column("Job"), Column("Who"), Column("Value", right=True), Column("Unit"), Column("x pyx12", right=True))
    rows = [(each.job, each.who, f"{each.value:,.1f}", each.unit, _times(each)) for each in figures]
    print_table(f"{claims:,} claims, Python {sys.version.split()[0]}", columns, rows)


def _validation(folder: Path, claims: int) -> Iterator[Figure]:
    path, of_one_set = folder / "claims.837", folder / "one-set.837"
    write_file(path, claims)
    write_file(of_one_set, PYX12_CLAIMS)
    pyx12 = validation.best_of(TIMES, lambda: validation.validate_with_pyx12(of_one_set))
    ours: dict[str, Callable[[], validation.Measured]] = {
        "tokenise": lambda: validation.tokenise(path),
        "walk by the guide": lambda: validation.walk(path, memo=True),
        "walk by the guide, memo off": lambda: validation.walk(path, memo=False),
        "validate + 999": lambda: validation.validate(path),
    }
    for job, measure in ours.items():
        rate = validation.best_of(TIMES, measure).rate
        yield Figure(job, "hpedi", rate, "segments/s", rate / pyx12.rate)
    yield Figure("memo hits", "hpedi", 100 * validation.memo_hit_rate(path), "% of segments")
    yield Figure("validate + 999", "pyx12 4.0.0", pyx12.rate, "segments/s", 1.0)
    if not FLOORS.is_dir():
        hint("The floors are skipped: shared/bench does not lie beside the checkout.")
        return
    for job, (script, kind) in FLOOR_SCRIPTS.items():
        rate = validation.floor(FLOORS / script, kind, str(path)).rate
        yield Figure(job, "plain Python", rate, "segments/s", rate / pyx12.rate)


def _memory(folder: Path) -> Iterator[Figure]:
    for claims in MEMORY_CLAIMS:
        path = folder / f"{claims}.837"
        write_file(path, claims)
        yield Figure(f"peak memory, validate {claims:,} claims", "hpedi", memory.peak_of_validating(path), "MB")


def _end_to_end(claims: int) -> Iterator[Figure]:
    for step in end_to_end.run(claims):
        yield Figure(step.name, "hpedi", step.rate, "claims/s")


def _times(figure: Figure) -> str:
    return "" if figure.against_pyx12 is None else f"{figure.against_pyx12:,.1f}"


if __name__ == "__main__":
    main()
