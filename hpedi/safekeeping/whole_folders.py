"""A folder of many files that grow side by side: it is there whole under its name, or not at all."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import BinaryIO, Final

from hpedi.findings import Unavailable
from hpedi.safekeeping.whole_files import OWNER_ONLY, TEMPORARY_SUFFIX

_MOST_OPEN: Final = 64
_OWNER_ONLY_FOLDER: Final = 0o700


class GrowingFolder:
    """Files under a temporary name; few of them are open at once."""

    def __init__(self, folder: Path) -> None:
        """Write below an existing folder."""
        self._folder = folder
        self._open: OrderedDict[str, BinaryIO] = OrderedDict()

    def append(self, name: str, content: bytes) -> None:
        """Add bytes to a file, made on first use."""
        file = self._open.get(name)
        if file is None:
            if len(self._open) >= _MOST_OPEN:
                self._open.popitem(last=False)[1].close()
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            file = self._open[name] = os.fdopen(os.open(self._folder / name, flags, OWNER_ONLY), "ab")
        self._open.move_to_end(name)
        file.write(content)

    def finish(self, name: str) -> None:
        """Sync a file to which nothing is added any more."""
        self.append(name, b"")
        with self._open.pop(name) as file:
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """Close the files that are open."""
        for file in self._open.values():
            file.close()
        self._open.clear()


@contextmanager
def whole_folder(folder: Path) -> Iterator[GrowingFolder]:
    """Fill a folder that is absent or empty; it gets its name when the block ends well, else nothing stays.

    Raises:
        Unavailable: The disk is full or the folder around it is not writable.
    """
    temporary = folder.with_name(folder.name + TEMPORARY_SUFFIX)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        rmtree(temporary, ignore_errors=True)
        temporary.mkdir(_OWNER_ONLY_FOLDER)
        growing = GrowingFolder(temporary)
        try:
            yield growing
            growing.close()
            temporary.replace(folder)
        finally:
            growing.close()
            rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise Unavailable(f"cannot write to the folder {folder.parent.name} ({error.strerror})") from None
