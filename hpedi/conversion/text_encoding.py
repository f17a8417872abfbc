"""Bytes of X12 as people read them: UTF-8 where they are UTF-8, else one character a byte; there and back.

X12 names no encoding; names are sent as UTF-8 by some and as Latin-1 by others, in one file too.
"""

from __future__ import annotations

from typing import Final

LATIN_1: Final = "latin-1"
UTF_8: Final = "utf-8"


def encoding_of(text: str) -> str:
    """Return which encoding the bytes of a text (one character a byte) are in; UTF-8 if plain."""
    if text.isascii():
        return UTF_8
    try:
        text.encode(LATIN_1).decode(UTF_8)
    except UnicodeDecodeError:
        return LATIN_1
    return UTF_8


def readable(text: str) -> str:
    """Return a text (one character a byte) as it is read."""
    return text if text.isascii() else text.encode(LATIN_1).decode(encoding_of(text))
