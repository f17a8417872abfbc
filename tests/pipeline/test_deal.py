"""Deciding with several workers: the same money as with one, also where workers are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace as changed
from sqlalchemy import select

from benchmarks.claims_837p import claim as claim_of
from benchmarks.claims_837p import write_payer_folder
from hpedi.claims.claim import Claim
from hpedi.commands import ExitCode
from hpedi.commands.jobs import Jobs
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import Workspace, context_for, create, open_workspace
from hpedi.pipeline import deal
from hpedi.store.accumulator_tables import accumulator_entry
from hpedi.store.history import StoredHistory
from hpedi.store.tables import claim as claim_table
from hpedi.store.tables import decision
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, interchange
from tests.databases import Workspaces, engine_of
from tests.pipeline.conftest import KEY, RECEIVED

DAY: Final = date(2026, 3, 16)
MEMBERS: Final = 16
ROUNDS: Final = 6
KILLS: Final = 4
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
        history = StoredHistory(books).of(owners)
        found = [decided, states.all(), entries.all(), ordinals, history]
    workspace.database.close()
    return found


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


def test_killed_at_random_the_same_command_goes_on(home: Path, workspaces: Workspaces, tmp_path: Path) -> None:
    """Commands with two workers that are killed leave books from which the next comes to the same money."""
    other = workspaces.copy(home, tmp_path / "other")
    expected = _decide(home, 1)
    dice = random.Random(5)  # noqa: S311 - when to kill, no secret
    words = [sys.executable, "-m", "hpedi", "--home", str(other), "adjudicate", "--as-of", str(DAY), "--workers", "2"]
    for _kill in range(KILLS):
        command = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.5, 4.0))
        os.kill(command.pid, signal.SIGKILL)
        command.wait()
    assert subprocess.run(words, check=False, stdout=subprocess.DEVNULL).returncode == ExitCode.OK
    assert _money(other) == expected
