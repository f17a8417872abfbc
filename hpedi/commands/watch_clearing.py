"""What a watcher clears away: files that lay in their folders long enough, and events that were delivered long ago.

Each time something went, an entry of the audit log says how much.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from hpedi.commands.jobs import Jobs
from hpedi.commands.watch_settings import WatchSettings
from hpedi.commands.webhooks_settings import events_kept_for
from hpedi.delivery.archive import Retention, clear
from hpedi.log import log

CLEAR_SECONDS: Final = 600.0
EVENTS_A_TRANSACTION: Final = 500


class Clearing:
    """When a workspace was last cleared, and of what."""

    def __init__(self, home: Path, settings: WatchSettings) -> None:
        """Clear by these settings, and by what hpedi.toml says of webhooks.

        Raises:
            click.UsageError: That cannot be read.
        """
        self._home = home
        self._retention = Retention(
            archived=_days(settings.archive_after_days),
            deleted=_days(settings.retention_days),
            quarantined=_days(settings.quarantine_days),
        )
        self._events_kept = events_kept_for(home)
        self._last = float("-inf")

    def clear_when_due(self, jobs: Jobs) -> None:
        """Clear what stood long enough, every few minutes.

        Raises:
            Unavailable: The world failed; it is tried again then.
        """
        if time.monotonic() - self._last < CLEAR_SECONDS:
            return
        self._last = time.monotonic()
        self._clear_folders(jobs)
        self._forget_events(jobs)

    def _clear_folders(self, jobs: Jobs) -> None:
        def delivered(folder: str, names: Collection[str]) -> Mapping[str, datetime]:
            with jobs.workspace.books.reading(jobs.context) as work:
                return work.outbox.delivered_at(folder, names)

        cleared = clear(self._home, self._retention, jobs.context.instant, delivered)
        if cleared.archived or cleared.deleted:
            with jobs.workspace.books.writing(jobs.context) as work:
                told = f"archived {cleared.archived}, deleted {cleared.deleted}"
                work.audit.record("clear", "folders", reason="retention", result=told)
            log.info("folders cleared", files=cleared.archived + cleared.deleted)

    def _forget_events(self, jobs: Jobs) -> None:
        if self._events_kept is None:
            return
        before = jobs.context.instant - self._events_kept
        forgotten = EVENTS_A_TRANSACTION
        while forgotten == EVENTS_A_TRANSACTION:
            with jobs.workspace.books.writing(jobs.context) as work:
                forgotten = work.webhooks.forget(before, EVENTS_A_TRANSACTION)
                if forgotten:
                    told = f"deleted {forgotten} delivered before {before:%Y-%m-%d}"
                    work.audit.record("clear", "webhook events", reason="retention", result=told)


def _days(count: int) -> timedelta | None:
    return timedelta(days=count) if count else None
