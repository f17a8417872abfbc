"""Short changes of many at the same time, committed together: one wait for the disk and for who else writes, not many.

Each change is made by itself, on behalf of its own principal, in the order in which they came. Whoever asked goes on
when the transaction is committed. Where one of them fails, nothing of it is kept and each is made again alone, so that
only who asked for that one is told; where the database is not available, all are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeAlias, TypeVar

from hpedi.findings import Unavailable
from hpedi.run_context import RunContext
from hpedi.store.books import StoredBooks, StoredWork

Result = TypeVar("Result")
MOST_TOGETHER: Final = 64

_Change: TypeAlias = tuple[RunContext, Callable[[StoredWork], Any], "Future[Any]"]


class GroupCommit:
    """Commits changes in a thread of its own."""

    def __init__(self, books: StoredBooks) -> None:
        """Begin."""
        self._books = books
        self._waiting: SimpleQueue[_Change | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="commit", daemon=True)
        self._thread.start()

    def write(self, context: RunContext, change: Callable[[StoredWork], Result]) -> Result:
        """Make a change and return what it returns, once it is committed.

        Args:
            context: On behalf of whom.
            change: Makes it; it may be called again where nothing of the first time was kept.

        Raises:
            Unavailable: The database is locked, full or gone; nothing was changed.
        """
        done: Future[Result] = Future()
        self._waiting.put((context, change, done))
        return done.result()

    def close(self) -> None:
        """Commit what waits, and end."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        is_open = True
        while is_open:
            changes = [self._waiting.get()]
            while len(changes) < MOST_TOGETHER:
                try:
                    changes.append(self._waiting.get_nowait())
                except Empty:
                    break
            is_open = None not in changes
            self._commit([each for each in changes if each is not None])

    def _commit(self, changes: list[_Change]) -> None:
        try:
            results = self._made(changes)
        except Exception as failure:  # noqa: BLE001  # it is told to who asked
            if len(changes) > 1 and not isinstance(failure, Unavailable):
                for each in changes:
                    self._commit([each])
                return
            for _context, _change, done in changes:
                done.set_exception(failure)
        else:
            for (_context, _change, done), result in zip(changes, results, strict=True):
                done.set_result(result)

    def _made(self, changes: list[_Change]) -> list[Any]:
        results = []
        with self._books.writing_together() as of:
            for context, change, _done in changes:
                results.append(change(of(context)))
        return results
