"""The supervisor of `hpedi up`: programs started one after the other, kept running, and stopped together.

One thread, one loop: it sleeps until a process says something, a process ends, a signal comes or a time is over. No
process outlives it, however it ends (see `supervised`); it opens no database.

    started        one after the other, each when the one before said that it is at work
    died           started again after a pause that doubles; too often within a while: all stop
    never at work  at the first start: all stop, and its own exit code is the answer
    SIGTERM        and SIGINT: all are asked to end at once, each is killed when its time is over; a second one kills
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from logging import INFO, WARNING
from types import FrameType
from typing import Final

from hpedi.commands import ExitCode
from hpedi.commands.supervised import Child, Patience, Program, State
from hpedi.commands.supervisor_notices import Notices
from hpedi.log import log

_LONGEST_SLEEP: Final = 60.0
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it ended: the exit code, and why where something was wrong."""

    exit_code: int
    why: str = ""


class Supervisor:
    """Keeps programs running until it is told to stop."""

    def __init__(self, programs: Sequence[Program], patience: Patience, environment: Mapping[str, str]) -> None:
        """Begin with no process.

        Args:
            programs: In the order in which they start.
            patience: How long each is waited for.
            environment: What the processes get of it, and where the service manager is to be told.
        """
        self._children = tuple(Child(program, patience, _pass_on) for program in programs)
        self._environment = environment
        self._notices = Notices(environment)
        self._selector = selectors.DefaultSelector()
        self._heard: dict[int, Child] = {}
        self._asked = 0
        self._is_ready = False
        self._outcome: Outcome | None = None

    def run(self) -> Outcome:
        """Keep all running; return when none is left."""
        with self._signals() as woken:
            try:
                while self._step(time.monotonic()):
                    self._sleep(woken)
            finally:
                for child in self._children:  # a bug of ours leaves none behind either
                    child.kill()
        return self._outcome or Outcome(exit_code=ExitCode.OK)

    def _step(self, now: float) -> bool:
        """Do all that is to be done now; say whether anything is left to wait for."""
        self._notices.alive(now)
        _reap_strangers({child.pid for child in self._children})
        if self._asked and self._outcome is None:
            self._notices.stopping()
            self._end(Outcome(exit_code=ExitCode.OK), now)
        if self._asked > 1:
            for child in self._children:
                child.kill()
        for child in self._children:
            self._mind(child, now)
        if self._outcome is None:
            self._start_next(now)
        return any(child.state is not State.ENDED for child in self._children)

    def _mind(self, child: Child, now: float) -> None:
        """Do what the state of a child asks for."""
        says_on = child.says_on
        if child.has_died():
            self._forget(says_on)
            self._died(child, now)
        elif child.state is State.WAITS and child.has_run and now >= child.due_at:
            self._start(child, now)
        elif child.state in {State.STARTS, State.STOPS} and now >= child.due_at:
            _tell(WARNING, "process killed", child, reason=_OVERDUE[child.state])
            child.kill()

    def _died(self, child: Child, now: float) -> None:
        if child.state is State.STOPS or self._outcome is not None:
            child.state = State.ENDED
            return
        _tell(WARNING, "process ended", child, exit_code=child.exit_code)
        if not child.has_run:
            self._end(Outcome(exit_code=_answer(child.exit_code), why=_never_at_work(child)), now)
        elif not child.pause(now):
            why = f"{child.program.name} ended too often, the last time {_ended(child)}"
            self._end(Outcome(exit_code=ExitCode.TRY_AGAIN, why=why), now)
        else:
            _tell(WARNING, "process is started again", child, seconds=child.due_at - now)

    def _start_next(self, now: float) -> None:
        """Start the next one once those before it are at work, and tell when all are."""
        for child in self._children:
            if child.has_run:
                continue
            if child.state is State.WAITS:
                self._start(child, now)
            return
        if not self._is_ready:
            self._is_ready = True
            self._notices.ready()
            self._notices.status(", ".join(child.program.name for child in self._children))

    def _start(self, child: Child, now: float) -> None:
        try:
            child.start(now, self._environment)
        except OSError as failure:
            why = f"{child.program.name} cannot be started: {failure.strerror or type(failure).__name__}"
            self._end(Outcome(exit_code=ExitCode.TRY_AGAIN, why=why), now)
            return
        _tell(INFO, "process started", child)
        if child.says_on is not None:
            self._selector.register(child.says_on, selectors.EVENT_READ)
            self._heard[child.says_on] = child

    def _end(self, outcome: Outcome, now: float) -> None:
        """Stop all, those that started last first."""
        self._outcome = outcome
        for child in reversed(self._children):
            child.stop(now)

    # --- sleeping and waking -----------------------------------------------------------------------------------------

    def _sleep(self, woken: socket.socket) -> None:
        """Wait until there is something to do."""
        for key, _events in self._selector.select(self._seconds_to_sleep()):
            if key.fd == woken.fileno():
                with suppress(BlockingIOError):
                    while woken.recv(1 << 10):
                        pass
            elif not self._heard[key.fd].listen():
                self._forget(key.fd)

    def _seconds_to_sleep(self) -> float:
        now = time.monotonic()
        due = [child.due_at - now for child in self._children if child.is_timed]
        return max(0.0, min([_LONGEST_SLEEP, self._notices.alive_seconds or _LONGEST_SLEEP, *due]))

    def _forget(self, descriptor: int | None) -> None:
        if descriptor is not None and self._heard.pop(descriptor, None) is not None:
            self._selector.unregister(descriptor)

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Let signals wake the loop; afterwards they change nothing, for there is still the audit log to seal."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            for end in (ours, theirs):
                end.setblocking(False)
            self._selector.register(ours, selectors.EVENT_READ)
            for number in _SIGNALS:
                signal.signal(number, self._on_stop)
            signal.signal(signal.SIGCHLD, _on_death)
            wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
            try:
                yield ours
            finally:
                signal.set_wakeup_fd(wakeup)
                self._selector.close()

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1


_OVERDUE: Final = {State.STARTS: "did not say that it is at work", State.STOPS: "did not end when it was asked to"}


def _on_death(_number: int, _frame: FrameType | None) -> None:
    """Wake the loop."""


def _pass_on(line: bytes) -> None:
    with suppress(OSError):  # nobody reads what is said, or its disk is full: no reason to stop the work
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()


def _tell(level: int, phrase: str, child: Child, **said: object) -> None:
    """Log something about a program, if that can be."""
    with suppress(OSError):
        log.log(level, phrase, command=child.program.name, **said)


def _reap_strangers(ours: set[int | None]) -> None:
    """Wait for processes that others left to us, as the first process of a container is left them."""
    with suppress(ChildProcessError):
        while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid not in ours:
            os.waitpid(ended.si_pid, 0)


def _answer(exit_code: int) -> int:
    """Return the exit code of a supervisor whose program cannot start."""
    return exit_code if exit_code in set(ExitCode) - {ExitCode.OK} else ExitCode.TRY_AGAIN


def _never_at_work(child: Child) -> str:
    said = f": {child.last_line}" if child.last_line else ""
    return f"{child.program.name} cannot start: it ended {_ended(child)} before it was at work{said}"


def _ended(child: Child) -> str:
    code = child.exit_code
    return f"by signal {-code}" if code < 0 else f"with exit code {code}"
