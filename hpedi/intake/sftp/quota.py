"""How much of a partner waits, counted from the disk now and then and kept up in between."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from asyncssh import SFTPQuotaExceeded

from hpedi.intake.sftp.limits import SftpLimits

COUNTED_FOR: Final = 1.0
"""Seconds for which a count is good enough."""


@dataclass(slots=True)
class Quota:
    """What waits of one partner, unfinished uploads included, and what may."""

    limits: SftpLimits
    _files: int = 0
    _octets: int = 0
    _counted_at: float = -COUNTED_FOR

    @property
    def is_old(self) -> bool:
        """Whether it is time to count again; whoever asks counts."""
        now = time.monotonic()
        if now - self._counted_at < COUNTED_FOR:
            return False
        self._counted_at = now
        return True

    def count(self, sizes: Collection[int]) -> None:
        """Take note of the files that there are, by their sizes."""
        self._files, self._octets = len(sizes), sum(sizes)

    def add_file(self) -> None:
        """Take note of a new file.

        Raises:
            SFTPQuotaExceeded: There are too many.
        """
        if self._files >= self.limits.waiting_files:
            raise SFTPQuotaExceeded("too many files wait to be taken: send this one later")
        self._files += 1

    def take_file(self) -> None:
        """Take note that a file went."""
        self._files -= 1

    def grow(self, size: int, wanted: int) -> None:
        """Take note that a file of a size gets another one.

        Raises:
            SFTPQuotaExceeded: It grows too large, or all files together do.
        """
        more = max(0, wanted - size)
        if more and wanted > self.limits.file_bytes:
            raise SFTPQuotaExceeded(f"a file has at most {self.limits.file_bytes} bytes")
        if more and self._octets + more > self.limits.waiting_bytes:
            raise SFTPQuotaExceeded("too many bytes wait to be taken: send this later")
        self._octets += more
