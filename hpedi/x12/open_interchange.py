"""The inside of one interchange: its text cut into segments, up to its IEA, the next ISA or the end of the file.

Everything in it goes into its digest, what is skipped after a limit included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Where
from hpedi.x12.envelope import Envelope
from hpedi.x12.events import Event, InterchangeEnd
from hpedi.x12.isa import WIDTHS, Header, is_fixed_header, read_header
from hpedi.x12.limits import Limits
from hpedi.x12.stretch import Cutter
from hpedi.x12.window import Window

_FIXED_ISA_REACH: Final = sum(WIDTHS) + len(WIDTHS)


class OpenInterchange:
    """An interchange whose ISA was read.

    Attributes:
        is_over: InterchangeEnd was told.
    """

    def __init__(self, header: Header, window: Window, limits: Limits, where: Where) -> None:
        """Open it, the window standing at its ISA.

        Args:
            header: Its ISA.
            window: The text; moved behind the ISA.
            limits: Those in force.
            where: Its place: file and interchange.
        """
        self.is_over = False
        self._window = window
        self._where = where
        self._limits = limits
        self._terminator = header.delimiters.segment
        self._separator = header.delimiters.element
        self._envelope = Envelope(header, limits, where)
        self._cutter = Cutter(header.delimiters)
        self._cutter.notice_line_break(window.text, header.end)
        self._before_segment = self._cutter.blanks + self._terminator
        self._is_skipped = not header.is_readable
        self._digest = sha256()
        self._consume(header.end)

    def read(self) -> Iterator[Event]:
        """Tell what the window holds of the interchange."""
        if self._is_skipped:
            yield from self._skip()
            return
        window = self._window
        start = self._cutter.after_blanks(window.text, window.at)
        self._consume(start)
        trailer = self._next_trailer(start)
        end = window.text.find(self._terminator, trailer) if trailer >= 0 else -1
        next_header = self._next_header(start, end if end >= 0 else len(window.text))
        if next_header >= 0:
            yield from self._cut_off(start, next_header)
        elif end >= 0:
            yield from self._segments(start, end)
        elif window.is_last:
            yield from self._cut_off(start, len(window.text))
        else:
            yield from self._whole_segments(start)

    def _consume(self, index: int) -> None:
        window = self._window
        self._digest.update(window.text[window.at : index].encode("latin-1"))
        window.at = index

    def _end(self) -> Iterator[Event]:
        self.is_over = True
        yield InterchangeEnd(self._envelope.trailer, self._digest.hexdigest(), self._window.offset(self._window.at))

    def _skip(self) -> Iterator[Event]:
        """Pass over the rest of a refused interchange."""
        index, is_header = self._window.pass_to_header(self._terminator)
        self._consume(index)
        if is_header or self._window.is_last:
            yield from self._end()

    def _next_trailer(self, start: int) -> int:
        """Return the index of a segment that begins like IEA, or -1."""
        index = self._window.text.find("IEA", start)
        while index >= 0 and not self._may_start_segment(index, start):
            index = self._window.text.find("IEA", index + 1)
        return index

    def _next_header(self, start: int, stop: int) -> int:
        """Return the index of an ISA that interrupts this interchange, or -1."""
        text = self._window.text
        index = text.find("ISA", start, stop)
        while index >= 0:
            if is_fixed_header(text, index) or self._is_unpadded_header(index, start):
                return index
            index = text.find("ISA", index + 1, stop)
        return -1

    def _is_unpadded_header(self, index: int, start: int) -> bool:
        text = self._window.text
        has_separator = text.startswith(self._separator, index + len("ISA"))
        return has_separator and self._may_start_segment(index, start) and read_header(text, index) is not None

    def _may_start_segment(self, index: int, start: int) -> bool:
        return index == start or self._window.text[index - 1] in self._before_segment

    def _whole_segments(self, start: int) -> Iterator[Event]:
        """Read the segments that the window holds whole, short of an ISA that it may hold in part."""
        text = self._window.text
        torn_header = text.find("ISA", max(start, len(text) - _FIXED_ISA_REACH))
        end = text.rfind(self._terminator, start, torn_header if torn_header >= 0 else len(text))
        if end >= 0:
            yield from self._segments(start, end)
        elif len(text) - start > self._limits.segment_bytes and text.find(self._terminator, start) < 0:
            told = "The segment is longer than the limit."
            yield from self._envelope.refuse(self._window.offset(start), told)
            self._is_skipped = True

    def _segments(self, start: int, end: int) -> Iterator[Event]:
        """Read whole segments; `end` is the index of the last one's terminator, or of the text's end."""
        window, envelope, cutter = self._window, self._envelope, self._cutter
        tells_empty = envelope.tells_empty_segments
        for stretch in cutter.cut(window.text, start, end, window.base, tells_empty=tells_empty):
            yield from envelope.read(stretch)
            if envelope.is_refused:
                break
        is_terminated = end < len(window.text) and window.text[end] == self._terminator
        self._consume(end + is_terminated)
        cutter.notice_line_break(window.text, window.at)
        if not is_terminated:
            offset = window.offset(end)
            yield found("last-terminator-missing", replace(self._where, byte_offset=offset))
        if envelope.trailer:
            yield from self._end()
        self._is_skipped = envelope.is_refused

    def _cut_off(self, start: int, stop: int) -> Iterator[Event]:
        """Read what stands before an ISA or the end of the file, and close the interchange unless that was its IEA."""
        window = self._window
        end = start + len(window.text[start:stop].rstrip(self._cutter.blanks))
        if end > start:
            is_terminated = window.text[end - 1] == self._terminator
            yield from self._segments(start, end - is_terminated)
        if self.is_over:
            return
        self._consume(stop)
        if not self._envelope.is_refused:
            yield from self._envelope.close(window.offset(stop))
        yield from self._end()
