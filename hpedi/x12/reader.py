"""Bytes to events: interchanges, groups, sets and segments, as they stand in a file.

Reads any number of interchanges from bytes cut anywhere, in memory that does not grow with the file, and accounts for
every byte: what is in no interchange, empty, unterminated, cut off or over a limit is told as a finding with its
offset, and reading goes on behind it. Does not look into the segments of a set: guides do. Source: X12.5, X12.6, TR3
appendix B and C.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from hpedi.finding_kinds import FINDING_KINDS, found
from hpedi.findings import Where
from hpedi.x12.blocks import even_blocks
from hpedi.x12.events import Event, InterchangeStart
from hpedi.x12.isa import Header, check_isa, read_header
from hpedi.x12.limits import Limits
from hpedi.x12.open_interchange import OpenInterchange
from hpedi.x12.window import Window

BLOCK_BYTES: Final = 131_072
"""Bytes cut into segments in one go."""

_BYTE_ORDER_MARK: Final = "\xef\xbb\xbf"
_BLANKS: Final = " \t\r\n"
_NO_LIMITS_GIVEN: Final = Limits()


def read_x12(
    chunks: Iterable[bytes],
    limits: Limits = _NO_LIMITS_GIVEN,
    *,
    file: str | None = None,
    block_bytes: int = BLOCK_BYTES,
    limits_for: Callable[[InterchangeStart], Limits] | None = None,
) -> Iterator[Event]:
    """Read a file of X12 interchanges.

    Args:
        chunks: The file's bytes in order, cut anywhere; the events do not depend on how.
        limits: What the file may ask of us.
        file: Our identifier of the file, for findings.
        block_bytes: Bytes worked on at a time; batches of segments end where blocks end.
        limits_for: The limits of an interchange, for senders who have their own; `limits` for all if None.

    Yields:
        For each interchange InterchangeStart, its findings, InterchangeAcknowledged for each TA1, then for each group
        GroupStart, for each set SetStart, SegmentBatch (the first holds ST, the last SE), SetEnd, then GroupEnd, and
        InterchangeEnd. What was opened is always closed. Findings come where they were seen.

    Findings:
        not-x12, text-outside-interchange, empty-segment, last-terminator-missing, interchange-cut-off, limit-exceeded,
        and those of `isa.check_isa` and `Envelope.read`.
    """
    yield from _Reader(limits, Where(file=file), limits_for).read(even_blocks(chunks, block_bytes))


class _Reader:
    """The place between interchanges, and the interchange that is open."""

    def __init__(self, limits: Limits, where: Where, limits_for: Callable[[InterchangeStart], Limits] | None) -> None:
        self._limits = limits
        self._limits_for = limits_for
        self._where = where
        self._window = Window()
        self._open: OpenInterchange | None = None
        self._interchanges = 0
        self._terminator = ""
        self._stray: tuple[str, int] | None = None
        self._told_outside = False
        self._is_over = False

    def read(self, blocks: Iterable[str]) -> Iterator[Event]:
        window = self._window
        for block in blocks:
            window.feed(block)
            yield from self._advance()
            if self._is_over:
                return
        window.is_last = True
        yield from self._advance()
        if not self._interchanges and not self._told_outside:
            yield found("not-x12", replace(self._where, byte_offset=0), "The file is empty. Send an X12 interchange.")

    def _advance(self) -> Iterator[Event]:
        """Read as far as the text goes: until a step neither moves nor changes what is being read."""
        before = None
        while not self._is_over and before != self._progress():
            before = self._progress()
            step: Callable[[], Iterator[Event]] = self._outside if self._stray is None else self._pass_stray
            yield from step() if self._open is None else self._open.read()
            if self._open is not None and self._open.is_over:
                self._open = None

    def _progress(self) -> tuple[int, bool, bool]:
        return self._window.at, self._open is None, self._stray is None

    def _outside(self) -> Iterator[Event]:
        """Stand between interchanges: only blanks are expected before the next ISA."""
        window = self._window
        if not window.holds_header(window.at):
            return
        if window.offset(window.at) == 0 and window.text.startswith(_BYTE_ORDER_MARK):
            window.at = len(_BYTE_ORDER_MARK)
        window.at = start = _after_run_of(_BLANKS, window.text, window.at)
        if start == len(window.text) or not window.holds_header(start):
            return
        header = read_header(window.text, start)
        if header is not None:
            yield from self._start(header)
        elif window.text[start] == self._terminator:
            window.at = _after_run_of(_BLANKS + self._terminator, window.text, start)
            if not self._told_outside:
                yield found("empty-segment", replace(self._where, byte_offset=window.offset(start)))
            self._told_outside = True
        else:
            self._stray = (self._stray_kind(start), window.offset(start))

    def _stray_kind(self, start: int) -> str:
        if self._window.text.startswith("ISA", start):
            return "isa-malformed"
        return "text-outside-interchange" if self._interchanges else "not-x12"

    def _pass_stray(self) -> Iterator[Event]:
        """Pass over text that belongs to no interchange, up to the next plausible ISA."""
        window = self._window
        window.at, is_header = window.pass_to_header(self._terminator)
        if self._stray is not None and (is_header or window.is_last):
            code, offset = self._stray
            self._stray = None
            self._told_outside = True
            told = f"{FINDING_KINDS[code].title}: {window.offset(window.at) - offset} bytes from here on are not read. "
            yield found(code, replace(self._where, byte_offset=offset), told + FINDING_KINDS[code].remedy)

    def _start(self, header: Header) -> Iterator[Event]:
        offset = self._window.offset(self._window.at)
        control_number = header.elements[13]
        where = replace(self._where, interchange=control_number)
        if self._interchanges == self._limits.interchanges_in_file:
            told = "The file has more interchanges than the limit: nothing is read from here on. Split the file."
            yield found("limit-exceeded", replace(where, byte_offset=offset), told)
            self._is_over = True
            return
        self._interchanges += 1
        self._terminator = header.delimiters.segment
        self._told_outside = False
        start = InterchangeStart(header.elements, header.delimiters, offset)
        yield start
        yield from check_isa(header, replace(where, segment_id="ISA", byte_offset=offset))
        limits = self._limits if self._limits_for is None else self._limits_for(start)
        self._open = OpenInterchange(header, self._window, limits, where)


def _after_run_of(characters: str, text: str, start: int) -> int:
    run = re.compile(f"[{re.escape(characters)}]*").match(text, start)
    return run.end() if run else start
