"""The watcher of `hpedi watch`: takes in what was dropped, answers it, and does what is due, pass by pass.

A pass claims files by rename, in the order of arrival, and receives each as its partner's machine: the arrival is noted,
the file is received, the arrival ends with its note in one commit, answers are placed, and only then is the taken file
deleted. Whatever of these a kill comes between, the next watcher does the rest: each step done twice is done once.
Files are claimed and received with the workspace held alone, so that those of a partner keep their order also where
several watchers are at work.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Final

from hpedi.access.reach import Scope
from hpedi.commands.jobs import Busy, Jobs, alone
from hpedi.commands.signed_in import check, context_of
from hpedi.commands.watch_schedules import LOCK_SECONDS, LONGEST_PAUSE, Clockwork, Ran
from hpedi.commands.watch_settings import WatchSettings
from hpedi.commands.workspace import Workspace
from hpedi.delivery.archive import Retention, clear
from hpedi.findings import Unavailable
from hpedi.intake.drop_folders import DropFolder, DropFolders, Dropped
from hpedi.intake.taken_files import CannotTake, Taken, TakenFiles
from hpedi.log import log
from hpedi.partners.states import TAKES
from hpedi.pipeline.arrivals import dropped_by, end, fail, note_name
from hpedi.pipeline.gateway_ports import ENDED, Arrival, Heartbeat
from hpedi.pipeline.received import ReceivedFile
from hpedi.reference.partners import Partner

WATCH: Final = ("watch", "drop folder")
"""The action and the kind of thing that whoever watches must be permitted."""

INBOX, TAKEN = "inbox", "taken"
BEAT_SECONDS: Final = 5.0
SLICE_SECONDS: Final = 2.0
"""How long files are taken in before others get their turn, and what is due is looked at."""

CLEAR_SECONDS: Final = 600.0
DOUBTFUL: Final = 3
"""A file that was begun so often and never ended comes after all others: it may be what kills the process."""


@dataclass(frozen=True, slots=True)
class Handled:
    """An arrival that was taken in, without any PHI."""

    arrival: int
    partner: str
    bytes: int
    state: str
    reason: str
    interchanges: int
    claims: int
    claims_refused: int


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
        settings: WatchSettings,
        clockwork: Clockwork,
        tell: Callable[[Handled | Ran], None],
    ) -> None:
        """Begin to live; what happens is handed to `tell`.

        Raises:
            Unavailable: The workspace cannot be written.
        """
        self._workspace = workspace
        self._settings = settings
        self._clockwork = clockwork
        self._tell = tell
        self._stopped = Event()
        self._folders = DropFolders(settings.patience)
        self._taken = TakenFiles(workspace.home / TAKEN, f"{socket.gethostname()[:60]}-{os.getpid()}")
        self._started_at = datetime.now(UTC)
        self._files = 0
        self._last_beat = self._last_clear = self._in_place_until = float("-inf")
        self._jobs: Jobs | None = None
        self._put_aside: set[Path] = set()
        self._told: set[tuple[str, str]] = set()

    @property
    def id(self) -> str:
        """Its name."""
        return self._taken.id

    def stop(self) -> None:
        """End after what is in hand."""
        self._stopped.set()

    def close(self) -> None:
        """Leave what is not done to others."""
        self._taken.close()

    # --- pass by pass -----------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Make passes until it is stopped; where the world fails, after longer and longer pauses.

        Raises:
            NotPermitted: Who watches may not any more.
        """
        failures = 0
        while not self._stopped.is_set():
            pause = 0.0
            try:
                worked = self.one_pass()
                failures = 0
                pause = 0.0 if worked else self._settings.poll_seconds
            except Busy:
                pause = self._settings.poll_seconds
            except (Unavailable, OSError) as failure:
                failures += 1
                pause = min(self._settings.poll_seconds * 2**failures, LONGEST_PAUSE)
                log.warning("watching interrupted", exception=type(failure).__name__, attempt=failures, seconds=pause)
            self._stopped.wait(max(pause, _LET_OTHERS))

    def once(self) -> None:
        """Take in all that may be taken now, do what is due, and end.

        Raises:
            Unavailable: The world failed; what was taken waits for the next watcher.
        """
        self.one_pass()
        self._stopped.wait(self._settings.poll_seconds)  # what was seen once is seen again
        while not self._stopped.is_set() and self.one_pass():
            self._stopped.wait(_LET_OTHERS)

    def one_pass(self) -> bool:
        """Look into the folders, take in what may be taken, and do what is due; say whether files were taken in.

        Raises:
            Unavailable: The world failed.
            NotPermitted: Who watches may not any more.
        """
        jobs = self._up_to_date()
        self._beat()
        partners = {each.delivery_folder: each for each in jobs.reference.partners if TAKES[each.state]}
        self._taken.adopt()
        found = self._folders.scan(self._folders_of(partners.values()), time.time())
        self._warn_of([each for each in found if each.standing == "unreadable"])
        ready = [each for each in found if each.standing == "ready"]
        in_hand = [each for each in self._taken.waiting() if each.path not in self._put_aside]
        in_hand = [each for each in in_hand if each.partner in partners]
        worked = self._take_in(jobs, partners, in_hand, ready) if in_hand or ready else False
        for ran in self._clockwork.run_due(jobs):
            self._tell(ran)
        self._clear_when_due(jobs)
        self._workspace.sealer.seal_when_due()
        return worked

    def _up_to_date(self) -> Jobs:
        """Return the jobs of this pass: who, when, and the reference data as known now."""
        workspace = self._workspace
        context = context_of(workspace)
        check(context, WATCH[0], Scope(thing=WATCH[1]))
        with workspace.books.reading(context) as work:
            snapshot = work.reference.snapshot()
        jobs = self._jobs
        if jobs is None or jobs.reference.snapshot != snapshot or jobs.context.as_of != context.as_of:
            jobs = self._jobs = Jobs(workspace, context, self._beat)
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
            files=self._files,
        )
        context = self._jobs.context if self._jobs is not None else context_of(self._workspace)
        with self._workspace.books.writing(context) as work:
            work.watchers.beat(heart)
        self._last_beat = time.monotonic()

    # --- files ------------------------------------------------------------------------------------------------------

    def _take_in(
        self, jobs: Jobs, partners: dict[str, Partner], in_hand: Sequence[Taken], ready: Sequence[Dropped]
    ) -> bool:
        """Take in files, those in hand first, as long as it is our turn; say whether there were any."""
        until = time.monotonic() + SLICE_SECONDS
        doubtful: list[Taken] = []
        with alone(self._workspace, LOCK_SECONDS):
            count = 0
            for taken in self._taken_now(in_hand, ready):
                count += self._handle(jobs, partners[taken.partner], taken, doubtful)
                if self._stopped.is_set() or time.monotonic() > until:
                    return True
            for taken in doubtful:
                count += self._handle(jobs, partners[taken.partner], taken, None)
        return count > 0

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
                self._files += 1
                yield taken

    def _handle(self, jobs: Jobs, partner: Partner, taken: Taken, doubtful: list[Taken] | None) -> int:
        """Take in one file; a bug of ours puts it aside. Return how many files were taken in.

        Raises:
            Unavailable: The world failed: the file stays in hand.
            OSError: The same.
        """
        books = jobs.workspace.books
        with _as_machine_of(jobs, partner):
            with books.writing(jobs.context) as work:
                arrival = work.arrivals.take(
                    partner=partner.id, name=taken.name, moment=taken.moment, size=taken.size, watcher=self.id
                )
            if doubtful is not None and arrival.tries > DOUBTFUL:
                doubtful.append(taken)
                return 0
            try:
                handled = self._receive(jobs, partner, taken, arrival)
            except (Unavailable, OSError):
                raise
            except Exception as bug:  # noqa: BLE001 - one file's bug keeps no other back; its text may hold PHI
                self._put_aside.add(taken.path)
                with books.writing(jobs.context) as work:
                    fail(work, arrival.id, type(bug).__name__)
                log.error("arrival failed", arrival=arrival.id, partner=partner.id, exception=type(bug).__name__)
                handled = _told(arrival, "failed", type(bug).__name__)
        self._tell(handled)
        return 1

    def _receive(self, jobs: Jobs, partner: Partner, taken: Taken, arrival: Arrival) -> Handled:
        """Receive a file, end its arrival, place its answers, and delete it: in this order, so that a kill costs nothing."""
        at = datetime.fromtimestamp(taken.seconds, UTC)
        if arrival.state in ENDED and not self._is_same(jobs, taken, arrival):
            taken = self._taken.again(taken)
            with jobs.workspace.books.writing(jobs.context) as work:
                arrival = work.arrivals.take(
                    partner=partner.id, name=taken.name, moment=taken.moment, size=taken.size, watcher=self.id
                )
        received = jobs.receive(taken.path, at, login=partner, name=f"arrival {arrival.id}")
        state, reason = arrival.state, arrival.reason
        if arrival.state not in ENDED:
            with jobs.workspace.books.writing(jobs.context) as work:
                state, reason = end(work, arrival, received, partner), received.quarantined
        self._answer(jobs, arrival, received)
        taken.path.unlink(missing_ok=True)
        log.info("arrival taken in", arrival=arrival.id, partner=partner.id, bytes=taken.size, status=state)
        return _told(arrival, state, reason, received)

    def _is_same(self, jobs: Jobs, taken: Taken, arrival: Arrival) -> bool:
        """Say whether a file is the one that an arrival ended with: a kill came before it was deleted."""
        digest = self._workspace.files.keep(taken.path).digest
        with jobs.workspace.books.reading(jobs.context) as work:
            file = work.receipts.file(digest)
        return file is not None and file.id == arrival.file

    def _answer(self, jobs: Jobs, arrival: Arrival, received: ReceivedFile) -> None:
        """Place what answers a file; what cannot be placed waits for the schedule."""
        receipts = {each for receipt in received.receipts for each in (receipt.receipt, receipt.summary.repeats)}
        note = note_name(arrival)
        try:
            if time.monotonic() > self._in_place_until:
                jobs.check_in_place()
                self._in_place_until = time.monotonic() + LONGEST_PAUSE
            delivery = jobs.deliver_at_once(
                lambda row: (row.receipt is not None and row.receipt in receipts) or row.name == note
            )
        except Unavailable as failure:
            log.warning("answers wait", arrival=arrival.id, exception=type(failure).__name__)
            return
        if delivery.failures:
            log.warning("answers wait", arrival=arrival.id, files=len(delivery.failures))

    # --- what stood long enough --------------------------------------------------------------------------------------

    def _clear_when_due(self, jobs: Jobs) -> None:
        if time.monotonic() - self._last_clear < CLEAR_SECONDS:
            return
        self._last_clear = time.monotonic()
        days = self._settings
        retention = Retention(
            archived=_days(days.archive_after_days),
            deleted=_days(days.retention_days),
            quarantined=_days(days.quarantine_days),
        )

        def delivered(folder: str, names: Sequence[str]) -> dict[str, datetime]:
            with jobs.workspace.books.reading(jobs.context) as work:
                return dict(work.outbox.delivered_at(folder, names))

        cleared = clear(self._workspace.home, retention, jobs.context.instant, delivered)
        if cleared.archived or cleared.deleted:
            log.info("folders cleared", files=cleared.archived + cleared.deleted)


_LET_OTHERS: Final = 0.06
"""Seconds between two turns at the workspace: others who wait for it look every 0.05."""


def _days(count: int) -> timedelta | None:
    return timedelta(days=count) if count else None


@contextmanager
def _as_machine_of(jobs: Jobs, partner: Partner) -> Iterator[None]:
    """Act as a partner's machine while the block lasts."""
    ours = jobs.context
    with jobs.workspace.books.reading(ours) as work:
        machine = dropped_by(work, partner)
    jobs.context = replace(ours, principal=machine, instant=datetime.now(ours.instant.tzinfo))
    try:
        yield
    finally:
        jobs.context = ours


def _told(arrival: Arrival, state: str, reason: str, received: ReceivedFile | None = None) -> Handled:
    receipts = received.receipts if received is not None else ()
    return Handled(
        arrival=arrival.id,
        partner=arrival.partner,
        bytes=arrival.size,
        state=state,
        reason=reason,
        interchanges=len(receipts),
        claims=sum(each.summary.claims for each in receipts),
        claims_refused=sum(each.summary.claims_refused for each in receipts),
    )
