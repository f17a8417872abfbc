"""What the SFTP server knows from the books and writes into them: partners, sign-ins, pickups; in a thread of its own.

Nothing that a partner waits for waits for the database. What happened is written in its order; while the database is
not available it is tried again, until too much waits.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeAlias

from hpedi.commands.workspace import Workspace, context_for, now_for
from hpedi.findings import Unavailable
from hpedi.intake.sftp.reception import Download
from hpedi.log import log
from hpedi.pipeline.gateway_ports import Pickup
from hpedi.pipeline.partner_profiles import read_profiles
from hpedi.pipeline.ports import Work
from hpedi.reference.partners import Partner
from hpedi.run_context import Principal, RunContext

KEEP_UP_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 1.0
MOST_WAITING: Final = 10_000
LAST_TRIES_SECONDS: Final = 10.0

Change: TypeAlias = tuple[Principal, Callable[[Work], None]]


class BooksReception:
    """The partners as known now, and what is written of them."""

    def __init__(self, workspace: Workspace, context: RunContext) -> None:
        """Read the partners, and begin to keep up with them.

        Raises:
            Unavailable: The database cannot be read.
        """
        self._workspace = workspace
        self._context = context
        self._snapshot = -1
        self._partners: Mapping[str, Partner] = {}
        self._closed_at: float | None = None
        self._changes: queue.Queue[Change | None] = queue.Queue(MOST_WAITING)
        self._read()
        self._thread = threading.Thread(target=self._work, name="books", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what waits, and end."""
        self._closed_at = time.monotonic()
        self._changes.put(None)
        self._thread.join()

    # --- what the server asks ---

    def partner(self, user: str) -> Partner | None:
        """Return the partner of a user name, as known now."""
        return self._partners.get(user)

    def today(self) -> date:
        """Return the day on which keys must be good."""
        return context_for(None).as_of

    def note_sign_in(self, user: str, result: str) -> None:
        """Keep that somebody signed in, or was refused; a user name that is no partner's may be anything."""
        subject = f"partner:{user if user in self._partners else 'none'}"
        who = self._context.principal
        self._note(who, lambda work: work.audit.record("sign in", subject, reason="sftp", result=result))

    def note_download(self, download: Download) -> None:
        """Keep that a partner read a file to its end."""
        partner = download.partner
        who = Principal(f"partner:{partner.id}", "partner", partner.name)

        def picked_up(work: Work) -> None:
            row = work.outbox.named(download.folder, download.name)
            if row is not None:
                work.pickups.add(Pickup(outbox=row.id, partner=partner.id, at=download.at, size=download.size))
                work.audit.record("pick up", f"outbox:{row.id}", recipient=who.id, result=row.kind)

        self._note(who, picked_up)

    def _note(self, who: Principal, change: Callable[[Work], None]) -> None:
        try:
            self._changes.put_nowait((who, change))
        except queue.Full:
            log.error("what happened is not written: the database is behind", principal=who.id)

    # --- the thread ---

    def _work(self) -> None:
        kept_up = time.monotonic()
        while True:
            try:
                change = self._changes.get(timeout=KEEP_UP_SECONDS)
            except queue.Empty:
                pass
            else:
                if change is None:
                    return
                self._write(*change)
            if time.monotonic() - kept_up >= KEEP_UP_SECONDS:
                self._try(self._keep_up)
                kept_up = time.monotonic()

    def _write(self, who: Principal, change: Callable[[Work], None]) -> None:
        """Write something; given up only where too much waits or the server has stopped."""
        context = now_for(who)

        def written() -> None:
            with self._workspace.books.writing(context) as work:
                change(work)

        while not self._try(written):
            has_stopped = self._closed_at is not None and time.monotonic() - self._closed_at > LAST_TRIES_SECONDS
            if has_stopped or self._changes.full():
                log.error("what happened is not written: the database is not available", principal=who.id)
                return
            time.sleep(AGAIN_SECONDS)

    def _keep_up(self) -> None:
        """Read the partners again where they changed, and seal the audit log."""
        self._read()
        self._workspace.sealer.seal_when_due()

    def _read(self) -> None:
        with self._workspace.books.reading(self._context) as work:
            snapshot = work.reference.snapshot()
            if snapshot == self._snapshot:
                return
            partners = {each.id: each for each in read_profiles(work).holding}
        self._partners, self._snapshot = partners, snapshot

    @staticmethod
    def _try(work: Callable[[], None]) -> bool:
        """Do something with the books; say whether they were available; what a fault of ours stops is told and left."""
        try:
            work()
        except (Unavailable, OSError) as failure:
            log.warning("the database is not available", exception=type(failure).__name__)
            return False
        except Exception as bug:  # noqa: BLE001  # without this thread a key that is revoked would stay good
            log.error("what happened is not written: a fault of ours", exception=type(bug).__name__)
        return True
