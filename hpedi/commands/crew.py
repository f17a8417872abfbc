"""The processes that decide claims beside the one that deals them: see `pipeline.deal`.

Each opens the workspace anew, so that none shares a connection with another. On Linux they are forked: what the dealer
has read of the payer is theirs at once, and the first claim is decided some seconds earlier. No connection is open
then: SQLite would take the locks of the dealer's for the worker's own, and go without them. One that its dealer has
left behind ends with the transaction it is in; one that is lost ends the command, and the next one goes on where it
stopped.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, TypeAlias

from hpedi.commands.collector import collecting_seldom
from hpedi.commands.workspace import Workspace, open_workspace
from hpedi.findings import Unavailable
from hpedi.pipeline.deal import Done, decide_and_store, only_decide
from hpedi.pipeline.ports import Books
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext

SECONDS_TO_END: Final = 30.0
_FORKS: Final = sys.platform == "linux"  # elsewhere a forked process may not use the system's libraries

Task: TypeAlias = Callable[[Books, RunContext, Reference, tuple[str, ...]], Done]


class Crew:
    """Worker processes: see `pipeline.deal.Workers`."""

    def __init__(self, count: int, *, stores: bool) -> None:
        """Begin with no process."""
        self.count = count
        self.stores = stores
        self._pipes: list[Connection] = []

    @contextmanager
    def at_work(self, workspace: Workspace, context: RunContext, reference: Reference) -> Iterator[Crew]:
        """Let the processes run in this block, each with the payer's reference data.

        No transaction of the workspace may be open when it begins, nor a thread that is at work.
        """
        workspace.database.close()
        starting = multiprocessing.get_context("fork") if _FORKS else multiprocessing.get_context("spawn")
        do = decide_and_store if self.stores else only_decide
        processes: list[BaseProcess] = []
        try:
            for _worker in range(self.count):
                ours, theirs = starting.Pipe()
                self._pipes.append(ours)
                dealers = tuple(self._pipes) if _FORKS else ()
                process: BaseProcess = starting.Process(
                    target=_work, args=(workspace.home, context, reference, theirs, do, dealers), daemon=True
                )
                process.start()
                theirs.close()
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


def _work(
    home: Path, context: RunContext, reference: Reference, pipe: Connection, do: Task, dealers: Sequence[Connection]
) -> None:
    """Do tasks until whoever gives them has no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the dealer hears it, and closes the pipe
    for each in dealers:
        each.close()  # else nobody would hear that the dealer is gone
    workspace = open_workspace(home)
    try:
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
