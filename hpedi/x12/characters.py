"""The characters that X12 data may hold, and which may be delimiters.

Source: TR3 appendix B.1.1.2.2 (basic character set), B.1.1.2.3 (extended character set), B.1.1.2.5 (delimiters).
"""

from __future__ import annotations

import unicodedata
from typing import Final

BASIC: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"&'()*+,-./:;?= ")
"""Upper-case letters, digits, blank and sixteen special characters."""

EXTENDED: Final = frozenset("abcdefghijklmnopqrstuvwxyz%~@[]_{}\\|<>^`#$")
"""Lower-case letters and the other special characters; for use where both partners take them."""

DATA: Final = BASIC | EXTENDED
"""What an element may hold, the delimiters of its interchange taken out."""

LARGEST_BYTE: Final = 0xFF

_LETTERS_OF_THEIR_OWN: Final = str.maketrans(
    {"Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ß": "ss"}
)
"""Letters that Unicode does not take apart into a letter and an accent."""


def unaccented(text: str) -> str:
    """Return a text in the letters that X12 has, as whoever sends it would spell it; other signs stay as they are."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS_OF_THEIR_OWN))
    return "".join(each for each in apart if not unicodedata.combining(each))


def same_letters(one: str, other: str) -> bool:
    """Say whether two names are the same but for capitals and accents."""
    return unaccented(one).casefold() == unaccented(other).casefold()


def can_delimit(character: str) -> bool:
    """Say whether a character may be a delimiter: one byte, and neither letter, digit, blank nor NUL."""
    return (
        len(character) == 1
        and 0 < ord(character) <= LARGEST_BYTE
        and not (character.isascii() and character.isalnum())
        and character != " "
    )
