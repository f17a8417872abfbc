"""Kills hpedi with -9 at chosen instants and says what a second run made of it.

Run as a program: it makes one start workspace, runs a command undisturbed once, then forks a child a trial that runs
the same command on a copy of the start and is killed, and a second child that runs it again in peace. Instants are
either points (around every commit, fsync and rename, counted from 0) or random moments of the undisturbed run's time.
Each line of output is one trial as JSON: what was killed where, whether outputs and books equal the undisturbed ones,
and whether the audit log is whole and sealed.

Before the forks it runs the command once itself: guides, rules and statements are then compiled in all its children.
"""

from __future__ import annotations

import argparse
import base64
import gc
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine.default import DefaultDialect

import hpedi.commands.ledger
import hpedi.commands.outcomes
import hpedi.commands.pay
import hpedi.commands.pay_pages
import hpedi.commands.run  # noqa: F401 - imported once, before the forks
from hpedi.commands import ExitCode, main
from hpedi.commands.workspace import open_workspace
from hpedi.store.tables import metadata
from tests.databases import POSTGRESQL, SQLITE, Workspaces, engine_of

BUSINESS = {
    "claim": ("control_number", "ordinal", "state", "charged", "note"),
    "pend": ("control_number", "version", "reason"),
    "decision": ("control_number", "version", "ordinal", "status", "paid", "patient_responsibility", "payment_run"),
    "accumulator_entry": ("owner", "plan", "accumulator", "period", "amount", "source"),
    "past_line": ("control_number", "line", "paid", "copay"),
    "payment": ("id", "run", "provider", "method", "amount", "payment_date", "trace_number"),
    "payment_event": ("payment", "state"),
    "paid_decision": ("control_number", "version", "payment"),
    "eft_entry": ("payment", "file", "ach_trace_number", "amount"),
    "eft_return": ("line", "payment", "code", "outcome"),
    "account_hold": ("provider", "last_four", "code"),
    "eft_enrollment_event": ("enrollment", "ordinal", "state"),
    "prenote": ("enrollment", "file", "ach_trace_number", "effective_entry_date", "accepted_on"),
    "positive_pay": ("payment", "action", "file"),
    "posting": ("account", "funding_account", "run", "debit", "credit", "source"),
    "paid_member_payment": ("member_payment", "payment"),
    "outbox": ("folder", "name", "digest"),
    "outbox_staging": ("folder", "name"),
    "payment_file": ("payment",),
    "interchange": ("sender", "receiver", "control_number", "usage", "digest"),
    "number": ("name", "next_value"),
}


class Points:
    """Counts the instants around every commit, fsync and rename, and dies at one of them."""

    def __init__(self, die_at: int | None) -> None:
        """Die at a point, or only count."""
        self.seen = 0
        self._die_at = die_at

    def around(self, what: Callable[..., object]) -> Callable[..., object]:
        """Wrap a call so that a point lies before and after it."""

        def wrapped(*args: object, **kwargs: object) -> object:
            self._pass()
            result = what(*args, **kwargs)
            self._pass()
            return result

        return wrapped

    def _pass(self) -> None:
        if self.seen == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen += 1

    def install(self) -> None:
        """Wrap the calls that make something last."""
        os.fsync = self.around(os.fsync)  # type: ignore[assignment]
        os.replace = self.around(os.replace)  # type: ignore[assignment]
        os.rename = self.around(os.rename)  # type: ignore[assignment]
        DefaultDialect.do_commit = self.around(DefaultDialect.do_commit)  # type: ignore[method-assign,assignment]


def run(arguments: Sequence[str], *, die_at: int | None = None, kill_after: float | None = None) -> tuple[int, int]:
    """Run hpedi in a forked child; return its wait status and the number of points it passed (-1 if killed)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run_in_child(arguments, Points(die_at), writing)
    os.close(writing)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    told = os.read(reading, 32)
    os.close(reading)
    _pid, status = os.waitpid(child, 0)
    return status, int(told or b"-1")


def _run_in_child(arguments: Sequence[str], points: Points, told: int) -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    if "HPEDI_TRIALS_LOUD" not in os.environ:
        os.dup2(quiet, 2)
    points.install()
    code: object = 70
    try:
        main(arguments)
    except SystemExit as ended:
        code = ended.code
    finally:
        os.write(told, str(points.seen).encode())
        os._exit(int(code) if isinstance(code, int) else 0)


def state_of(home: Path) -> str:
    """Return a digest of all that went out and of the business rows of the books."""
    digest = hashlib.sha256()
    for folder in ("outbox", "bank", "quarantine"):
        for path in sorted((home / folder).rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(home)}\0".encode())
                if path.suffix != ".sealed":
                    digest.update(path.read_bytes())
    with engine_of(home) as engine, engine.connect() as connection:
        for name, columns in BUSINESS.items():
            chosen = [metadata.tables[name].c[column] for column in columns]
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(*chosen)))
            digest.update(f"{name}{rows}".encode())
    return digest.hexdigest()


def is_sealed(home: Path) -> bool:
    """Say whether the audit log is whole, with every entry under a seal and every seal in the anchor."""
    workspace = open_workspace(home)
    found = workspace.sealer.verify()
    workspace.database.close()
    return found.is_whole and not found.unsealed and not found.unanchored


def main_trials() -> None:
    """Run the trials that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="An empty folder to work in.")
    parser.add_argument("--server", help="A PostgreSQL to make databases in: the URL of one of its; SQLite if absent.")
    parser.add_argument("--share", default="0/1", help="Which part of the trials: K/N takes every N-th from K.")
    parser.add_argument("--random", type=int, default=0, help="How many kills at random moments.")
    parser.add_argument("--points", type=int, default=0, help="How many points, evenly spread; 0 = all of them.")
    parser.add_argument(
        "--before", type=json.loads, default=[], help="Commands that are run first: JSON, lists of words."
    )
    parser.add_argument("--prove", action="store_true", help="Ask `hpedi ledger proof` after each trial.")
    parser.add_argument("--done", type=int, default=0, help="The exit code that says that all of it was done before.")
    parser.add_argument("command", nargs="+", help="The command on a workspace, after `--`; files are absolute.")
    asked = parser.parse_args()
    os.environ["HPEDI_KEY"] = base64.b64encode(bytes(range(32))).decode()
    with Workspaces.of(POSTGRESQL if asked.server else SQLITE, asked.server) as workspaces:
        start = asked.folder / "start"
        _anchor_beside(start)
        status, _points = run(["--home", str(start), "init", "--demo", *workspaces.init_options()])
        assert status == 0, "init failed"
        for words in asked.before:
            status, _points = run(["--home", str(start), *words])
            assert os.waitstatus_to_exitcode(status) in (ExitCode.OK, ExitCode.FINDINGS), words
        first = _copy(workspaces, start, asked.folder / "first")
        compile_all(["--home", str(first), *asked.command])
        _try_all(asked, workspaces, start)


def compile_all(arguments: Sequence[str]) -> None:
    """Run hpedi in this process, so that its children find everything compiled, and share it with them."""
    with Path(os.devnull).open("w") as quiet, redirect_stdout(quiet), redirect_stderr(quiet), suppress(SystemExit):
        main(arguments)
    gc.freeze()


def _try_all(asked: argparse.Namespace, workspaces: Workspaces, start: Path) -> None:
    """Run the command undisturbed, then with each kill."""
    calm = _copy(workspaces, start, asked.folder / "calm")
    began = time.monotonic()
    status, points = run(["--home", str(calm), *asked.command])
    seconds = time.monotonic() - began
    expected = state_of(calm)
    _tell({"points": points, "seconds": round(seconds, 2), "status": status})

    share, shares = (int(part) for part in asked.share.split("/"))
    for index, trial in list(enumerate(_instants(asked, points, seconds)))[share::shares]:
        home = _copy(workspaces, start, asked.folder / f"trial-{index}")
        killed, _seen = run(["--home", str(home), *asked.command], **trial)  # type: ignore[arg-type]
        again, _seen = run(["--home", str(home), *asked.command])
        equal = state_of(home) == expected and again in (0, status, asked.done << 8)
        was_killed = os.WIFSIGNALED(killed) and os.WTERMSIG(killed) == signal.SIGKILL
        proven = {"proven": run(["--home", str(home), "ledger", "proof"])[0] == 0} if asked.prove else {}
        _tell({**trial, "killed": was_killed, "again": again, "equal": equal, "sealed": is_sealed(home), **proven})
        if equal:
            workspaces.remove(home)


def _instants(asked: argparse.Namespace, points: int, seconds: float) -> list[dict[str, float]]:
    """Return when each trial is killed."""
    chosen = range(points) if not asked.points else [i * points // asked.points for i in range(asked.points)]
    dice = random.Random(20260316)  # noqa: S311 - moments to kill at, no secret
    moments = [dice.uniform(0, seconds) for _ in range(asked.random)]
    return [{"die_at": point} for point in chosen] + [{"kill_after": at} for at in moments]


def _tell(facts: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _copy(workspaces: Workspaces, start: Path, target: Path) -> Path:
    workspaces.copy(start, target)
    shutil.copy(_anchor_beside(start), _anchor_beside(target))
    return target


def _anchor_beside(home: Path) -> Path:
    """Let the commands that follow anchor their audit log beside a workspace."""
    anchor = home.with_suffix(".anchor")
    os.environ["HPEDI_AUDIT_ANCHOR"] = str(anchor)
    return anchor


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main_trials()
