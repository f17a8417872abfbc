"""A JSON text taken apart as it comes, so that a document larger than memory can be read.

Knows JSON, not what the document is about: it steps into objects and arrays and decodes whole values where asked to.
What is asked to be decoded whole may be as long as a segment, and no longer.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from json import JSONDecoder
from typing import Any, Final

_LONGEST_VALUE: Final = 1 << 20
_WHITE: Final = re.compile(r"[ \t\r\n]*")
_BYTE_ORDER_MARK: Final = "\ufeff"


class JsonFault(Exception):
    """The text is not the JSON that is expected; the message says what is, and shows nothing of the text."""


def _no_number(_text: str) -> str:
    raise JsonFault("NaN and Infinity are no JSON")


_decode: Final = JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_number).raw_decode
"""Numbers stay as they are written."""


class JsonTokens:
    """The place in a JSON text."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Stand before the text, UTF-8 in chunks cut anywhere."""
        self._chunks = _decoded(chunks)
        self._text = ""
        self._at = 0
        self._base = 0
        self._is_last = False

    @property
    def offset(self) -> int:
        """Return how many characters were read."""
        return self._base + self._at

    def peek(self) -> str:
        """Return the next character that is no white space; empty at the end."""
        while True:
            run = _WHITE.match(self._text, self._at)
            self._at = run.end() if run else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, expected: str) -> None:
        """Step over a character.

        Raises:
            JsonFault: Another one stands there.
        """
        if self.peek() != expected:
            raise JsonFault(f"{expected} is expected")
        self._at += 1

    def value(self) -> Any:
        """Decode the next value, numbers as text.

        Raises:
            JsonFault: There is none, or it is longer than any segment.
        """
        self.peek()
        while True:
            try:
                value, end = _decode(self._text, self._at)
            except (ValueError, RecursionError):
                end = len(self._text)
                if self._is_last:
                    raise JsonFault("a JSON value is expected") from None
            if end < len(self._text) or self._is_last:
                self._at = end
                return value
            if len(self._text) - self._at > _LONGEST_VALUE:
                raise JsonFault("a value is malformed or longer than any segment")
            self._more()

    def members(self) -> Iterator[str]:
        """Go through an object: yield each name, whose value is then to be taken."""
        self.take("{")
        is_first = True
        while self.peek() != "}":
            if not is_first:
                self.take(",")
            is_first = False
            if self.peek() != '"':
                raise JsonFault("the name of a member is expected")
            name = self.value()
            self.take(":")
            yield name
        self.take("}")

    def items(self) -> Iterator[None]:
        """Go through an array: yield before each item, which is then to be taken."""
        self.take("[")
        is_first = True
        while self.peek() != "]":
            if not is_first:
                self.take(",")
            is_first = False
            yield
        self.take("]")

    def _more(self) -> bool:
        """Read on; say whether there was more."""
        chunk = next(self._chunks, None)
        self._is_last = chunk is None
        self._base += self._at
        self._text = self._text[self._at :] + (chunk or "")
        self._at = 0
        return not self._is_last


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    decode = getincrementaldecoder("utf-8")().decode
    is_start = True
    try:
        for chunk in chunks:
            text = decode(chunk)
            if text:
                yield text.removeprefix(_BYTE_ORDER_MARK) if is_start else text
                is_start = False
        decode(b"", final=True)
    except UnicodeDecodeError:
        raise JsonFault("the text is not UTF-8") from None
