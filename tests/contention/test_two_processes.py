"""Two processes at once without the lock that commands take: rows and names that transactions hold keep them apart."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.claims_837p import write_payer_folder
from hpedi.commands import ExitCode
from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import context_for, open_workspace
from hpedi.findings import Unavailable
from hpedi.pipeline import adjudicate
from hpedi.store.accumulator_tables import family_lock
from hpedi.store.accumulators import StoredAccumulators
from hpedi.store.database import Database
from hpedi.store.tables import decision
from tests.commands.running import run_hpedi
from tests.contention.checks import wrong
from tests.contention.claims import MEMBERS, accounts, file_of
from tests.contention.workers import RECEIVED, start
from tests.databases import Workspaces, engine_of
from tests.pipeline.conftest import KEY

FILES = 20
DAY = date(2026, 3, 16)
FAMILIES = [f"F{number:02d}" for number in range(30)]
TURNS = 60


def at_once(*works: Callable[[], None]) -> list[int]:
    """Do each in a process of its own; return their exit codes."""
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in [start(work) for work in works]]


@pytest.fixture
def home(workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with claims that wait; a transaction takes few of them."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setattr(adjudicate, "CLAIMS_A_TRANSACTION", 5)
    write_payer_folder(tmp_path / "payer", MEMBERS)
    home = tmp_path / "home"
    assert run_hpedi("--home", home, "init", *workspaces.init_options()) == ExitCode.OK
    assert run_hpedi("--home", home, "load", tmp_path / "payer") == ExitCode.OK
    files = [tmp_path / f"{number}.837" for number in range(FILES)]
    for number, path in enumerate(files):
        path.write_bytes(file_of(0, number))
    assert run_hpedi("--home", home, "receive", "--received", RECEIVED, *files) == ExitCode.OK
    return home


def decide(home: Path) -> None:
    """Decide what waits, as `hpedi adjudicate` does once it is alone."""
    Jobs(open_workspace(home), context_for(DAY)).adjudicate()


def pay(home: Path) -> None:
    """Pay what is decided; whoever comes too late is told to try again."""
    try:
        Jobs(open_workspace(home), context_for(DAY)).pay()
    except Unavailable:
        os._exit(ExitCode.TRY_AGAIN)


def lock(url: str, seed: int) -> None:
    """Take the lock sets of many claims of families, most of which nobody took before."""
    dice = random.Random(seed)  # noqa: S311 - which families, no secret
    database = Database(url)
    for _turn in range(TURNS):
        with database.writing() as connection:
            StoredAccumulators(connection).lock(sorted(dice.sample(FAMILIES, 8)))


def books_of(home: Path, sent: Sequence[str]) -> list[str]:
    """Pay and deliver what is left, and return what is wrong with the books."""
    for words in (("pay", "release", "--as-of", str(DAY)), ("deliver",)):
        assert run_hpedi("--home", home, *words) == ExitCode.OK
    return list(wrong(home, sent))


def test_each_claim_is_decided_and_paid_once(home: Path) -> None:
    """Two processes that decide, and two that pay, come to what one comes to: no claim twice, no number left out."""
    assert at_once(partial(decide, home), partial(decide, home)) == [ExitCode.OK, ExitCode.OK]
    with engine_of(home) as engine, engine.connect() as books:
        in_order = list(books.execute(select(decision.c.control_number).order_by(decision.c.ordinal)).scalars())
    assert in_order == sorted(in_order), "claims are decided in the order in which they came"
    assert set(at_once(partial(pay, home), partial(pay, home))) <= {ExitCode.OK, ExitCode.TRY_AGAIN}
    assert books_of(home, [each for number in range(FILES) for each in accounts(0, number)]) == []


def test_lock_sets_never_wait_for_each_other_in_a_ring(home: Path) -> None:
    """Lock sets that overlap, of families that are new too, are taken without a deadlock, and each is counted."""
    workspace = open_workspace(home)
    url = workspace.database.url
    before = _locks_taken(workspace.database)
    workspace.database.close()
    assert at_once(*(partial(lock, url, seed) for seed in range(3))) == [ExitCode.OK] * 3
    assert _locks_taken(workspace.database) - before == 3 * TURNS * 8
    workspace.database.close()


def _locks_taken(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.coalesce(func.sum(family_lock.c.version), 0))).scalar_one())
