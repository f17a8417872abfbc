"""The supervisor as a process over small programs: start, restart, stop, and that nothing outlives it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.processes import WITHIN_SECONDS, is_running, until
from tests.shared import PROJECT

pytestmark = pytest.mark.storeless

QUICK = {"ready_seconds": 20, "stop_seconds": 20, "first_pause_seconds": 0.05, "longest_pause_seconds": 0.2}
LISTENS = "echo 'listening on here' >&2; echo $$ >> {pids}; exec sleep 60"
LEAVES_A_CHILD = "sleep 60 & echo $! >> {pids}; echo $$ >> {pids}; echo 'listening on here' >&2; wait"
DEAF = "trap '' TERM; echo $$ >> {pids}; echo 'listening on here' >&2; while :; do sleep 0.2; done"


@dataclass
class Trial:
    """A supervisor that runs, and what its programs told of themselves."""

    process: subprocess.Popen[str]
    pids: Path
    said: list[str] = field(default_factory=list)

    def started(self) -> list[int]:
        """Return the processes that its programs were, in order."""
        return [int(each) for each in self.pids.read_text().split()] if self.pids.exists() else []

    def wait(self) -> int:
        """Return its exit code; what it said is then in `said`."""
        out = self.process.communicate(timeout=WITHIN_SECONDS)[1]
        self.said = out.splitlines()
        return self.process.returncode


@contextmanager
def trial(tmp_path: Path, *scripts: str, **settings: object) -> Iterator[Trial]:
    """Start a supervisor over scripts; `patience` is in `settings`, all else is of its environment."""
    pids = tmp_path / "pids"
    patience = {**QUICK, **settings.pop("patience", {})}  # type: ignore[dict-item]
    programs = [json.dumps([f"p{at}", each.replace("{pids}", str(pids))]) for at, each in enumerate(scripts, 1)]
    command = [sys.executable, "-m", "tests.commands.supervised_trial", json.dumps(patience), *programs]
    surroundings = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    with subprocess.Popen(command, cwd=PROJECT, env=surroundings, stderr=subprocess.PIPE, text=True) as process:
        running = Trial(process, pids)
        try:
            yield running
        finally:
            process.kill()
            for pid in running.started():
                if is_running(pid):
                    os.kill(pid, signal.SIGKILL)


def test_they_start_in_order_and_stop_together(tmp_path: Path) -> None:
    """The second starts once the first is at work; SIGTERM ends both and the exit code is 0."""
    slow = "sleep 0.3; echo 1 >> {pids}.order; " + LISTENS
    quick = "echo 2 >> {pids}.order; " + LISTENS
    with trial(tmp_path, slow, quick) as running:
        until(lambda: len(running.started()) == 2)
        running.process.terminate()
        assert running.wait() == ExitCode.OK
        assert (tmp_path / "pids.order").read_text().split() == ["1", "2"]
        assert not any(map(is_running, running.started()))


def test_a_killed_one_is_started_again_with_nothing_left_of_it(tmp_path: Path) -> None:
    """After kill -9 of a program what it had started dies too, a new one comes, its neighbour runs on."""
    with trial(tmp_path, LISTENS, LEAVES_A_CHILD) as running:
        until(lambda: len(running.started()) == 3)
        first, left, leader = running.started()
        os.kill(leader, signal.SIGKILL)
        until(lambda: len(running.started()) == 5)
        assert not is_running(left)
        assert is_running(first)
        running.process.send_signal(signal.SIGINT)
        assert running.wait() == ExitCode.OK
        assert not any(map(is_running, running.started()))


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    """After kill -9 of the supervisor the kernel ends its programs, also one that would not hear SIGTERM."""
    with trial(tmp_path, LISTENS, DEAF) as running:
        until(lambda: len(running.started()) == 2)
        running.process.kill()
        until(lambda: not any(map(is_running, running.started())))


def test_one_that_does_not_stop_is_killed_when_its_time_is_over(tmp_path: Path) -> None:
    """A program that does not hear SIGTERM has its time and no more."""
    with trial(tmp_path, DEAF, patience={"stop_seconds": 0.3}) as running:
        until(lambda: len(running.started()) == 1)
        running.process.terminate()
        assert running.wait() == ExitCode.OK
        assert any('"reason":"did not end when it was asked to"' in line for line in running.said)
        assert not any(map(is_running, running.started()))


def test_a_second_signal_kills_at_once(tmp_path: Path) -> None:
    """Whoever asks twice does not wait for the time of a program that hangs."""
    with trial(tmp_path, DEAF, patience={"stop_seconds": 60}) as running:
        until(lambda: len(running.started()) == 1)
        running.process.terminate()
        running.process.send_signal(signal.SIGINT)
        assert running.wait() == ExitCode.OK
        assert not any(map(is_running, running.started()))


@pytest.mark.parametrize(
    ("script", "exit_code", "says"),
    [
        ("echo 'port 22 is taken' >&2; exit 2", 2, "p2 cannot start: it ended with exit code 2"),
        ("exit 0", ExitCode.TRY_AGAIN, "it ended with exit code 0 before it was at work"),
        ("kill -9 $$", ExitCode.TRY_AGAIN, "it ended by signal 9 before it was at work"),
        ("exec sleep 60", ExitCode.TRY_AGAIN, "it ended by signal 9 before it was at work"),
    ],
)
def test_one_that_cannot_start_ends_all_and_says_why(tmp_path: Path, script: str, exit_code: int, says: str) -> None:
    """Exit code and last word are those of the program that never was at work; the others are stopped."""
    with trial(tmp_path, LISTENS, script, patience={"ready_seconds": 3}) as running:
        assert running.wait() == exit_code
        assert says in running.said[-1]
        assert ("port 22 is taken" in running.said[-1]) is ("port 22" in script)
        assert len(running.started()) == 1
        assert not any(map(is_running, running.started()))


def test_one_that_keeps_dying_is_given_up(tmp_path: Path) -> None:
    """After so many restarts within a while all stop, to be tried again later."""
    script = "echo $$ >> {pids}; echo 'listening on here' >&2; exit 70"
    with trial(tmp_path, script, patience={"restarts": 2}) as running:
        assert running.wait() == ExitCode.TRY_AGAIN
        assert "p1 ended too often, the last time with exit code 70" in running.said[-1]
        assert len(running.started()) == 3


def test_lines_come_through_whole(tmp_path: Path) -> None:
    """Lines of several programs, also long ones and bytes that are no text, are passed on each as it was."""
    line = "x" * 5000
    writes = f"echo 'listening on here' >&2; for i in 1 2 3 4 5 6 7 8 9; do echo '{line}' >&2; done; "
    parts = "printf half >&2; sleep 0.1; printf ' whole\\n' >&2; printf 'no line feed' >&2; exit 1"
    with trial(tmp_path, writes + "exec sleep 60", writes + parts, patience={"restarts": 0}) as running:
        running.wait()
        assert running.said.count(line) == 18
        assert running.said.count("half whole") == 1
        assert running.said.count("no line feed") == 1


def test_nobody_has_to_read_what_is_said(tmp_path: Path) -> None:
    """Where the log has no reader any more programs are kept running all the same."""
    with trial(tmp_path, LISTENS) as running:
        until(lambda: len(running.started()) == 1)
        assert running.process.stderr is not None
        running.process.stderr.close()
        os.kill(running.started()[0], signal.SIGKILL)
        until(lambda: len(running.started()) == 2)
        running.process.terminate()
        running.process.wait(WITHIN_SECONDS)
        assert not any(map(is_running, running.started()))


def test_the_service_manager_is_told(tmp_path: Path) -> None:
    """READY when all are at work and not before, signs of life, and STOPPING: the protocol of sd_notify."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(address))
        heard.settimeout(WITHIN_SECONDS)
        withheld = 'test -z "$NOTIFY_SOCKET$WATCHDOG_USEC" && ' + LISTENS
        with trial(tmp_path, LISTENS, withheld, NOTIFY_SOCKET=address, WATCHDOG_USEC=300_000) as running:
            told = []
            while "STATUS=p1, p2" not in told:
                told.append(heard.recv(1000).decode())
            assert told[-2:] == ["READY=1", "STATUS=p1, p2"]
            assert [heard.recv(1000) for _each in range(3)] == [b"WATCHDOG=1"] * 3
            running.process.terminate()
            while told[-1] != "STOPPING=1":
                told.append(heard.recv(1000).decode())
            assert running.wait() == ExitCode.OK
