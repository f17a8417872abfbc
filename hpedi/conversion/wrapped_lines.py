"""Files that were broken into lines of a fixed width, ISA too, as some mainframes do: read as they were meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from hpedi.x12.isa import HEADER_REACH, is_fixed_header, read_header

_LINE_BREAKS: Final = b"\r\n"
_BEFORE_HEADER: Final = b"\xef\xbb\xbf \t\r\n"


def unwrapped(chunks: Iterable[bytes]) -> tuple[Iterator[bytes], bool]:
    """Take the line breaks out of a file whose ISA is one only without them.

    Args:
        chunks: The file's bytes in order, cut anywhere.

    Returns:
        The bytes to read, and whether line breaks are taken out of them. A file that can be read stays as it is.
    """
    rest = iter(chunks)
    start = bytearray()
    for chunk in rest:
        start += chunk
        if len(start) >= HEADER_REACH:
            break
    whole = chain([bytes(start)], rest)
    text = start[: 2 * HEADER_REACH].lstrip(_BEFORE_HEADER).decode("latin-1")
    is_wrapped = text.startswith("ISA") and read_header(text, 0) is None and is_fixed_header(_joined(text), 0)
    return (chunk.translate(None, _LINE_BREAKS) for chunk in whole) if is_wrapped else whole, is_wrapped


def _joined(text: str) -> str:
    return text.translate(dict.fromkeys(_LINE_BREAKS))
