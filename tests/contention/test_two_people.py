"""Two people at two terminals reach for the same money at the same moment: one gets it, the other is told why not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from sqlalchemy import func, select

from hpedi.commands import ExitCode
from hpedi.money import Usd, usd
from hpedi.store.tables import payment, payment_run
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces, engine_of
from tests.pipeline.conftest import KEY
from tests.pipeline.test_proof import SENT
from tests.shared import PROJECT

DAY: Final = ("--as-of", "2026-03-16")
RECEIVED: Final = ("--received", "2026-03-02T09:00:00-06:00")
CHECK: Final = "100001"


class Told(NamedTuple):
    """What a process ended with, and what it printed."""

    code: int
    text: str


class Terminals:
    """Processes on one workspace, each of somebody who signed in at a terminal of their own."""

    def __init__(self, home: Path, passwords: dict[str, str]) -> None:
        """Nobody is signed in yet."""
        self.home = home
        self._passwords = passwords
        self._places: dict[str, Path] = {}

    def at_once(self, *asked: tuple[str, tuple[str, ...]]) -> list[Told]:
        """Let people (by login) run commands at the same moment; a login twice is one person at two terminals."""
        for login, _words in asked:
            self._sign_in(login)
        running = [(login, self._start(login, words)) for login, words in asked]
        return [Told(each.wait(timeout=120), self._read(each)) for _login, each in running]

    def alone(self, login: str, *words: str) -> Told:
        """Run one command."""
        return self.at_once((login, words))[0]

    def _sign_in(self, login: str) -> None:
        if login not in self._places:
            self._places[login] = self.home.parent / f"terminal-{login}"
            process = self._start(login, ("login", login, "--password-stdin"), f"{self._passwords[login]}\n")
            assert process.wait(timeout=60) == ExitCode.OK, self._read(process)

    def _start(self, login: str, words: tuple[str, ...], typed: str = "") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "hpedi", "--home", str(self.home), *words],
            cwd=PROJECT,
            env={**os.environ, "XDG_CONFIG_HOME": str(self._places[login])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(typed)
        process.stdin.close()
        return process

    def _read(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        with process.stdout as out:
            return out.read()


@pytest.fixture
def terminals(
    workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminals:
    """A workspace with accounts, and 589.00 decided and unpaid."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "founder"))
    home, sent = tmp_path / "home", tmp_path / "sent.837"
    sent.write_bytes(SENT)
    assert run_hpedi("--home", home, "init", "--demo", *workspaces.init_options()) == ExitCode.OK
    assert run_hpedi("--home", home, "receive", *RECEIVED, sent) == ExitCode.FINDINGS
    assert run_hpedi("--home", home, "adjudicate", *DAY) == ExitCode.OK
    capsys.readouterr()
    assert run_hpedi("--home", home, "user", "demo", "--json") == ExitCode.OK
    return Terminals(home, {made["login"]: made["password"] for made in json_lines(capsys.readouterr().out)})


def one_of(told: list[Told], done: str, why_not: str) -> Told:
    """Return who was told why not, the other having done it."""
    assert sorted((done in each.text, why_not in each.text) for each in told) == [(False, True), (True, False)], told
    return next(each for each in told if why_not in each.text)


def rows(home: Path) -> tuple[int, int, Usd]:
    """Return how many runs and payments there are, and their total."""
    with engine_of(home) as engine, engine.connect() as books:
        runs = books.execute(select(func.count()).select_from(payment_run)).scalar_one()
        count, total = books.execute(select(func.count(), func.sum(payment.c.amount))).one()
    return runs, count, total


def test_one_gets_it_and_the_other_is_told_why_not(terminals: Terminals) -> None:
    """Two runs at once pay 589.00 once; a check is voided once, and reissued once; the books are proven."""
    release = ("pay", "release", *DAY)
    told = terminals.at_once(("finance", release), ("operator", release))
    assert [each.code for each in told] == [ExitCode.OK, ExitCode.OK], told
    late = one_of(told, "What was paid", "nothing to pay")
    assert "the last run, 1, was begun by person:" in late.text
    assert rows(terminals.home) == (1, 4, usd("589.00"))
    assert terminals.alone("finance", "deliver").code == ExitCode.OK

    void = ("finance-approver", ("pay", "void", CHECK, "--reason", "it is stopped", *DAY))
    one_of(terminals.at_once(void, void), "is void; it was released", "it is void already")
    again = ("finance", ("pay", "reissue", CHECK, "--reason", "it is stopped", *DAY))
    one_of(terminals.at_once(again, again), "again as check 100002", "reissued already, as check 100002")
    assert rows(terminals.home) == (2, 5, usd("659.00"))

    assert terminals.alone("finance", "deliver").code == ExitCode.OK
    assert terminals.alone("finance", "ledger", "proof").code == ExitCode.OK
