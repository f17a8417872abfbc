"""Turns at a SQLite database: who waits to write comes before who wrote last, among threads and processes.

SQLite lets writers poll for its one lock, so that one who writes again at once starves all others. Here a writer holds
the turn as long as it writes, and holds the queue while it waits for the turn; who comes has to pass the queue first.
Whom somebody waited for lets all go by who wait, before it comes to the queue again, within limits. Both are locks on
files beside the database, which a kill gives back. They keep nobody away who does not ask for them: that is still
SQLite's matter.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from hpedi.findings import Unavailable
from hpedi.safekeeping.whole_files import OWNER_ONLY

QUEUE, TURN = "-queue", "-turn"
"""Endings of the files' names."""
_POLL_SECONDS: Final = 0.001
LETS_BY_SECONDS: Final = 0.25
"""How long somebody lets others go by."""
_LOOKS: Final = 2
"""So often the queue is seen empty before one comes to it who lets others go by: they poll for it too."""


class Turnstile:
    """The turns of those who write to one database."""

    def __init__(self, database: Path, wait_seconds: float) -> None:
        """Take turns at a database, and wait so long for one; nothing is opened yet."""
        self._queue, self._turn = (database.with_name(f"{database.name}{ending}") for ending in (QUEUE, TURN))
        self._wait_seconds = wait_seconds
        self._was_waited_for = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Write while the block lasts.

        Raises:
            Unavailable: Others wrote for too long, or there is no place for the files.
        """
        until = time.monotonic() + self._wait_seconds
        if self._was_waited_for:
            self._let_by()
        with _opened(self._turn) as turn:
            with _opened(self._queue) as queue:
                _take(queue, until)
                _take(turn, until)
            try:
                yield
            finally:
                with suppress(Unavailable):  # what was written is committed by now
                    self._was_waited_for = self.somebody_waits

    @property
    def somebody_waits(self) -> bool:
        """Say whether somebody waits for a turn."""
        with _opened(self._queue) as queue:
            return not _is_taken(queue)

    def _let_by(self) -> None:
        """Wait until nobody waits any more, or for long enough."""
        until, looks = time.monotonic() + LETS_BY_SECONDS, 0
        while looks < _LOOKS and time.monotonic() < until:
            looks = 0 if self.somebody_waits else looks + 1
            time.sleep(_POLL_SECONDS)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a file anew: a lock belongs to who opened the file, and each thread and fork needs its own."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    except OSError as error:
        raise Unavailable(f"the database is not available ({type(error).__name__})") from None
    try:
        yield descriptor
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # not by closing it: a process forked meanwhile has it open too
        os.close(descriptor)


def _take(descriptor: int, until: float) -> None:
    while not _is_taken(descriptor):
        if time.monotonic() > until:
            raise Unavailable("the database is not available (others write to it)")
        time.sleep(_POLL_SECONDS)


def _is_taken(descriptor: int) -> bool:
    """Try once to take a lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
