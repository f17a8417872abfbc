"""Deciding with several workers: the same money as with one, also where workers are killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal, TypeAlias

import pytest
from msgspec.structs import replace as changed
from sqlalchemy import select

from benchmarks.claims_837p import claim as claim_of
from benchmarks.claims_837p import write_payer_folder
from hpedi.claims.claim import Claim
from hpedi.commands.crew import Crew
from hpedi.commands.jobs import Jobs
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import Workspace, context_for, create, open_workspace
from hpedi.pipeline import adjudicate, deal
from hpedi.pipeline.deal import Done
from hpedi.pipeline.pace import FEW
from hpedi.store.accumulator_tables import accumulator_entry, family_lock
from hpedi.store.accumulators import StoredAccumulators
from hpedi.store.database import Database
from hpedi.store.tables import audit_entry, decision, past_line, posting
from hpedi.store.tables import claim as claim_table
from hpedi.store.work_tables import pend
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, interchange
from tests.databases import Workspaces, engine_of
from tests.pipeline.conftest import KEY, RECEIVED

DAY: Final = date(2026, 3, 16)
MEMBERS: Final = 16
ROUNDS: Final = 8
"""As many claims of each member as leave tasks for every kill: over PostgreSQL workers end those at hand."""
PAUSE_SECONDS: Final = 0.002
"""Of somebody who writes all the time: less than any claim takes, so that each turn is waited for."""
Point: TypeAlias = Literal["given", "to take", "taken"]
KILLS: Final[tuple[tuple[Point, int], ...]] = (("given", 1), ("taken", 2), ("to take", 4), ("given", 5), ("taken", 3))
"""Where the dealer is killed, run by run, and the how-manieth time that it comes there; a task has five claims."""

Money = Sequence[object]


def _claims() -> list[Claim]:
    """Return claims in which every family comes again and again, across its limits, and some replace others."""
    made = []
    for turn in range(ROUNDS):
        for number in range(MEMBERS):
            sent = claim_of(number)
            days = timedelta(days=turn)
            lines = tuple(
                changed(line, dates=replace(line.dates, start=line.dates.start - days, end=line.dates.start - days))
                for line in sent.lines
            )
            made.append(changed(sent, patient_control_number=f"T{turn}-{number}", lines=lines))
    return made


@pytest.fixture
def home(workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which claims wait."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setattr(deal, "CLAIMS_A_TASK", 5)
    home = tmp_path / "home"
    create(home, workspaces.url())
    workspace = open_workspace(home)
    write_payer_folder(tmp_path / "payer", MEMBERS)
    load_folder(workspace, context_for(DAY), tmp_path / "payer")
    (tmp_path / "arrived.837").write_bytes(interchange(PRAIRIELINK, CLEARINGHOUSE, 501, [claim_set("0001", _claims())]))
    Jobs(workspace, context_for(DAY)).receive(tmp_path / "arrived.837", RECEIVED)
    _replace_some(workspace)
    workspace.database.close()
    return home


def _replace_some(workspace: Workspace) -> None:
    """Let some claims replace and void earlier ones that wait as they do."""
    with workspace.books.reading(context_for(DAY)) as work:
        waiting = work.claims.waiting_after(0, 0, 1_000)
    with workspace.books.writing(context_for(DAY)) as work:
        work.claims.drop(waiting[0].receipt)
        last = len(waiting) - MEMBERS
        for place, stored in enumerate(waiting):
            sent = stored.received.claim
            if place >= last and place % 3 != 0:
                original = waiting[place - MEMBERS].received.payer_claim_control_number
                sent = changed(sent, frequency="8" if place % 3 == 1 else "7", original_reference=original)
            work.claims.stage([replace(stored, received=changed(stored.received, claim=sent))])


def _money(home: Path) -> Money:
    """Return what was decided and counted, in an order that does not hang on who was first."""
    workspace = open_workspace(home)
    with workspace.books.reading(context_for(DAY)) as work, engine_of(home) as engine, engine.connect() as books:
        numbers = books.execute(select(claim_table.c.control_number).order_by(claim_table.c.control_number)).scalars()
        decided = [each.decision for number in numbers for each in work.decisions.find(number)]
        states = books.execute(select(claim_table.c.control_number, claim_table.c.state).order_by("control_number"))
        entry = accumulator_entry.c
        columns = (entry.owner, entry.accumulator, entry.plan, entry.period, entry.source, entry.amount)
        entries = books.execute(select(*columns).order_by(*columns))
        ordinals = sorted(books.execute(select(decision.c.ordinal)).scalars())
        owners = sorted({each.member for each in decided})
        history = books.execute(select(past_line).order_by(past_line.c.control_number, past_line.c.line)).all()
        balances = StoredAccumulators(books).balances([*owners, *{each.family for each in decided}])
        rows = [books.execute(select(*columns).order_by(*columns)).all() for columns in OF_A_CLAIM]
        found = [decided, states.all(), entries.all(), ordinals, history, balances, rows]
    workspace.database.close()
    return found


OF_A_CLAIM: Final = (
    (posting.c.source, posting.c.account, posting.c.funding_account, posting.c.debit, posting.c.credit),
    (audit_entry.c.subject, audit_entry.c.action, audit_entry.c.member, audit_entry.c.reason, audit_entry.c.result),
    (pend.c.control_number, pend.c.version, pend.c.reason, pend.c.status277),
    (family_lock.c.family,),
)
"""What else there is of decided claims: ledger, audit log, pends and locks, whoever wrote them when."""


def _decide(home: Path, workers: int) -> Money:
    workspace = open_workspace(home)
    Jobs(workspace, context_for(DAY)).adjudicate(workers)
    workspace.database.close()
    return _money(home)


def test_any_number_of_workers_gives_the_same_money(home: Path, workspaces: Workspaces, tmp_path: Path) -> None:
    """One, two and four workers decide the same claims of the same families to the same cents."""
    two, four = (workspaces.copy(home, tmp_path / name) for name in ("two", "four"))
    expected = _decide(home, 1)
    assert _decide(two, 2) == expected
    assert _decide(four, 4) == expected


def test_tasks_are_whole_where_nobody_waits(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom nobody waits for gives whole tasks from the first on, more than a short transaction takes."""
    given: list[int] = []

    def give(crew: Crew, worker: int, numbers: tuple[str, ...], give: Callable[..., None] = Crew.give) -> None:
        given.append(len(numbers))
        give(crew, worker, numbers)

    monkeypatch.setattr(deal, "CLAIMS_A_TASK", FEW + 4)
    monkeypatch.setattr(Crew, "give", give)
    _decide(home, 2)
    assert given[:2] == [FEW + 4, FEW + 4]


def test_beside_others_who_write_the_money_is_the_same(
    home: Path, workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker, while somebody else writes all the time: claims are decided before the turns that store them."""
    other = workspaces.copy(home, tmp_path / "other")
    expected = _decide(home, 1)
    monkeypatch.setattr(adjudicate, "CLAIMS_A_TRANSACTION", 5)
    is_over = threading.Event()

    def write(database: Database) -> int:
        turns = 0
        while not is_over.is_set():
            with database.writing():
                turns += 1
            time.sleep(PAUSE_SECONDS)
        return turns

    with closing(open_workspace(other).database) as database, ThreadPoolExecutor(1) as threads:
        turns = threads.submit(write, database)
        try:
            assert _decide(other, 1) == expected
        finally:
            is_over.set()
        assert turns.result() > MEMBERS * ROUNDS / 5


def test_what_others_decided_meanwhile_is_not_stored_twice(home: Path, workspaces: Workspaces, tmp_path: Path) -> None:
    """Half of what was decided before its turn somebody else has stored by then; the rest is decided by that."""
    other = workspaces.copy(home, tmp_path / "other")
    expected = _decide(home, 1)
    workspace = open_workspace(other)
    books, context, reference = workspace.books, context_for(DAY), Jobs(workspace, context_for(DAY)).reference
    twice = 2 * MEMBERS
    before = adjudicate.decide_before(books, context, reference, lambda work: work.claims.next_to_decide(twice))
    with books.writing(context) as work:
        adjudicate.decide(work, work.claims.next_to_decide(MEMBERS), reference).store(work, context)
    with books.writing(context) as work:
        stored = adjudicate.store(work, context, reference, before)
    workspace.database.close()
    assert (before.outcome.decided + before.outcome.pended, stored.decided + stored.pended) == (twice, MEMBERS)
    assert _decide(other, 1) == expected


def _killed(home: Path, point: Point, passes: int, *, stores: bool) -> None:
    """Deal in a process that is killed when it comes to a point for so many times."""
    child = os.fork()
    if child == 0:
        try:
            workspace = open_workspace(home)
            crew = DyingCrew(2, stores=stores, point=point, passes=passes)
            reference = Jobs(workspace, context_for(DAY)).reference
            with crew.at_work(workspace, context_for(DAY), reference):
                deal.adjudicate_dealt(workspace.books, context_for(DAY), reference, crew)
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


class DyingCrew(Crew):
    """Workers whose dealer is killed between two tasks."""

    def __init__(self, count: int, *, stores: bool, point: Point, passes: int) -> None:
        """Live until a point was passed so often."""
        super().__init__(count, stores=stores)
        self._point = point
        self._passes = passes

    def give(self, worker: int, numbers: tuple[str, ...]) -> None:
        """Give a task; its dealer dies with it given and not taken."""
        super().give(worker, numbers)
        self._pass("given")

    def take(self) -> tuple[int, Done]:
        """Take a result; its dealer dies before, with all before it stored, or after, with nothing of it stored."""
        self._pass("to take")
        worker, done = super().take()
        self._pass("taken")
        return worker, done

    def _pass(self, point: Point) -> None:
        if point == self._point:
            self._passes -= 1
            if not self._passes:
                os.kill(os.getpid(), signal.SIGKILL)


def test_killed_between_tasks_the_next_run_goes_on(home: Path, workspaces: Workspaces, tmp_path: Path) -> None:
    """Killed with tasks given, results at hand or results stored, run by run; the last comes to the same money."""
    other = workspaces.copy(home, tmp_path / "other")
    expected = _decide(home, 1)
    with closing(open_workspace(other).database) as database:
        stores = database.writer.dialect.name != "sqlite"
    decided = [_decided(other)]
    for point, passes in KILLS:
        _killed(other, point, passes, stores=stores)
        decided.append(_decided(other))
    assert decided == sorted(decided)
    assert 0 < decided[-1] < MEMBERS * ROUNDS
    assert _decide(other, 2) == expected


def _decided(home: Path) -> int:
    with engine_of(home) as engine, engine.connect() as books:
        return len(books.execute(select(decision.c.ordinal)).all())


def test_no_connection_is_open_when_workers_begin(home: Path) -> None:
    """A worker that shared one would go without its locks over SQLite, and end its session over PostgreSQL."""
    workspace = open_workspace(home)
    reference = Jobs(workspace, context_for(DAY)).reference
    assert workspace.database.reader.pool.checkedin() == 1  # type: ignore[attr-defined]
    with Crew(1, stores=False).at_work(workspace, context_for(DAY), reference):
        assert workspace.database.reader.pool.checkedin() == 0  # type: ignore[attr-defined]
    workspace.database.close()
