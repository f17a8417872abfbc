"""The watcher of `hpedi watch`: takes in what was dropped, answers it, and does what is due, pass by pass.

A pass claims files by rename, in the order of arrival, and takes each in (`watch_files`). Both are done in a lane of
their own, so that the files of a partner keep their order also where several watchers are at work. What is due is done
by a thread beside it: files are answered also while many claims are decided.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Final

from hpedi.access.reach import Scope
from hpedi.commands.jobs import Busy, Jobs, Lane, alone
from hpedi.commands.loaded import Loaded, loaded_now
from hpedi.commands.signed_in import check, context_again
from hpedi.commands.watch_clearing import Clearing
from hpedi.commands.watch_files import Files, Handled
from hpedi.commands.watch_schedules import LOCK_SECONDS, LONGEST_PAUSE, Clockwork, Ran
from hpedi.commands.watch_settings import WatchSettings
from hpedi.commands.workspace import Workspace, now_for
from hpedi.findings import Unavailable
from hpedi.intake.drop_folders import DropFolder, DropFolders, Dropped
from hpedi.intake.taken_files import CannotTake, Taken, TakenFiles
from hpedi.log import log
from hpedi.partners.states import TAKES
from hpedi.pipeline.gateway_ports import Heartbeat
from hpedi.reference.partners import Partner
from hpedi.run_context import Principal

WATCH: Final = ("watch", "drop folder")
"""The action and the kind of thing that whoever watches must be permitted."""

INBOX, TAKEN = "inbox", "taken"
BEAT_SECONDS: Final = 5.0
SLICE_SECONDS: Final = 2.0
"""How long files are taken in before others get their turn, and what is due is looked at."""

_LET_OTHERS: Final = 0.06
"""Seconds between two turns at the workspace: others who wait for it look every 0.05."""


def drop_folders(home: Path, settings: WatchSettings, partners: Iterable[Partner]) -> list[DropFolder]:
    """Return the folders of the partners of whom something is taken: their own below inbox/, and foreign ones."""
    folders = []
    for partner in partners:
        if TAKES[partner.state]:
            own = home / INBOX / partner.delivery_folder
            foreign = [home / each for each in settings.folders.get(partner.id, ())]
            folders += [DropFolder(path=own, partner=partner.delivery_folder)] if own not in foreign else []
            folders += [DropFolder(path=each, partner=partner.delivery_folder, is_foreign=True) for each in foreign]
    return folders


class Watcher:
    """One process that watches the folders of a workspace."""

    def __init__(
        self,
        workspace: Workspace,
        principal: Principal,
        settings: WatchSettings,
        clockwork: Clockwork,
        tell: Callable[[Handled | Ran], None],
    ) -> None:
        """Begin to live, as somebody for as long as it lives; what happens is handed to `tell`.

        Raises:
            Unavailable: The workspace cannot be written.
            click.UsageError: hpedi.toml says of retention what cannot be read.
        """
        self._workspace = workspace
        self._principal = principal
        self._settings = settings
        self._clockwork = clockwork
        self._tell = tell
        self._stopped = Event()
        self._folders = DropFolders(settings.patience)
        self._taken = TakenFiles(workspace.home / TAKEN, f"{socket.gethostname()[:60]}-{os.getpid()}")
        self._started_at = datetime.now(UTC)
        self._files = Files(self._taken, tell, settings.settle_seconds)
        self._clearing = Clearing(workspace.home, settings)
        self._last_beat = float("-inf")
        self._jobs: Jobs | None = None
        self._jobs_by_the_clock: Jobs | None = None
        self._loaded: Loaded | None = None
        self._due: Future[None] | None = None
        self._told: set[tuple[str, str]] = set()

    @property
    def id(self) -> str:
        """Its name."""
        return self._taken.id

    def stop(self) -> None:
        """End after what is in hand."""
        self._stopped.set()

    def close(self) -> None:
        """Leave what is not done to others: nobody need wonder where this one went."""
        with suppress(Unavailable), self._workspace.books.writing(now_for(self._principal)) as work:
            work.watchers.forget(self.id)
        self._files.close()
        self._taken.close()

    # --- pass by pass -----------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Make passes until it is stopped; where the world fails, after longer and longer pauses.

        Raises:
            NotPermitted: Who watches may not any more.
        """
        failures = 0
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="clock") as clock, ExitStack() as at_the_end:
            at_the_end.callback(self.stop)  # also where it may not go on: the clock then ends after its job
            while not self._stopped.is_set():
                pause = 0.0
                try:
                    worked = self.one_pass(clock)
                    failures = 0
                    pause = 0.0 if worked else self._settings.poll_seconds
                except Busy:
                    pause = self._settings.poll_seconds
                except (Unavailable, OSError) as failure:
                    failures += 1
                    pause = min(self._settings.poll_seconds * 2**failures, LONGEST_PAUSE)
                    name = type(failure).__name__
                    log.warning("watching interrupted", exception=name, attempt=failures, seconds=pause)
                self._stopped.wait(max(pause, _LET_OTHERS))
        if self._due is not None:
            with suppress(Unavailable, OSError):  # what was due is done by the next watcher; a bug is told
                self._due.result()

    def get_ready(self) -> None:
        """Read what is needed, and tell for the first time that this watcher lives.

        Raises:
            Unavailable: The world fails.
        """
        jobs = self._up_to_date()
        with jobs.workspace.books.writing(jobs.context) as work:
            work.audit.record("watch", f"watcher:{self.id}", reason="operation", result="begun")
        self._beat()

    def once(self) -> None:
        """Take in all that may be taken now, then do what is due, and end.

        Raises:
            Unavailable: The world failed; what was taken waits for the next watcher, and so does what was due.
            NotPermitted: Who watches may not.
        """
        self._take_what_came(self._up_to_date())
        self._stopped.wait(self._settings.poll_seconds)  # what was seen once is seen again
        while not self._stopped.is_set() and self._take_what_came(self._up_to_date()):
            self._stopped.wait(_LET_OTHERS)
        self._do_what_is_due(self._up_to_date())
        if self._clockwork.has_put_off:
            raise Unavailable("something that was due could not be done")

    def one_pass(self, clock: ThreadPoolExecutor) -> bool:
        """Look into the folders, take in what may be taken, and let what is due be done beside it.

        Returns:
            Whether files were taken in.

        Raises:
            Unavailable: The world failed.
            NotPermitted: Who watches may not any more.
        """
        jobs = self._up_to_date()
        try:
            return self._take_what_came(jobs)
        finally:
            self._let_be_done(clock, jobs)

    def _let_be_done(self, clock: ThreadPoolExecutor, jobs: Jobs) -> None:
        """Have what is due be done, unless it still is; what kept the last look from it is raised here."""
        if self._due is None or self._due.done():
            last, self._due = self._due, None
            if last is not None:
                last.result()
            if self._jobs_by_the_clock is None:
                self._jobs_by_the_clock = copy(jobs)  # the same data, and moments of its own
            self._jobs_by_the_clock.context = jobs.context
            self._due = clock.submit(self._do_what_is_due, self._jobs_by_the_clock)

    def _take_what_came(self, jobs: Jobs) -> bool:
        self._beat()
        partners = {each.delivery_folder: each for each in jobs.reference.partners if TAKES[each.state]}
        self._taken.adopt()
        found = self._folders.scan(self._folders_of(partners.values()), time.time())
        self._warn_of([each for each in found if each.standing == "unreadable"])
        ready = [each for each in found if each.standing == "ready"]
        in_hand = [each for each in self._files.in_hand() if each.partner in partners]
        return self._take_in(jobs, partners, in_hand, ready) if in_hand or ready else False

    def _do_what_is_due(self, jobs: Jobs) -> None:
        if self._stopped.is_set():
            return
        for ran in self._clockwork.run_due(jobs):
            self._tell(ran)
            if self._stopped.is_set():
                break
        self._clearing.clear_when_due(jobs)
        self._workspace.sealer.seal_when_due()

    def _up_to_date(self) -> Jobs:
        """Return the jobs of this pass: who, when, and by what is loaded now."""
        workspace = self._workspace
        context = context_again(workspace, self._principal)
        check(context, WATCH[0], Scope(thing=WATCH[1]))
        loaded, jobs = loaded_now(workspace, context), self._jobs
        if jobs is None or self._loaded != loaded or jobs.context.as_of != context.as_of:
            jobs = self._jobs = Jobs(workspace, context, self._beat)
            self._loaded, self._jobs_by_the_clock = loaded, None
        jobs.context = context
        return jobs

    def _folders_of(self, partners: Iterable[Partner]) -> list[DropFolder]:
        folders = drop_folders(self._workspace.home, self._settings, partners)
        for folder in folders:
            if not folder.is_foreign:
                folder.path.mkdir(parents=True, exist_ok=True)
            elif not folder.path.is_dir() or folder.path.is_symlink():
                self._warn("a folder to watch is not there", folder.partner)
        return folders

    def _warn_of(self, unreadable: Sequence[Dropped]) -> None:
        for each in unreadable:
            self._warn("a file that was dropped cannot be read", each.folder.partner)

    def _warn(self, phrase: str, partner: str, reason: str = "") -> None:
        """Log what is wrong with a partner's folder, once."""
        if (phrase, partner) not in self._told:
            self._told.add((phrase, partner))
            log.warning("drop folder", place=phrase, partner=partner, reason=reason)

    def _beat(self) -> None:
        """Tell that this watcher lives, every few seconds; a database that is not there is somebody else's to tell."""
        if time.monotonic() - self._last_beat < BEAT_SECONDS:
            return
        now = datetime.now(UTC)
        heart = Heartbeat(
            id=self.id,
            host=socket.gethostname()[:80],
            pid=os.getpid(),
            started_at=self._started_at,
            beat_at=now,
            files=self._files.count,
        )
        with self._workspace.books.writing(now_for(self._principal)) as work:
            work.watchers.beat(heart)
        self._last_beat = time.monotonic()

    # --- files ------------------------------------------------------------------------------------------------------

    def _take_in(
        self, jobs: Jobs, partners: Mapping[str, Partner], in_hand: Sequence[Taken], ready: Sequence[Dropped]
    ) -> bool:
        """Take in files, those in hand first, as long as it is our turn; say whether any were taken in, or are left."""
        until = time.monotonic() + SLICE_SECONDS
        doubtful: list[Taken] = []
        with alone(self._workspace, LOCK_SECONDS, [Lane.INTAKE]):
            before = self._files.count
            for taken in self._taken_now(in_hand, ready):
                if not self._files.take_in(jobs, partners[taken.partner], taken):
                    doubtful.append(taken)
                if self._stopped.is_set() or time.monotonic() > until:
                    return True
            for taken in doubtful:
                self._files.take_in(jobs, partners[taken.partner], taken, is_last=True)
        return self._files.count > before

    def _taken_now(self, in_hand: Sequence[Taken], ready: Sequence[Dropped]) -> Iterator[Taken]:
        """Yield files in hand, then take the others one by one; one that cannot be taken is told of and left."""
        yield from in_hand
        for dropped in ready:
            try:
                taken = self._taken.take(dropped)
            except CannotTake as why:
                self._warn("a file that was dropped cannot be taken", dropped.folder.partner, str(why))
                continue
            if taken is not None:
                yield taken
