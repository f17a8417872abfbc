"""Whether bytes that are still arriving end where their last interchange ends.

Streaming, in memory that does not grow with the file: whoever takes uploads asks before anybody reads them. It tells
an ISA as the reader does and knows its delimiters, but judges nothing: what is complete here may still be refused. An
interchange that another one interrupts was never closed, so such a file stays open. Source: TR3 appendix B.1.1.4.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from hpedi.x12.isa import Header, is_fixed_header, read_header
from hpedi.x12.window import Window

State: TypeAlias = Literal["empty", "open", "complete", "not x12"]

_ISA: Final = "ISA"
_IEA: Final = "IEA"
_BLANKS: Final = " \t\r\n\x00\x1a"
"""White space, and what old systems fill the end of a file with."""

_BYTE_ORDER_MARK: Final = "\xef\xbb\xbf"
_IEA_REACH: Final = 256
"""No IEA is longer: what begins like one and goes on is none."""

_HELD: Final = 110
"""Text held inside an interchange, so that no ISA of the fixed form and no IEA is missed where chunks meet."""


@dataclass(slots=True)
class Completeness:
    """How far the interchanges of a file have come."""

    _window: Window = field(default_factory=Window)
    _header: Header | None = None
    _terminator: str = ""
    _is_stray: bool = False
    _was_closed: bool = False
    _was_interrupted: bool = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the file, cut anywhere."""
        self._window.feed(chunk.decode("latin-1"))
        self._advance()

    @property
    def state(self) -> State:
        """What the bytes that came would be, were they all.

        Returns:
            "empty" where nothing but white space came, "complete" where each ISA was closed by its IEA and only white
            space follows, "not x12" where no ISA stands or begins, else "open".
        """
        return replace(self, _window=replace(self._window)).end()

    def end(self) -> State:
        """Take no more; return what the file is."""
        self._window.is_last = True
        self._advance()
        if self._header is not None or self._was_interrupted:
            return "open"
        has_more = self._is_stray or self._window.at < len(self._window.text)
        if self._was_closed:
            return "open" if has_more else "complete"
        if self._is_stray:
            return "not x12"
        return "open" if has_more else "empty"

    def _advance(self) -> None:
        while self._outside() if self._header is None else self._inside():
            pass

    def _outside(self) -> bool:
        """Look for the next ISA; say whether one was found."""
        window = self._window
        self._pass_blanks()
        rest = window.text[window.at : window.at + len(_ISA)]
        if not rest:
            return False
        if not self._is_stray and _ISA.startswith(rest):
            is_whole = is_fixed_header(window.text, window.at)
            if is_whole or (window.holds_header(window.at) and read_header(window.text, window.at) is not None):
                return self._enter()
            if window.is_last or not window.holds_header(window.at):
                return False
        index, is_header = window.pass_to_header(self._terminator)
        self._is_stray = self._is_stray or index > window.at
        window.at = index
        return is_header and self._enter()

    def _pass_blanks(self) -> None:
        window = self._window
        if window.offset(window.at) == 0 and window.text.startswith(_BYTE_ORDER_MARK, window.at):
            window.at += len(_BYTE_ORDER_MARK)
        if not self._is_stray:
            rest = window.text[window.at :].lstrip(_BLANKS + self._terminator)
            window.at = len(window.text) - len(rest)

    def _enter(self) -> bool:
        window = self._window
        self._header = read_header(window.text, window.at)
        if self._header is None:
            return False
        self._terminator = self._header.delimiters.segment
        self._is_stray = False
        window.at = self._header.end - 1  # an IEA may follow at once: what stands before it must be seen
        return True

    def _inside(self) -> bool:
        """Look for the IEA; say whether the interchange ended."""
        window = self._window
        text = window.text
        trailer = self._find_trailer()
        end = text.find(self._terminator, trailer) if trailer >= 0 else -1
        interruption = self._find_header(window.at + 1, end if end >= 0 else len(text))
        if interruption >= 0:
            is_closed = trailer >= 0 and self._closes(text[trailer:interruption])
            self._leave(interruption, is_closed=is_closed)
        elif end >= 0:
            self._leave(end + 1, is_closed=True)
        elif trailer >= 0 and window.is_last and self._closes(text[trailer:]):
            self._leave(len(text), is_closed=True)
        else:
            held = trailer - 1 if trailer >= 0 and len(text) - trailer < _IEA_REACH else len(text) - _HELD
            window.at = max(window.at, held)
            return False
        return True

    def _leave(self, index: int, *, is_closed: bool) -> None:
        self._window.at = index
        self._header = None
        self._was_closed = self._was_closed or is_closed
        self._was_interrupted = self._was_interrupted or not is_closed

    def _find_trailer(self) -> int:
        """Return the index of a segment that begins like IEA, or -1."""
        text = self._window.text
        index = text.find(_IEA, self._window.at + 1)
        while index >= 0 and text[index - 1] not in _BLANKS + self._terminator:
            index = text.find(_IEA, index + 1)
        return index

    def _find_header(self, start: int, stop: int) -> int:
        """Return the index of an ISA of the fixed form, or -1."""
        text = self._window.text
        index = text.find(_ISA, start, stop)
        while index >= 0 and not is_fixed_header(text, index):
            index = text.find(_ISA, index + 1, stop)
        return index

    def _closes(self, text: str) -> bool:
        """Say whether an IEA without its terminator is whole: it ends with the control number of its ISA."""
        header = self._header
        return header is not None and text.rstrip(_BLANKS).split(header.delimiters.element)[2:] == [header.elements[13]]
