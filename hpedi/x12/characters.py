"""The characters that X12 data may hold, and which may be delimiters.

Source: TR3 appendix B.1.1.2.2 (basic character set), B.1.1.2.3 (extended character set), B.1.1.2.5 (delimiters).
"""

from __future__ import annotations

from typing import Final

BASIC: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"&'()*+,-./:;?= ")
"""Upper-case letters, digits, blank and sixteen special characters."""

EXTENDED: Final = frozenset("abcdefghijklmnopqrstuvwxyz%~@[]_{}\\|<>^`#$")
"""Lower-case letters and the other special characters; for use where both partners take them."""

DATA: Final = BASIC | EXTENDED
"""What an element may hold, the delimiters of its interchange taken out."""

LARGEST_BYTE: Final = 0xFF


def can_delimit(character: str) -> bool:
    """Say whether a character may be a delimiter: one byte, and neither letter, digit, blank nor NUL."""
    return (
        len(character) == 1
        and 0 < ord(character) <= LARGEST_BYTE
        and not (character.isascii() and character.isalnum())
        and character != " "
    )
