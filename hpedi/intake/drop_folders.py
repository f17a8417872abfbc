"""Drop folders: which of the files that lie in them may be taken now.

A folder is ours (below inbox/, where our SFTP server links what is complete) or a foreign one, which another server
fills before our eyes. Links, folders, pipes and devices are never followed or read, temporary names and names that
begin with a dot are passed over. It changes nothing in a folder: see `taken_files`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from hpedi.x12.completeness import Completeness

Standing: TypeAlias = Literal["ready", "open", "not x12", "changing", "unreadable"]
"""ready: may be taken; open: its last interchange is not closed, or it is empty; not x12: no X12, and too new to be
sure; changing: it was other a scan ago; unreadable: nobody lets us."""

TEMPORARY: Final = (".filepart", ".part", ".partial", ".tmp")
"""How the names end under which clients upload."""

CHUNK_BYTES: Final = 1 << 18
NANOSECONDS: Final = 1_000_000_000
_TAIL_BYTES: Final = 1 << 12
_TRAILER: Final = b"IEA"
_IGNORED: Final = b" \t\r\n\x00\x1a"
_UNKNOWN: Final = ("", "unreadable")
"""What is looked into again at the next scan: what cannot be read now may be readable then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropFolder:
    """A folder that a partner's files come into.

    Attributes:
        path: Where it is.
        partner: The partner's folder name, as below inbox/ and outbox/.
        is_foreign: Another server fills it, so that a file is seen while it is written.
    """

    path: Path
    partner: str
    is_foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long files are waited for, in seconds.

    Attributes:
        open: After so long without a change an interchange that is not closed is taken as it is, from a foreign folder.
        other: After so long what is no X12 is, and what is open in a folder of ours.
    """

    open: float
    other: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A file in a drop folder.

    Attributes:
        folder: Where it lies.
        name: As the partner named it: not to be shown or logged.
        size: In bytes.
        moment: When it arrived, in nanoseconds since 1970: of ours the time that our server stamped it with, of a
            foreign one when the system last saw it change, which no client can set.
        standing: Whether it may be taken.
        identity: What it was when it was looked at; see `identity_of`.
    """

    folder: DropFolder
    name: str
    size: int
    moment: int
    standing: Standing
    identity: tuple[int, ...]

    def is_same(self, size: int, written_at: int) -> bool:
        """Say whether a file of this size, last written to at that moment, is what was looked at."""
        _inode, seen_size, seen_written_at, _changed_at = self.identity
        return (size, written_at) == (seen_size, seen_written_at)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of a file, and how often in a row it was the same."""

    identity: tuple[int, ...]
    scans: int = 1
    state: str = ""


class DropFolders:
    """Folders looked at again and again; what was seen of each file is remembered from one scan to the next."""

    def __init__(self, patience: Patience) -> None:
        """Wait for files so long."""
        self._patience = patience
        self._seen: dict[tuple[Path, str], _Seen] = {}

    def scan(self, folders: Sequence[DropFolder], now: float) -> list[Dropped]:
        """Look once into every folder.

        Args:
            folders: Where to look; one that is not there holds nothing.
            now: The moment, in seconds since 1970.

        Returns:
            All files that are there, in the order of arrival.
        """
        found = [dropped for folder in folders for dropped in self._scan(folder, now)]
        there = {(each.folder.path, each.name) for each in found}
        self._seen = {place: seen for place, seen in self._seen.items() if place in there}
        return sorted(found, key=lambda each: (each.moment, each.name))

    def _scan(self, folder: DropFolder, now: float) -> Iterator[Dropped]:
        with opened_folder(folder.path) as descriptor:
            if descriptor is None:
                return
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    if is_passed_over(entry.name):
                        continue
                    try:
                        found = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # somebody took it since
                        continue
                    if stat.S_ISREG(found.st_mode):
                        yield self._dropped(folder, descriptor, entry.name, found, now)

    def _dropped(self, folder: DropFolder, descriptor: int, name: str, found: os.stat_result, now: float) -> Dropped:
        place = (folder.path, name)
        identity = identity_of(found)
        seen = self._seen.get(place)
        seen = replace(seen, scans=seen.scans + 1) if seen and seen.identity == identity else _Seen(identity)
        if seen.state in _UNKNOWN and (seen.scans > 1 or not folder.is_foreign):
            seen = replace(seen, state=_state(descriptor, name, found.st_size))
        self._seen[place] = seen
        age = now - found.st_ctime_ns / NANOSECONDS
        return Dropped(
            folder=folder,
            name=name,
            size=found.st_size,
            moment=found.st_ctime_ns if folder.is_foreign else max(0, min(found.st_mtime_ns, found.st_ctime_ns)),
            standing=self._standing(seen, age, is_foreign=folder.is_foreign),
            identity=identity,
        )

    def _standing(self, seen: _Seen, age: float, *, is_foreign: bool) -> Standing:
        waits: dict[str, tuple[float, Standing]] = {
            # Into a folder of ours our server lays what is open only when it has waited for the rest itself.
            "open": (self._patience.open if is_foreign else self._patience.other, "open"),
            "empty": (self._patience.open if is_foreign else self._patience.other, "open"),
            "not x12": (self._patience.other, "not x12"),
        }
        if seen.state == "complete":
            return "ready"
        if seen.state in waits:
            patience, otherwise = waits[seen.state]
            return "ready" if seen.scans > 1 and age >= patience else otherwise
        return "unreadable" if seen.state else "changing"


def identity_of(found: os.stat_result) -> tuple[int, ...]:
    """Return what is other as soon as another file lies there, or the same one was written to."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def is_passed_over(name: str) -> bool:
    """Say whether a name is that of an upload under way, or of what is nobody's upload."""
    return name.startswith(".") or name.lower().endswith(TEMPORARY)


@contextmanager
def opened_folder(path: Path) -> Iterator[int | None]:
    """Open a folder itself, no link to one; None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _state(folder: int, name: str, size: int) -> str:
    """Return how complete a file is, as `Completeness` says, or `unreadable`."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return "unreadable"
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return "unreadable"
        return _completeness(descriptor, size)
    except OSError:
        return "unreadable"
    finally:
        os.close(descriptor)


def _completeness(descriptor: int, size: int) -> str:
    """Ask whether a file is complete; one whose end shows no IEA is not read through for it."""
    reading = Completeness()
    chunk = os.read(descriptor, CHUNK_BYTES)
    reading.feed(chunk)
    if size > len(chunk) and reading.state == "open":
        tail = os.pread(descriptor, _TAIL_BYTES, max(0, size - _TAIL_BYTES))
        if tail.strip(_IGNORED) and _TRAILER not in tail:
            return "open"
    while chunk := os.read(descriptor, CHUNK_BYTES):
        reading.feed(chunk)
    return reading.state
