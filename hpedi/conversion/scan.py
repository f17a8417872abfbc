"""Every byte of a file of interchanges, cut into segments and what stands between them.

What is told, put together again, is the file: nothing is dropped and nothing judged. The reader of `x12` tells what a
file means and leaves out what means nothing; here that is kept. Both see the same interchanges and segments, but for
what the reader refuses as over a limit. Memory does not grow with the file. Source: TR3 appendix B and C.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from hpedi.x12.blocks import even_blocks
from hpedi.x12.isa import WIDTHS, Header, is_fixed_header, read_header
from hpedi.x12.reader import BLOCK_BYTES
from hpedi.x12.stretch import Cutter
from hpedi.x12.window import Window

LONGEST_SEGMENT: Final = 65_536
"""Without a terminator for so long, nothing is a segment up to the next ISA."""

_FIXED_ISA_REACH: Final = sum(WIDTHS) + len(WIDTHS)
_BYTE_ORDER_MARK: Final = "\xef\xbb\xbf"
_BLANKS: Final = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class HeaderRead:
    """An interchange begins.

    Attributes:
        header: Its ISA.
        text: The ISA as it stands, without its terminator.
        end: Its terminator, with the terminators and blanks that follow.
        byte_offset: Of the I of ISA.
    """

    header: Header
    text: str
    end: str
    byte_offset: int


@dataclass(slots=True)
class SegmentsRead:
    """Consecutive segments of the interchange.

    Attributes:
        texts: Each without terminator and blanks before it; never empty.
        ends: For each its terminator with the terminators and blanks that follow; no terminator if it has none.
    """

    texts: list[str]
    ends: list[str]


@dataclass(frozen=True, slots=True)
class LooseText:
    """Bytes in no segment, one character a byte: between interchanges, or in one that cannot be cut."""

    text: str


@dataclass(frozen=True, slots=True)
class InterchangeOver:
    """The interchange ended: with its IEA, or cut off by the next ISA or the end of the file."""

    has_trailer: bool


Scanned: TypeAlias = HeaderRead | SegmentsRead | LooseText | InterchangeOver


def scan(chunks: Iterable[bytes], *, block_bytes: int = BLOCK_BYTES) -> Iterator[Scanned]:
    """Cut a file.

    Args:
        chunks: The file's bytes in order, cut anywhere; what is told does not depend on how.
        block_bytes: Bytes worked on at a time.
    """
    yield from _Scanner().scan(even_blocks(chunks, block_bytes))


class _Scanner:
    """The place between interchanges, or in one."""

    def __init__(self) -> None:
        self._window = Window()
        self._terminator = ""
        self._open: _OpenText | None = None

    def scan(self, blocks: Iterable[str]) -> Iterator[Scanned]:
        for block in blocks:
            self._window.feed(block)
            yield from self._advance()
        self._window.is_last = True
        yield from self._advance()

    def _advance(self) -> Iterator[Scanned]:
        before = None
        while before != (self._window.at, self._open is None):
            before = self._window.at, self._open is None
            if self._open is None:
                yield from self._outside()
            else:
                yield from self._open.scan()
                self._open = None if self._open.is_over else self._open

    def _outside(self) -> Iterator[Scanned]:
        window = self._window
        if not window.holds_header(window.at) or window.at == len(window.text):
            return
        start = self._after_blanks()
        if start > window.at:
            yield self._loose(start)
        if not window.holds_header(start):
            return
        header = read_header(window.text, start)
        if header is not None:
            yield from self._start(header, start)
            return
        index, _ = window.pass_to_header(self._terminator)
        if index > window.at:
            yield self._loose(index)

    def _after_blanks(self) -> int:
        window = self._window
        at = window.at
        if window.offset(at) == 0 and window.text.startswith(_BYTE_ORDER_MARK, at):
            at += len(_BYTE_ORDER_MARK)
        run = _BLANKS.match(window.text, at)
        return run.end() if run else at

    def _loose(self, stop: int) -> LooseText:
        window = self._window
        text = window.text[window.at : stop]
        window.at = stop
        return LooseText(text)

    def _start(self, header: Header, start: int) -> Iterator[Scanned]:
        window = self._window
        self._terminator = header.delimiters.segment
        self._open = _OpenText(header, window)
        offset = window.offset(start)
        text = window.text[start : header.end - 1]
        window.at = header.end
        end = self._terminator + (self._open.take_blanks() if header.is_readable else "")
        yield HeaderRead(header, text, end, offset)


class _OpenText:
    """The text of the interchange that is open."""

    def __init__(self, header: Header, window: Window) -> None:
        self.is_over = False
        self._window = window
        self._is_skipped = not header.is_readable
        self._terminator = terminator = header.delimiters.segment
        self._separator = header.delimiters.element
        blanks = re.escape(Cutter(header.delimiters).blanks)
        mark = re.escape(terminator)
        self._end_run = re.compile(f"[{mark}{blanks}]*")
        self._segment = re.compile(f"([^{mark}]+)({mark}[{mark}{blanks}]*)")
        self._blanks = Cutter(header.delimiters).blanks

    def take_blanks(self) -> str:
        """Move behind the terminators and blanks that stand here, and return them."""
        window = self._window
        start, window.at = window.at, self._after_ends(window.at)
        return window.text[start : window.at]

    def scan(self) -> Iterator[Scanned]:
        """Tell what the window holds of the interchange."""
        window = self._window
        if self._is_skipped:
            yield from self._skip()
            return
        blanks = self.take_blanks()
        if blanks:
            yield LooseText(blanks)
        stop, is_cut = self._next_header()
        pieces = self._whole_segments(stop)
        if pieces and not is_cut and not window.is_last:
            self._hold_back(pieces, stop - window.at)
        yield from self._segments(pieces)
        if not self.is_over and (is_cut or window.is_last):
            yield from self._cut_off(stop)
        elif not self.is_over and not pieces and stop - window.at > LONGEST_SEGMENT:
            self._is_skipped = True

    def _after_ends(self, at: int) -> int:
        run = self._end_run.match(self._window.text, at)
        return run.end() if run else at

    def _whole_segments(self, stop: int) -> list[tuple[str, str]]:
        """Return the segments with a terminator, each with its end; the search ends there, so that it is linear."""
        window = self._window
        last = window.text.rfind(self._terminator, window.at, stop)
        return self._segment.findall(window.text, window.at, min(stop, self._after_ends(last))) if last >= 0 else []

    def _hold_back(self, pieces: list[tuple[str, str]], length: int) -> None:
        """Leave out the last segment if what ends it may go on in the next block."""
        reaches_stop = sum(len(text) + len(end) for text, end in pieces) == length
        if reaches_stop and len(pieces[-1][1]) < LONGEST_SEGMENT:
            pieces.pop()

    def _next_header(self) -> tuple[int, bool]:
        """Return where an ISA interrupts this interchange, or up to where certainly none does."""
        window, text = self._window, self._window.text
        index = text.find("ISA", window.at)
        while index >= 0:
            if not window.holds_header(index):
                return index, False
            if is_fixed_header(text, index) or self._is_unpadded_header(index):
                return index, True
            index = text.find("ISA", index + 1)
        return (len(text), False) if window.is_last else (max(window.at, len(text) - len("IS")), False)

    def _is_unpadded_header(self, index: int) -> bool:
        text = self._window.text
        may_start = index == self._window.at or text[index - 1] in self._blanks + self._terminator
        has_separator = text.startswith(self._separator, index + len("ISA"))
        return may_start and has_separator and read_header(text, index) is not None

    def _segments(self, pieces: list[tuple[str, str]]) -> Iterator[Scanned]:
        if not pieces:
            return
        texts, ends = map(list, zip(*pieces, strict=True))
        trailer = next((index for index, text in enumerate(texts) if self._is_trailer(text)), None)
        if trailer is not None:
            del texts[trailer + 1 :], ends[trailer + 1 :]
        self._window.at += sum(map(len, texts)) + sum(map(len, ends))
        yield SegmentsRead(texts, ends)
        if trailer is not None:
            yield from self._over(has_trailer=True)

    def _is_trailer(self, text: str) -> bool:
        return text.startswith("IEA") and text[3:4] in ("", self._separator)

    def _cut_off(self, stop: int) -> Iterator[Scanned]:
        """Tell the last segment, which has no terminator, and end the interchange."""
        window = self._window
        rest = window.text[window.at : stop]
        window.at = stop
        text = rest.rstrip(self._blanks)
        if text:
            yield SegmentsRead([text], [rest[len(text) :]])
        yield from self._over(has_trailer=self._is_trailer(text))

    def _over(self, *, has_trailer: bool) -> Iterator[Scanned]:
        self.is_over = True
        yield InterchangeOver(has_trailer)

    def _skip(self) -> Iterator[Scanned]:
        """Tell the rest of an interchange that cannot be cut as it stands."""
        window = self._window
        index, is_header = window.pass_to_header(self._terminator)
        if index > window.at:
            yield LooseText(window.text[window.at : index])
            window.at = index
        if is_header or window.is_last:
            yield from self._over(has_trailer=False)
