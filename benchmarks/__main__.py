"""`python -m benchmarks` (or `make bench`): every figure of validation in one run, then from receipt to payment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks import claims_837p, end_to_end, validation
from benchmarks.claims_other import DENTAL_CLAIMS, INSTITUTIONAL
from benchmarks.distinctness import shares_of_own
from benchmarks.inquiries import ELIGIBILITY, STATUS
from benchmarks.interchanges import Kind, write_file
from benchmarks.remittances_835 import REMITTANCES
from benchmarks.validation import Measured
from hpedi.commands.printing import Column, hint, print_json, print_table

FLOORS: Final = Path(__file__).resolve().parent.parent.parent / "shared" / "bench"
FLOOR, FLOOR_WITH_MEMO, FLOOR_OBJECTS = "floor: regex and dict", "floor: regex and dict, memo", "floor: objects"
FLOOR_SCRIPTS: Final = {
    FLOOR: ("floor_validate.py", "plain"),
    FLOOR_WITH_MEMO: ("floor_validate.py", "memo"),
    FLOOR_OBJECTS: ("floor_objects.py", "stream"),
}
OTHER_KINDS: Final = (INSTITUTIONAL, DENTAL_CLAIMS, REMITTANCES, ELIGIBILITY, STATUS)
PYX12_UNITS, OTHER_UNITS, END_TO_END_CLAIMS = 1_000, 10_000, 10_000
ROUNDS: Final = 3
BALANCING, ALL = 3, 7
ANSWERED: Final = "837P: SNIP 1-2 + 999"
PYX12, PYX12_835 = "pyx12 4.0.0, 837P: SNIP 1-2 + 999", "pyx12 4.0.0, 835: SNIP 1-2, no 999"
MODELS: Final = "837P: claim models alone"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        job: What was done.
        value: How much.
        unit: Of what.
        against_pyx12: How many times pyx12's rate; None where that says nothing.
        against_floor: Which part of the plain floor's rate.
    """

    job: str
    value: float
    unit: str
    against_pyx12: float | None = None
    against_floor: float | None = None


@click.command()
@click.option("--claims", default=50_000, show_default=True, help="Claims in the 837P that is timed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one figure a line.")
@click.option("--skip-end-to-end", is_flag=True, help="Only measure validation.")
def main(*, claims: int, as_json: bool, skip_end_to_end: bool) -> None:
    """Measure, and print what was measured."""
    with TemporaryDirectory(prefix="hpedi-bench-") as folder:
        figures = [*_validation(Path(folder), claims), *_corpus()]
    if not skip_end_to_end:
        figures += [Figure(step.name, step.rate, "claims/s") for step in end_to_end.run(END_TO_END_CLAIMS)]
    if as_json:
        for figure in figures:
            print_json(figure)
        return
    columns = (
        Column("Job"),
        Column("Value", right=True),
        Column("Unit"),
        Column("x pyx12", right=True),
        Column("x floor", right=True),
    )
    rows = [
        (each.job, f"{each.value:,.1f}", each.unit, _times(each.against_pyx12, 1), _times(each.against_floor, 2))
        for each in figures
    ]
    print_table(f"{claims:,} claims, Python {sys.version.split()[0]}", columns, rows)


def _validation(folder: Path, claims: int) -> Iterator[Figure]:
    path, few = folder / "837P", folder / "837P-few"
    claims_837p.write_file(path, claims)
    claims_837p.write_file(few, min(claims, OTHER_UNITS))
    units = {"837P": claims}
    jobs: dict[str, Callable[[], Measured]] = {
        "837P: tokenise": partial(validation.tokenise, path),
        "837P: walk by the guide": partial(validation.walk, path, memo=True),
        "837P: walk by the guide, memo off": partial(validation.walk, path, memo=False),
        ANSWERED: partial(validation.validate, path, snip=2),
        "837P: SNIP 1-7 with models + 999": partial(validation.validate, path),
        MODELS: partial(validation.models, few),
    }
    for kind in OTHER_KINDS:
        jobs |= _jobs_of(folder, kind)
        units[kind.name] = OTHER_UNITS
    jobs |= _jobs_of_pyx12(folder)
    if FLOORS.is_dir():
        jobs |= {
            name: partial(validation.floor, FLOORS / file, job, str(path))
            for name, (file, job) in FLOOR_SCRIPTS.items()
        }
    else:
        hint("The floors are skipped: shared/bench does not lie beside the checkout.")
    yield from _told(validation.best_of(ROUNDS, jobs), units)
    yield Figure("837P: memo hits", 100 * validation.memo_hit_rate(path), "% of segments")


def _jobs_of(folder: Path, kind: Kind) -> Mapping[str, Callable[[], Measured]]:
    path = folder / kind.name
    write_file(path, kind, OTHER_UNITS)
    jobs = {
        f"{kind.name}: SNIP 1-2 + 999": partial(validation.validate, path, snip=2),
        f"{kind.name}: SNIP 1-7 + 999": partial(validation.validate, path),
    }
    if kind is REMITTANCES:
        jobs[f"{kind.name}: SNIP 1-3 (balancing) + 999"] = partial(validation.validate, path, snip=BALANCING)
    return jobs


def _jobs_of_pyx12(folder: Path) -> Mapping[str, Callable[[], Measured]]:
    claims, remittances = folder / "837P-one-set", folder / "835-one-set"
    claims_837p.write_file(claims, PYX12_UNITS)
    write_file(remittances, REMITTANCES, PYX12_UNITS)
    return {
        PYX12: partial(validation.validate_with_pyx12, claims),
        PYX12_835: partial(validation.validate_with_pyx12, remittances, answers=False),
    }


def _told(best: Mapping[str, Measured], units: Mapping[str, int]) -> Iterator[Figure]:
    floor = best.get(FLOOR)
    for name, measured in best.items():
        if name == MODELS:
            yield Figure(name, measured.rate, "claims/s")
            continue
        pyx12 = best[PYX12_835 if "835" in name else PYX12].rate
        is_comparable = name.startswith(("837P", "835", "floor", "pyx12"))
        yield Figure(
            name,
            measured.rate,
            "segments/s",
            measured.rate / pyx12 if is_comparable else None,
            measured.rate / floor.rate if floor is not None else None,
        )
        kind, _, what = name.partition(":")
        if kind in units and "SNIP 1-7" in what:
            yield Figure(name, units[kind] / measured.seconds, "claims/s" if kind[0] == "8" else "inquiries/s")


def _corpus() -> Iterator[Figure]:
    for what, share in shares_of_own().items():
        yield Figure(f"837P: claims of a set with {what} of their own", 100 * share, "%")


def _times(ratio: float | None, places: int) -> str:
    return "" if ratio is None else f"{ratio:,.{places}f}"


if __name__ == "__main__":
    main()
