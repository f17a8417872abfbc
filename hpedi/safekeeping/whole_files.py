"""Bytes on disk that survive a kill: a file is there whole under its name, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from hpedi.findings import Unavailable

TEMPORARY_SUFFIX = ".part"
OWNER_ONLY = 0o600
"""Who may read what we write, until somebody who may says otherwise."""

_NO_LINKS: Final = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS})
_COPIED_BYTES: Final = 1 << 20


def write_whole(path: Path, chunks: Iterable[bytes], check: Callable[[Path], object] | None = None) -> None:
    """Write a file under a temporary name, sync it, and rename it into place over whatever a kill left behind.

    Args:
        path: Its name.
        chunks: Its bytes.
        check: Reads it once more before it gets its name, and raises where it is not as it should be.

    Raises:
        Unavailable: The disk is full or the folder is not writable.
    """

    def write(temporary: Path) -> None:
        _write_synced(temporary, chunks)
        if check is not None:
            check(temporary)

    _put(path, write)


def link_whole(path: Path, source: Path) -> None:
    """Give a file that lies whole on the disk a second name, over whatever has it; a copy where that cannot be.

    Args:
        path: The second name.
        source: The file; it is replaced when it changes, never written to.

    Raises:
        Unavailable: The disk is full or the folder is not writable.
    """

    def link(temporary: Path) -> None:
        temporary.unlink(missing_ok=True)
        try:
            temporary.hardlink_to(source)
        except OSError as refused:
            if refused.errno not in _NO_LINKS:
                raise
            with source.open("rb") as whole:
                _write_synced(temporary, iter(partial(whole.read, _COPIED_BYTES), b""))

    _put(path, link)


def _put(path: Path, make: Callable[[Path], None]) -> None:
    """Make a file under a temporary name, and rename it into place."""
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            make(temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)  # also where it was a second name of what is in place already
        _sync_folder(path.parent)
    except OSError as error:
        raise Unavailable(f"cannot write to the folder {path.parent.name} ({error.strerror})") from None


def _write_synced(path: Path, chunks: Iterable[bytes]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as out:
        for chunk in chunks:
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
