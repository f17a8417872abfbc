"""What the SFTP server asks of whoever runs it: who the partners are, and who keeps what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hpedi.reference.partners import Partner


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that a partner read to its end.

    Attributes:
        partner: Who read it.
        folder: Where the file was placed when it was delivered, below the workspace.
        name: Its name there.
        size: Bytes of it that were read.
        at: When it was closed.
    """

    partner: Partner
    folder: str
    name: str
    size: int
    at: datetime


class Reception(Protocol):
    """Knows the partners, and keeps what happened. None of it waits: what is to be written is written later."""

    def partner(self, user: str) -> Partner | None:
        """Return the partner of a user name, as known now."""

    def today(self) -> date:
        """Return the day on which keys must be good."""

    def note_sign_in(self, user: str, result: str) -> None:
        """Keep that somebody signed in, or was refused; a user name that is no partner's is not kept."""

    def note_download(self, download: Download) -> None:
        """Keep that a partner read a file to its end."""
