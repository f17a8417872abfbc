"""The part of a file that is in memory: text not yet read, and where it stands in the file."""

from __future__ import annotations

from dataclasses import dataclass

from hpedi.x12.isa import HEADER_REACH, find_header


@dataclass(slots=True)
class Window:
    """Text of the file, one character a byte.

    Attributes:
        text: What is in memory.
        at: Index of the first character not yet read.
        base: Offset in the file of the text's first character.
        is_last: The text reaches the end of the file.
    """

    text: str = ""
    at: int = 0
    base: int = 0
    is_last: bool = False

    def feed(self, block: str) -> None:
        """Drop what was read and add the next block of the file."""
        self.base += self.at
        self.text = self.text[self.at :] + block
        self.at = 0

    def offset(self, index: int) -> int:
        """Return the offset in the file of an index in the text."""
        return self.base + index

    def holds_header(self, index: int) -> bool:
        """Say whether all of an ISA that starts at an index would be in the text."""
        return self.is_last or len(self.text) - index >= HEADER_REACH

    def pass_to_header(self, terminator: str) -> tuple[int, bool]:
        """Look for the next plausible ISA.

        Args:
            terminator: The segment terminator in use before, or empty.

        Returns:
            The index up to which there is none for certain, and whether one starts there.
        """
        index = find_header(self.text, self.at, terminator)
        if index >= 0 and self.holds_header(index):
            return index, True
        if self.is_last:
            return len(self.text), False
        return max(self.at, len(self.text) - HEADER_REACH - 1), False
