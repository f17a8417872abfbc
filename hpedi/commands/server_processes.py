"""Several processes at one work until they are told to stop; one that dies is started again.

Whoever keeps them only waits. They end when it closes the line that they listen to, and so when it dies itself.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Final

from hpedi.log import log

RESTART_SECONDS: Final = 1.0
"""Before one that died is started again."""
_FORKS: Final = sys.platform == "linux"  # elsewhere a forked process may not use the system's libraries


class ServerProcesses:
    """Processes at one work."""

    def __init__(self, count: int, work: Callable[..., None], *args: object) -> None:
        """Name the work: a function of the line that it ends with, and of more; nothing is started yet."""
        self._count = count
        self._work = work
        self._args = args
        self._starting = multiprocessing.get_context("fork") if _FORKS else multiprocessing.get_context("spawn")
        self._line, self._ours = self._starting.Pipe(duplex=False)
        self._running: dict[int, BaseProcess] = {}

    def keep(self, stop: Connection) -> None:
        """Keep them running until something is to be read from `stop`."""
        self._start()
        while True:
            is_short = len(self._running) < self._count
            ready = wait([stop, *self._running], RESTART_SECONDS if is_short else None)
            if stop in ready:
                return
            for sentinel in (each for each in ready if isinstance(each, int)):
                ended = self._running.pop(sentinel)
                ended.join()
                log.warning("server process ended", exit_code=ended.exitcode, workers=len(self._running))
            if not ready:
                self._start()

    def _start(self) -> None:
        while len(self._running) < self._count:
            theirs = self._ours if _FORKS else None
            process = self._starting.Process(target=_work, args=(self._work, self._line, theirs, self._args))
            process.start()
            self._running[process.sentinel] = process

    def stop(self, seconds: float) -> None:
        """Let them end, and kill those that hang after so many seconds."""
        self._ours.close()
        self._line.close()
        for process in self._running.values():
            process.join(seconds)
        for process in self._running.values():
            if process.is_alive():
                process.kill()
                process.join()


def _work(work: Callable[..., None], line: Connection, keepers: Connection | None, args: tuple[object, ...]) -> None:
    if keepers is not None:
        keepers.close()  # else nobody would hear that the keeper is gone
    work(line, *args)
