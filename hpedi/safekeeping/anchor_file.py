"""A file outside the workspace to which lines are only ever added: the anchor of the audit log.

It may lie on a volume that this process can append to and nothing more (`chattr +a`, or a mount that keeps versions).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from hpedi.safekeeping.whole_files import OWNER_ONLY

_TAIL_BYTES: Final = 1 << 16
_OWNER_ONLY_FOLDER: Final = 0o700


class AnchorFile:
    """Lines of text, each synced as it is added."""

    def __init__(self, path: Path) -> None:
        """Keep lines in a file; it and its folder are made with the first of them."""
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Keep other processes from adding lines meanwhile; False says that the place is not there."""
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=_OWNER_ONLY_FOLDER)
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
        except OSError:
            yield False
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield True
        finally:
            os.close(descriptor)

    def append(self, lines: Iterable[str]) -> None:
        """Add lines after whatever a kill left of the last one; they are on disk when this returns."""
        with self.path.open("a+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            is_torn = file.read(1) not in {b"", b"\n"}
            file.write((b"\n" if is_torn else b"") + b"".join(f"{line}\n".encode() for line in lines))
            file.flush()
            os.fsync(file.fileno())

    def last_lines(self) -> list[str]:
        """Return the last lines, as many as lie at hand."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES)
            file.seek(start)
            lines = file.read().decode(errors="replace").splitlines()
        return lines[1:] if start else lines

    def lines(self) -> Iterator[str]:
        """Yield all lines; none where there is no file."""
        if self.path.exists():
            with self.path.open(encoding="utf-8", errors="replace") as file:
                for line in file:
                    yield line.rstrip("\n")
