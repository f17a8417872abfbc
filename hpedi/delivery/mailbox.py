"""Folders that partners and the bank read: each file appears there whole, under its own name."""

from __future__ import annotations

from pathlib import Path

from hpedi.findings import Unavailable
from hpedi.safekeeping.whole_files import write_whole


class Mailbox:
    """The outbound folders below one root."""

    def __init__(self, root: Path) -> None:
        """Deliver below a folder, usually the workspace."""
        self._root = root

    def place(self, folder: str, name: str, content: bytes) -> Path:
        """Put a file into a folder; the same bytes under the same name again change nothing.

        Raises:
            Unavailable: The folder cannot be written, or other bytes stand under this name.
        """
        target = self._root / folder / name
        if target.exists():
            if target.read_bytes() == content:
                return target
            raise Unavailable(f"another file named {name} stands in {folder}; move it away, then deliver again")
        write_whole(target, [content])
        return target

    def holds(self, folder: str, name: str) -> bool:
        """Say whether a file stands in a folder."""
        return self.path(folder, name).exists()

    def path(self, folder: str, name: str) -> Path:
        """Return where a file is, or will be, delivered."""
        return self._root / folder / name
