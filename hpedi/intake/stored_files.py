"""The bytes of files that arrived, kept encrypted in the workspace under their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from hpedi.findings import Unavailable
from hpedi.safekeeping.vault import CHUNK_BYTES, Vault
from hpedi.safekeeping.whole_files import link_whole, write_whole

SUFFIX: Final = ".sealed"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that arrived: its SHA-256 (hex), which is also its name in the workspace, and its size in bytes."""

    digest: str
    size: int


class StoredFiles:
    """The folder of files that arrived."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        """Keep files in a folder of the workspace."""
        self._folder = folder
        self._vault = vault

    def keep(self, source: Path) -> StoredFile:
        """Copy a file into the workspace; one that is there already is left alone.

        Raises:
            Unavailable: The source cannot be read, changes while it is read, or the workspace cannot be written.
        """
        try:
            stored = _measure(source)
            if not self._path(stored.digest).exists():
                self._copy(source, stored)
        except OSError as error:
            raise Unavailable(f"cannot read the file ({error.strerror})") from None
        return stored

    def _copy(self, source: Path, stored: StoredFile) -> None:
        seen = hashlib.sha256()

        def unchanged(plain: BinaryIO) -> Iterator[bytes]:
            for chunk in _chunks(plain):
                seen.update(chunk)
                yield chunk
            if seen.hexdigest() != stored.digest:
                raise Unavailable("the file changed while it was read; wait until it is complete")

        with source.open("rb") as plain:
            write_whole(self._path(stored.digest), self._vault.seal_stream(unchanged(plain), _context(stored.digest)))

    def chunks(self, digest: str) -> Iterator[bytes]:
        """Read a kept file, chunk by chunk."""
        return self._vault.open_stream(self._path(digest), _context(digest))

    def digests(self) -> Iterator[str]:
        """Yield the digests of the files that are kept, in order."""
        yield from sorted(path.stem for path in self._folder.glob(f"*{SUFFIX}"))

    def holds(self, digest: str) -> bool:
        """Say whether a file is kept here."""
        return self._path(digest).exists()

    def reseal(self, digest: str) -> bool:
        """Seal a kept file anew where another key than the newest sealed it; say whether it was so.

        Raises:
            Unavailable: The workspace cannot be written.
        """
        path, context = self._path(digest), _context(digest)
        if self._vault.is_newest_stream(path, context):
            return False
        write_whole(path, self._vault.seal_stream(self._vault.open_stream(path, context), context))
        return True

    def lay(self, digest: str, path: Path) -> None:
        """Give the encrypted bytes of a kept file a second name, which takes no room; a copy on another file system.

        Raises:
            Unavailable: The disk is full or the folder is not writable.
        """
        link_whole(path, self._path(digest))

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}{SUFFIX}"


def _measure(source: Path) -> StoredFile:
    digest = hashlib.sha256()
    size = 0
    with source.open("rb") as plain:
        for chunk in _chunks(plain):
            digest.update(chunk)
            size += len(chunk)
    return StoredFile(digest.hexdigest(), size)


def _chunks(plain: BinaryIO) -> Iterator[bytes]:
    while chunk := plain.read(CHUNK_BYTES):
        yield chunk


def _context(digest: str) -> str:
    return f"file/{digest}"
