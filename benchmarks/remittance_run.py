"""`python -m benchmarks.remittance_run`: decided claims of many payees are remitted and paid; how fast, in what memory.

Timed is `hpedi pay` (building, 835s, read back and balanced, bank files, one commit each), delivery and the proof of
the ledger, in a process of its own; then, over the 835s that went out, writing them anew and reading them back and
balancing them, by themselves. A tenth of the claims for a tenth of the payees tells what memory grows by. SQLite may
keep 32 MB of pages a connection, and as much to sort, which a small run does not fill; here it keeps 2 MB (and takes no
longer), so that what grows is what hpedi holds. Leaves with 1 where a bar (speed; memory of paying and delivering) is
not reached.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
from sqlalchemy import event

from benchmarks import claims_837p, validation
from benchmarks.__main__ import FLOOR, FLOOR_SCRIPTS, FLOORS
from benchmarks.adjudication_world import DECIDED_ON
from benchmarks.memory import own_peak
from hpedi.commands import COLLECTOR_THRESHOLDS
from hpedi.commands.jobs import REMITTANCE_GUIDE, Jobs
from hpedi.commands.printing import Column, hint, print_json, print_table
from hpedi.commands.workspace import context_for, open_workspace
from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.log import configure
from hpedi.payments.verification import read_remittances, verify_remittances
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.pipeline.proof import prove
from hpedi.pipeline.records import REMITTANCE_SET
from hpedi.store.database import Database
from hpedi.transactions.remittance_835.delimiters import write_remittances
from hpedi.transactions.remittance_835.model import Remittance
from hpedi.transactions.remittance_835.write import write_remittance
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet

A_TENTH: Final = 10
RATE, MORE_MEGABYTES = 100_000, 10.0
"""The bars: segments a second written and balanced; MB that ten times as much may take more."""
ROUNDS: Final = 3
FLOOR_CLAIMS: Final = 10_000
PAID_ON: Final = DECIDED_ON + timedelta(days=1)
KEPT_KILOBYTES: Final = 2048
"""Of pages, for each connection."""
ENDS: Final = 6
"""ISA, GS, ST, SE, GE and IEA of an interchange with one set."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `against_floor` is its share of the plain floor's rate."""

    job: str
    value: float
    unit: str
    against_floor: float | None = None


@click.command()
@click.option("--claims", default=50_000, show_default=True, help="Claims that are paid.")
@click.option("--payees", default=500, show_default=True, help="Payees that they are spread over.")
@click.option("--home", type=click.Path(path_type=Path, exists=True), help="Pay what is decided there, and print it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one figure a line.")
def main(*, claims: int, payees: int, home: Path | None, as_json: bool) -> None:
    """Measure, and print what was measured."""
    configure()
    if home is not None:
        click.echo(json.dumps(paid(home)))
        return
    with TemporaryDirectory(prefix="hpedi-bench-") as folder:
        place = Path(folder)
        os.environ |= {"XDG_CONFIG_HOME": str(place / "config"), "XDG_STATE_HOME": str(place / "state")}
        few = _paid_apart(place / "few", claims // A_TENTH, max(payees // A_TENTH, 1))
        many = _paid_apart(place / "many", claims, payees)
        floor = _floor(place)
    figures = list(_figures(claims, few, many, floor))
    _print(figures, f"{claims:,} claims, {payees:,} payees, SQLite", as_json=as_json)
    sys.exit(many["balanced"] < RATE or many["peak"] - few["peak"] > MORE_MEGABYTES)


def _paid_apart(home: Path, claims: int, payees: int) -> Any:
    """Make a workspace with decided claims, and pay them in a process of its own."""
    made = [sys.executable, "-m", "benchmarks.remittance_run", "--home", str(home)]
    begun = [sys.executable, "-c", _MAKE, str(home), str(claims), str(payees)]
    subprocess.run(begun, check=True)  # noqa: S603
    return json.loads(subprocess.run(made, check=True, capture_output=True, text=True).stdout)  # noqa: S603


_MAKE: Final = """
import pathlib, sys
from benchmarks.remittance_world import make_decided
make_decided(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])).database.close()
"""


def paid(home: Path) -> dict[str, float]:
    """Pay what is decided in a workspace, deliver and prove it; then write and balance the same 835s by themselves."""
    gc.set_threshold(*COLLECTOR_THRESHOLDS)  # as every command has it
    workspace = open_workspace(home)
    _keep_few_pages(workspace.database)
    jobs = Jobs(workspace, context_for(PAID_ON))
    _read_first = jobs.reference
    clock, processor = time.perf_counter(), time.process_time()
    jobs.pay()
    told = {"clock": time.perf_counter() - clock, "processor": time.process_time() - processor}
    clock = time.perf_counter()
    rows = [row for row in jobs.deliver().files if row.kind == REMITTANCE_SET]
    told |= {"delivery": time.perf_counter() - clock, "remittances": float(len(rows)), "peak": own_peak()}
    guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
    if guide is None:
        raise LookupError("the 835 guide is not among our guides")
    clock = time.perf_counter()
    with workspace.books.writing(context_for(PAID_ON)) as work:
        proven = prove(work, guide, LedgerScope())
    if proven.count or proven.remittances != len(rows):
        raise RuntimeError("the ledger of the benchmark does not agree with its 835s")
    told |= {"proof": time.perf_counter() - clock, "proof peak": own_peak()}
    paths = [workspace.mailbox.path(row.folder, row.name) for row in rows]
    workspace.database.close()
    return told | _rates(paths, guide)


def _keep_few_pages(database: Database) -> None:
    for engine in (database.writer, database.reader):
        event.listen(engine, "connect", lambda made, _record: made.execute(f"PRAGMA cache_size=-{KEPT_KILOBYTES}"))
        engine.dispose()  # what is connected already


def _rates(paths: Sequence[Path], guide: Guide) -> dict[str, float]:
    """Return segments a second of processor time: written, read back and balanced, and both."""
    remittances = [made for path in paths for made in read_remittances(path.read_bytes(), guide).remittances]
    segments = sum(sum(1 for _each in write_remittance(made)) + ENDS for made in remittances)
    written = min(_timed(lambda: [_written(made) for made in remittances]) for _round in range(ROUNDS))
    contents = [_written(made) for made in remittances]
    verified = min(_timed(lambda: _verified(contents, guide, remittances)) for _round in range(ROUNDS))
    return {
        "segments": float(segments),
        "written": segments / written,
        "verified": segments / verified,
        "balanced": segments / (written + verified),
    }


def _verified(contents: Sequence[bytes], guide: Guide, remittances: Sequence[Remittance]) -> None:
    for content, made in zip(contents, remittances, strict=True):
        verify_remittances(content, guide, [made])


def _written(remittance: Remittance) -> bytes:
    segments = list(write_remittance(remittance))
    party, instant = InterchangeParty("ZZ", "94267"), validation.INSTANT
    body = TransactionSet(id=REMITTANCE_SET, control_number="0001", segments=segments)
    group = FunctionalGroup(
        functional_id=REMITTANCE_GUIDE[0],
        sender="94267",
        receiver="94267",
        instant=instant,
        control_number=1,
        version=REMITTANCE_GUIDE[1],
        sets=[body],
    )
    whole = Interchange(sender=party, receiver=party, instant=instant, control_number=1, usage="P", groups=[group])
    return write_remittances(whole)


def _timed(job: Callable[[], object]) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


def _floor(folder: Path) -> float | None:
    if not FLOORS.is_dir():
        hint("The floor is skipped: shared/bench does not lie beside the checkout.")
        return None
    path = folder / "floor.837"
    claims_837p.write_file(path, FLOOR_CLAIMS)
    script, job = FLOOR_SCRIPTS[FLOOR]
    return max(validation.floor(FLOORS / script, job, str(path)).rate for _round in range(ROUNDS))


def _figures(claims: int, few: Any, many: Any, floor: float | None) -> Iterator[Figure]:
    yield Figure("pay", claims / many["clock"], "claims/s by the clock")
    yield Figure("pay", claims / many["processor"], "claims/s of processor time")
    yield Figure("pay", many["processor"] / claims * 1e6, "us of processor time a claim")
    yield Figure("deliver", many["remittances"] / many["delivery"], "835s/s by the clock")
    yield Figure("prove", claims / many["proof"], "claims/s by the clock")
    for job, name in (
        ("835s written", "written"),
        ("835s read back and balanced", "verified"),
        ("835s written and balanced", "balanced"),
    ):
        yield Figure(job, many[name], "segments/s", many[name] / floor if floor else None)
    yield Figure("835s", many["segments"] / many["remittances"], "segments each")
    if floor:
        yield Figure(FLOOR, floor, "segments/s", 1.0)
    yield Figure("peak memory, a tenth of it", few["peak"], "MB")
    yield Figure("peak memory", many["peak"], "MB")
    yield Figure("peak memory with the proof, a tenth of it", few["proof peak"], "MB")
    yield Figure("peak memory with the proof", many["proof peak"], "MB")


def _print(figures: Sequence[Figure], title: str, *, as_json: bool) -> None:
    if as_json:
        for figure in figures:
            print_json(figure)
        return
    columns = (Column("Job"), Column("Value", right=True), Column("Unit"), Column("x floor", right=True))
    shares = ["" if each.against_floor is None else f"{each.against_floor:.2f}" for each in figures]
    rows = [(each.job, f"{each.value:,.1f}", each.unit, share) for each, share in zip(figures, shares, strict=True)]
    print_table(title, columns, rows)


if __name__ == "__main__":
    main()
