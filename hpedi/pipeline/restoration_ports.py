"""What the pipeline asks of books that may have come back from a backup."""

from __future__ import annotations

from typing import Protocol


class Restorations(Protocol):
    """Restorations from backups."""

    def check_not_held(self) -> None:
        """Refuse to pay or deliver until somebody confirmed that the original has stopped; raises `Unavailable`."""
