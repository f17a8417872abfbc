"""Staged files, looked at from the disk: which there are, how large, and whether one is whole.

Everything here waits for the disk, so it is called in a thread. Folders are descriptors; symbolic links and whatever
is no plain file do not exist.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from hpedi.intake.sftp.tree import is_name
from hpedi.x12.completeness import Completeness, State

CHUNK_BYTES: Final = 131_072

WithHoles: TypeAlias = Literal["with holes"]
WITH_HOLES: Final[WithHoles] = "with holes"
"""Of a file that was given a size, or written far behind its end, and whose bytes before that never came."""

Condition: TypeAlias = State | WithHoles

FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Mark(NamedTuple):
    """What tells that a file is still the same, unchanged."""

    inode: int
    size: int
    changed: int  # nanoseconds


@dataclass(frozen=True, slots=True)
class Judged:
    """What the bytes of a file are."""

    state: Condition
    mark: Mark


def look(folder: int, name: str) -> os.stat_result | None:
    """Return what a plain file in a folder is; None where there is none."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def entries_in(folder: int, shown: Container[int] = (stat.S_IFREG,)) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the entries of a folder as they are read, those of some kinds only; plain files if none are named.

    None of them is held. The folder is opened anew: two who read one descriptor would share how far they came.
    """
    descriptor = os.open(".", FOLDER_FLAGS, dir_fd=folder)
    try:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_IFMT(found.st_mode) in shown and is_name(entry.name):
                        yield entry.name, found
    finally:
        os.close(descriptor)


def mark_of(found: os.stat_result) -> Mark:
    """Return what tells that a file is unchanged."""
    return Mark(found.st_ino, found.st_size, found.st_mtime_ns)


def judge(folder: int, name: str) -> Judged | None:
    """Bring a file to the disk and read it whole; None where it is gone or changes meanwhile."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return None
    try:
        os.fsync(descriptor)
        before = mark_of(os.fstat(descriptor))
        if _has_holes(descriptor, before.size):
            return Judged(WITH_HOLES, before)
        completeness = Completeness()
        while chunk := os.read(descriptor, CHUNK_BYTES):
            completeness.feed(chunk)
        is_same = mark_of(os.fstat(descriptor)) == before
        return Judged(completeness.end(), before) if is_same else None
    finally:
        os.close(descriptor)


def _has_holes(descriptor: int, size: int) -> bool:
    """Say whether the disk has nothing for a part of a file; leave it where its first byte is."""
    first = size
    with suppress(OSError):  # the disk cannot tell, or the file was emptied meanwhile: then its mark is another one
        first = os.lseek(descriptor, 0, os.SEEK_HOLE)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return first < size


def sync(*descriptors: int) -> None:
    """Bring the bytes of files and the names in folders to the disk."""
    for descriptor in descriptors:
        os.fsync(descriptor)
