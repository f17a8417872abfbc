"""What `hpedi doctor` sees of work under way: who runs, what waits, what is overdue."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import stat
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from hpedi.commands.doctor_examination import Configured, Opened, Seen, ago, fault, graded, ok, warning
from hpedi.commands.sftp_settings import host_key_file
from hpedi.commands.up_settings import parameters, read_up_settings, wanted_programs
from hpedi.commands.watch_settings import read_watch_settings
from hpedi.commands.workspace import payer_zone
from hpedi.intake.drop_folders import is_passed_over
from hpedi.mappings_folder import mapping
from hpedi.payments.calendar import load_ach_calendar
from hpedi.payments.eft_enrollment import EnrollmentState
from hpedi.pipeline.schedules import due
from hpedi.pipeline.statistics_ports import Waiting

APPROVALS: Final = frozenset({"payments to approve", "reprocessings to approve"})
DELIVERIES: Final = frozenset({"files to deliver", "files being received"})
ADVICE: Final = {
    "payments to approve": "hpedi pay list, then hpedi pay approve --run RUN",
    "reprocessings to approve": "hpedi reprocess list, then hpedi reprocess approve",
    "EFT enrollments to approve": "hpedi eft enrollments, then hpedi eft approve NUMBER",
    "files to deliver": "hpedi deliver",
    "files being received": "run the watcher again, or hpedi receive FILE",
}


def supervisor(place: Configured) -> Iterator[Seen]:
    """See whether `hpedi up` runs for this workspace on this machine."""
    yield ok("it runs" if is_up(place.home) else "it does not run on this machine")


def is_up(home: Path) -> bool:
    """Say whether a supervisor has the workspace: see `up`."""
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def ports(place: Configured) -> Iterator[Seen]:
    """See whether the ports that [up] names can be had."""
    is_running = is_up(place.home)
    for program, options in wanted_programs(read_up_settings(place.home)):
        told = parameters(program, options)
        if told.get("port"):
            yield _port(program.words[0], str(told["host"]), int(str(told["port"])), is_running=is_running)


def _port(name: str, host: str, port: int, *, is_running: bool) -> Seen:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    where = f"hpedi {name}: {host} port {port}"
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as refused:
        if refused.errno == errno.EADDRINUSE:
            mend = f"ss -ltnp 'sport = :{port}' says by whom; end it, or name another port under [up]"
            return ok(f"{where}, in use") if is_running else warning(f"{where} is in use already", mend)
        return fault(f"{where} cannot be had: {refused.strerror}", "name another address or port under [up]")
    return ok(f"{where} is free")


def host_key(place: Configured) -> Iterator[Seen]:
    """See whether the key by which clients know the SFTP server is there, and nobody else can read it."""
    file = host_key_file(place.home)
    if not file.exists():
        yield ok(f"{file}, made with the first start of hpedi sftp")
    elif stat.S_IMODE(file.stat().st_mode) & ~(stat.S_IRUSR | stat.S_IWUSR):
        yield fault(
            f"others can read {file}", f"chmod 600 {file}; it may be known: a new one has to be told to partners"
        )
    elif not file.read_bytes().startswith(b"-----BEGIN "):
        yield fault(f"{file} is no private key", "bring it back, or move it away and tell partners the new fingerprint")
    else:
        yield ok(f"{file}; hpedi sftp --fingerprint")


def webhooks(place: Opened) -> Iterator[Seen]:
    """See whether events reach partners' own systems."""
    late = place.now - timedelta(minutes=place.bounds.backlog_minutes)
    with place.workspace.books.reading(place.context) as work:
        endpoints, overdue = work.webhooks.all(), work.webhooks.due(late)
    disabled = [str(each.id) for each in endpoints if each.disabled_at is not None]
    if disabled:
        yield warning(
            f"disabled: {', '.join(disabled)}", "hpedi webhooks show NUMBER, then hpedi webhooks enable NUMBER"
        )
    if overdue:
        yield warning(f"{len(overdue):,} events are overdue", "`webhooks = true` under [up], or hpedi webhooks send")
    if not disabled and not overdue:
        yield ok(f"{len(endpoints):,} endpoints; nothing is overdue")


def watchers(place: Opened) -> Iterator[Seen]:
    """See when a watcher of each machine was last heard of; others took over what an earlier one had in hand."""
    with place.workspace.books.reading(place.context) as work:
        newest = {each.host: each for each in work.watchers.all()}
    if not newest:
        yield ok("none has run in the last days")
    for each in newest.values():
        age = place.now - each.beat_at
        yield graded(
            f"process {each.pid} on {each.host}: {each.files:,} files, heard of {ago(age)} ago",
            "start it again: hpedi up, or systemctl restart hpedi; others take over what it had in hand",
            value=age.total_seconds(),
            warns_above=place.bounds.heartbeat_seconds,
            fails_above=place.bounds.heartbeat_seconds_fault,
        )


def arrivals(place: Configured) -> Iterator[Seen]:
    """See what lies in the drop folders, and since when: in ours what is whole, in others' also what is not yet."""
    watch, _schedules = read_watch_settings(place.home)
    foreign = {Path(folder).resolve() for each in watch.folders.values() for folder in each}
    own = {folder.resolve() for folder in (place.home / "inbox").glob("*") if not folder.is_symlink()}
    yield _dropped(place, "inbox", own - foreign, patience=0)
    if foreign:
        yield _dropped(place, "folders of other servers", foreign, patience=watch.incomplete_after)


def _dropped(place: Configured, name: str, folders: Iterable[Path], *, patience: float) -> Seen:
    times = [time for folder in folders for time in _times(folder)]
    oldest = place.now - datetime.fromtimestamp(min(times), UTC) if times else timedelta()
    return graded(
        f"{name}: {len(times):,} files wait, the oldest for {ago(oldest)}" if times else f"{name}: nothing waits",
        "hpedi watch, or hpedi up: nobody takes them",
        value=oldest.total_seconds(),
        warns_above=patience + place.bounds.backlog_minutes * 60,
        fails_above=patience + place.bounds.backlog_minutes_fault * 60,
    )


def _times(folder: Path) -> Iterator[float]:
    """Yield when each file of a folder came, but those under a temporary name: they wait for their sender."""
    try:
        with os.scandir(folder) as found:
            yield from (
                each.stat(follow_symlinks=False).st_ctime
                for each in found
                if each.is_file(follow_symlinks=False) and not is_passed_over(each.name)
            )
    except (FileNotFoundError, NotADirectoryError):
        return


def deliveries(place: Opened) -> Iterator[Seen]:
    """See what waits to be received to its end, and to be delivered."""
    with place.workspace.books.reading(place.context) as work:
        found = [each for each in work.statistics.waiting() if each.what in DELIVERIES]
    yield from _told(place, found, timedelta(minutes=place.bounds.backlog_minutes))


def approvals(place: Opened) -> Iterator[Seen]:
    """See what waits for somebody's word."""
    limit = timedelta(days=place.bounds.approval_days)
    with place.workspace.books.reading(place.context) as work:
        found = [each for each in work.statistics.waiting() if each.what in APPROVALS]
        requested = [each.history[0].at for each in work.eft_enrollments.in_state(EnrollmentState.REQUESTED)]
    if requested:
        found.append(Waiting(what="EFT enrollments to approve", count=len(requested), oldest=min(requested)))
    yield from _told(place, found, limit)


def _told(place: Opened, found: Sequence[Waiting], limit: timedelta) -> Iterator[Seen]:
    yield from (_overdue(place, each, limit) for each in found)
    if not found:
        yield ok("nothing waits")


def _overdue(place: Opened, waiting: Waiting, limit: timedelta) -> Seen:
    age = place.now - (waiting.oldest or place.now)
    saw = f"{waiting.count:,} {waiting.what}, the oldest for {ago(age)}"
    return warning(saw, ADVICE[waiting.what]) if age > limit else ok(saw)


def schedules(place: Opened) -> Iterator[Seen]:
    """Hold what ran by the clock against what was due a while ago."""
    _watch, wanted = read_watch_settings(place.home)
    is_business_day = load_ach_calendar(mapping("payments/ach_calendar.yaml").read_bytes()).is_business_day
    then = place.now - timedelta(minutes=place.bounds.backlog_minutes)
    late = []
    with place.workspace.books.reading(place.context) as work:
        for name, schedule in wanted.items():
            last, expected = work.schedules.last(name), due(schedule, then.astimezone(payer_zone()), is_business_day)
            if last is None or expected is None:
                continue
            if last.ended_at is None and last.begun_at < then:
                late.append(f"{name} began {ago(place.now - last.begun_at)} ago and has not ended")
            elif last.due_at < expected:
                late.append(f"{name} was due {ago(place.now - expected)} ago")
    yield from (warning(each, "hpedi watch, or hpedi up") for each in late)
    if not late:
        yield ok("nothing is overdue")
