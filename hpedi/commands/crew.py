"""The processes that decide claims beside the one that deals them: see `pipeline.deal`.

Each opens the workspace anew, so that none shares a connection with another. One that its dealer has left behind ends
with the transaction it is in; one that is lost ends the command, and the next one goes on where it stopped.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

from hpedi.commands.collector import collecting_seldom
from hpedi.commands.workspace import open_workspace
from hpedi.findings import Unavailable
from hpedi.pipeline.adjudicate import reference_in_force
from hpedi.pipeline.deal import Done, decide_and_store, only_decide
from hpedi.run_context import RunContext

SECONDS_TO_END: Final = 30.0


class Crew:
    """Worker processes: see `pipeline.deal.Workers`."""

    def __init__(self, count: int, *, stores: bool) -> None:
        """Begin with no process."""
        self.count = count
        self.stores = stores
        self._pipes: list[Connection] = []

    @contextmanager
    def at_work(self, home: Path, context: RunContext) -> Iterator[Crew]:
        """Let the processes run in this block."""
        spawning = multiprocessing.get_context("spawn")
        processes = []
        try:
            for _worker in range(self.count):
                ours, theirs = spawning.Pipe()
                process = spawning.Process(target=_work, args=(home, context, theirs, self.stores), daemon=True)
                process.start()
                theirs.close()
                self._pipes.append(ours)
                processes.append(process)
            yield self
        finally:
            for pipe in self._pipes:
                pipe.close()
            for process in processes:
                process.join(SECONDS_TO_END)

    def give(self, worker: int, numbers: tuple[str, ...]) -> None:
        """Give a worker claims to decide, by our numbers."""
        try:
            self._pipes[worker].send(numbers)
        except OSError:
            raise _lost() from None

    def take(self) -> tuple[int, Done]:
        """Wait for whichever worker is done with a task.

        Raises:
            Unavailable: A worker ended.
        """
        ready = wait(self._pipes)
        worker = next(index for index, pipe in enumerate(self._pipes) if pipe in ready)
        try:
            done = self._pipes[worker].recv()
        except (EOFError, OSError):
            raise _lost() from None
        if isinstance(done, Unavailable):
            raise done
        if not isinstance(done, Done):
            raise _lost()
        return worker, done


def _lost() -> Unavailable:
    return Unavailable("a worker process ended; the same command goes on where it stopped")


def _work(home: Path, context: RunContext, pipe: Connection, stores: bool) -> None:  # noqa: FBT001 - a process's arguments
    """Do tasks until whoever gives them has no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the dealer hears it, and closes the pipe
    workspace = open_workspace(home)
    try:
        reference = reference_in_force(workspace.books, context)
        do = decide_and_store if stores else only_decide
        with collecting_seldom():
            while True:
                numbers = pipe.recv()
                try:
                    pipe.send(do(workspace.books, context, reference, numbers))
                except Unavailable as unavailable:
                    pipe.send(Unavailable(*unavailable.args))
                    return
    except (EOFError, OSError):
        return
    finally:
        workspace.database.close()
