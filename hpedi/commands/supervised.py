"""One process that a supervisor keeps running: started so that it cannot outlive its supervisor, its log passed on.

The kernel kills the process when the supervisor dies, however that dies. What the process had started itself is in its
process group: the supervisor kills it when the process dies, and it has to end by itself when both are gone. A line of
its standard error is passed on whole, so that lines of several processes never run into each other. It knows no signal
of the supervisor's and waits for nothing.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from math import inf
from typing import Final

PR_SET_PDEATHSIG: Final = 1
"""prctl(2): the signal that a process gets when the thread that made it ends."""

LONGEST_LINE: Final = 1 << 16
READ_AT_ONCE: Final = 1 << 16
WITHHELD: Final = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
"""Settings by which the service manager speaks with the supervisor alone."""


class State(Enum):
    """What is to be expected of a process."""

    WAITS = auto()  # to be started, at once or when its pause is over
    STARTS = auto()
    RUNS = auto()
    STOPS = auto()
    ENDED = auto()  # for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What is to be kept running.

    Attributes:
        name: What it is called in messages.
        words: Its command line.
        says: What a line of its standard error begins with once it is at work.
    """

    name: str
    words: tuple[str, ...]
    says: bytes = b"listening on "


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long processes are waited for, and how often one is started again.

    Attributes:
        ready_seconds: From the start of a process until it says that it is at work.
        stop_seconds: From SIGTERM until it is killed.
        restarts: How often one process is started again within `within_seconds`; one more death ends everything.
        within_seconds: See `restarts`.
        first_pause_seconds: Before it is started again the first time; twice as long each further time.
        longest_pause_seconds: As long as a pause gets.
    """

    ready_seconds: float = 60.0
    stop_seconds: float = 30.0
    restarts: int = 5
    within_seconds: float = 600.0
    first_pause_seconds: float = 1.0
    longest_pause_seconds: float = 60.0


class Child:
    """The process that runs for a program now, and how it has fared.

    Attributes:
        state: What is to be expected of it.
        due_at: When the patience with its state is over, or its pause; monotonic seconds.
        has_run: It was at work at least once.
        exit_code: How it ended the last time; the negated signal where one ended it.
        last_line: What it said last.
    """

    def __init__(self, program: Program, patience: Patience, pass_on: Callable[[bytes], None]) -> None:
        """Begin without a process.

        Args:
            program: What is to run.
            patience: How long it is waited for.
            pass_on: Is given each line that it says, with its line feed.
        """
        self.program = program
        self.state = State.WAITS
        self.due_at = 0.0
        self.has_run = False
        self.exit_code = 0
        self.last_line = ""
        self._patience = patience
        self._pass_on = pass_on
        self._process: subprocess.Popen[bytes] | None = None
        self._began_line = b""
        self._deaths: deque[float] = deque()

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        return None if self._process is None else self._process.pid

    @property
    def is_timed(self) -> bool:
        """Say whether something is to be done when `due_at` comes."""
        return self.state in {State.STARTS, State.STOPS} or (self.state is State.WAITS and self.has_run)

    @property
    def says_on(self) -> int | None:
        """The descriptor on which its lines come."""
        error = None if self._process is None else self._process.stderr
        return None if error is None else error.fileno()

    def start(self, now: float, environment: Mapping[str, str]) -> None:
        """Start a process.

        Raises:
            OSError: There is no such program, or no room for a process.
        """
        supervisor = os.getpid()
        self._process = subprocess.Popen(  # noqa: S603  # words of our own table
            self.program.words,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={name: value for name, value in environment.items() if name not in WITHHELD},
            process_group=0,
            preexec_fn=lambda: _die_with(supervisor),  # noqa: PLW1509  # the supervisor has one thread
        )
        if self.says_on is not None:
            os.set_blocking(self.says_on, False)
        self.state, self.due_at = State.STARTS, now + self._patience.ready_seconds

    def listen(self) -> bool:
        """Pass on what it says; return False when it has closed its standard error."""
        while self.says_on is not None:
            try:
                said = os.read(self.says_on, READ_AT_ONCE)
            except BlockingIOError:
                return True
            if not said:
                return False
            *lines, self._began_line = (self._began_line + said).split(b"\n")
            for line in lines:
                self._hear(line)
            if len(self._began_line) > LONGEST_LINE:
                self._hear(self._began_line)
                self._began_line = b""
        return False

    def _hear(self, line: bytes) -> None:
        self._pass_on(line + b"\n")
        self.last_line = line.decode(errors="replace")
        if self.state is State.STARTS and line.startswith(self.program.says):
            self.state, self.has_run = State.RUNS, True

    def has_died(self) -> bool:
        """Say whether its process has ended; what that left behind is killed, and what it said last is passed on."""
        process = self._process
        if process is None or os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        self._signal_group(signal.SIGKILL)  # before it is waited for: its group is still its own
        self.listen()
        if self._began_line:
            self._hear(self._began_line)
            self._began_line = b""
        self.exit_code = process.wait()
        if process.stderr is not None:
            process.stderr.close()
        self._process = None
        return True

    def pause(self, now: float) -> bool:
        """Let it be started again after a pause; False says that it died too often."""
        self._deaths.append(now)
        while self._deaths[0] < now - self._patience.within_seconds:
            self._deaths.popleft()
        doubled = self._patience.first_pause_seconds * 2 ** (len(self._deaths) - 1)
        self.state, self.due_at = State.WAITS, now + min(self._patience.longest_pause_seconds, doubled)
        return len(self._deaths) <= self._patience.restarts

    def stop(self, now: float) -> None:
        """Ask it to end; where no process runs it has ended."""
        if self._process is None:
            self.state = State.ENDED
        elif self.state is not State.STOPS:
            self.state, self.due_at = State.STOPS, now + self._patience.stop_seconds
            self._process.terminate()

    def kill(self) -> None:
        """End it, and all that it started, at once."""
        self.due_at = inf
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _die_with(supervisor: int) -> None:
    """Let the kernel kill this new process when its supervisor dies, which it may have done already."""
    if sys.platform == "linux":  # others have no such word: there a process outlives a supervisor that is killed
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != supervisor:
        os._exit(1)
