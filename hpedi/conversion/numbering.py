"""The numbers that count segments: HL01 with the HL02 that point at it, and LX01 of the lines of claims.

Source: X12 segments HL and LX; 005010X222A1 2000A-2000C and 2400.
"""

from __future__ import annotations

from typing import Final

_LONGEST_NUMBER: Final = 12  # digits of HL01


class HlNumbers:
    """The HL segments of one set, numbered from 1 as they come.

    Attributes:
        is_unsure: Some HL02 names no HL before it, while others were numbered anew: it could now name a wrong one.
    """

    def __init__(self) -> None:
        """Begin before the first HL of a set."""
        self.is_unsure = False
        self._count = 0
        self._even = 0
        self._renamed: dict[str, str] = {}
        self._has_unknown = False

    def number(self, old_id: str, old_parent: str) -> tuple[str, str]:
        """Number the next HL.

        Args:
            old_id: HL01 as sent.
            old_parent: HL02 as sent; empty without a parent.

        Returns:
            HL01 and HL02 as they should stand; an HL02 that names nothing stays.
        """
        parent = self._new(old_parent) if old_parent else ""
        if parent is None:
            self._has_unknown, parent = True, old_parent
        self._count += 1
        new_id = str(self._count)
        if old_id == new_id and not self._renamed:
            self._even = self._count
        else:
            self._renamed[old_id] = new_id
        self.is_unsure = self._has_unknown and bool(self._renamed)
        return new_id, parent

    def _new(self, old_id: str) -> str | None:
        """Return the number of the last HL that was sent with an id."""
        if old_id in self._renamed:
            return self._renamed[old_id]
        is_number = len(old_id) <= _LONGEST_NUMBER and old_id.isascii() and old_id.isdigit()
        is_even = is_number and 0 < int(old_id) <= self._even
        return old_id if is_even and str(int(old_id)) == old_id else None
