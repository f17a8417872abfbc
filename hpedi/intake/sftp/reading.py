"""A file of a partner that is being read, and whether it was read to its end."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from hpedi.intake.sftp.tree import Place

READ_BYTES: Final = 262_144
"""The most that one request is answered with; a client asks again for the rest."""


@dataclass(slots=True, eq=False)
class Reading:
    """A file that a session reads.

    Attributes:
        place: Where it is.
        descriptor: Of the file.
        octets: How many bytes were read.
        is_whole: It was read to its end.
    """

    place: Place
    descriptor: int
    octets: int = 0
    is_whole: bool = False

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes; none at the end."""
        end = os.fstat(self.descriptor).st_size
        data = os.pread(self.descriptor, min(size, READ_BYTES), offset) if offset < end else b""
        self.octets += len(data)
        self.is_whole = self.is_whole or offset + len(data) == end
        return data

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.descriptor)
