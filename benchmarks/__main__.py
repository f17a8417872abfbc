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
from benchmarks.validation import Measured
from hpedi.commands.printing import Column, hint, print_json, print_table

FLOORS = Path(__file__).resolve().parent.parent.parent / "shared" / "bench"
FLOOR_SCRIPTS = {
    "floor: objects, streamed": ("floor_objects.py", "stream"),
    "floor: regex and dict": ("floor_validate.py", "plain"),
    "floor: regex and dict, memo": ("floor_validate.py", "memo"),
}
PYX12_CLAIMS = 1000
MEMORY_CLAIMS = (1_000, 10_000, 50_000)
ROUNDS = 3
PYX12 = "pyx12 4.0.0: validate + 999"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        job: What was done.
        value: How much.
        unit: Of what.
        against_pyx12: How many times pyx12's rate; None where that says nothing.
    """

    job: str
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
    columns = (Column("Job"), Column("Value", right=True), Column("Unit"), Column("x pyx12", right=True))
    rows = [(each.job, f"{each.value:,.1f}", each.unit, _times(each)) for each in figures]
    print_table(f"{claims:,} claims, Python {sys.version.split()[0]}", columns, rows)


def _validation(folder: Path, claims: int) -> Iterator[Figure]:
    path, of_one_set = folder / "claims.837", folder / "one-set.837"
    write_file(path, claims)
    write_file(of_one_set, PYX12_CLAIMS)
    jobs: dict[str, Callable[[], Measured]] = {
        "tokenise": lambda: validation.tokenise(path),
        "walk by the guide": lambda: validation.walk(path, memo=True),
        "walk by the guide, memo off": lambda: validation.walk(path, memo=False),
        "validate + 999, SNIP 1-2": lambda: validation.validate(path, snip=2),
        "validate + 999, all levels": lambda: validation.validate(path),
        PYX12: lambda: validation.validate_with_pyx12(of_one_set),
    }
    if FLOORS.is_dir():
        jobs |= {name: _floor(path, *script) for name, script in FLOOR_SCRIPTS.items()}
    else:
        hint("The floors are skipped: shared/bench does not lie beside the checkout.")
    best = validation.best_of(ROUNDS, jobs)
    for name, measured in best.items():
        yield Figure(name, measured.rate, "segments/s", measured.rate / best[PYX12].rate)
    yield Figure("memo hits", 100 * validation.memo_hit_rate(path), "% of segments")


def _floor(path: Path, script: str, kind: str) -> Callable[[], Measured]:
    return lambda: validation.floor(FLOORS / script, kind, str(path))


def _memory(folder: Path) -> Iterator[Figure]:
    for claims in MEMORY_CLAIMS:
        path = folder / f"{claims}.837"
        write_file(path, claims)
        yield Figure(f"peak memory, validate {claims:,} claims", memory.peak_of_validating(path), "MB")


def _end_to_end(claims: int) -> Iterator[Figure]:
    for step in end_to_end.run(claims):
        yield Figure(step.name, step.rate, "claims/s")


def _times(figure: Figure) -> str:
    return "" if figure.against_pyx12 is None else f"{figure.against_pyx12:,.1f}"


if __name__ == "__main__":
    main()
