"""The form of one segment's text: separators with nothing behind them, line breaks inside it, other delimiters."""

from __future__ import annotations

import re
from typing import Final

from hpedi.conversion.changes import ChangeKind
from hpedi.x12.events import Delimiters
from hpedi.x12.isa import WIDTHS

_LINE_BREAKS: Final = "\r\n"
_REPETITION: Final = 11  # ISA11 and ISA16 are delimiters
_COMPONENT: Final = 16
_PADDED: Final = (2, 4, 6, 8)  # ISA elements that are filled up with blanks


class DelimiterInValue(Exception):
    """A value holds a character that was to become a delimiter; the message never shows it."""


class Cleaning:
    """How the segments of one interchange are cleaned."""

    def __init__(self, delimiters: Delimiters, wanted: Delimiters) -> None:
        """Clean segments with some delimiters and write them with others.

        Args:
            delimiters: Of the interchange.
            wanted: Those to write; with an empty repetition separator where the interchange declares none.
        """
        self.delimiters = delimiters
        self.wanted = wanted
        old = (delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment)
        new = (wanted.element, wanted.component, wanted.repetition, wanted.segment)
        self._translation = str.maketrans(
            {one: other for one, other in zip(old, new, strict=True) if one and one != other}
        )
        self._not_in_values = frozenset(new) - frozenset(old)
        self._breaks = {ord(each): None for each in _LINE_BREAKS if each not in old}
        element, component, repetition = map(re.escape, old[:3])
        inner = f"[{component}{repetition}]"
        at_end = rf"(?<!{inner}){inner}++(?=[{element}]|\Z)"  # a run is tried once, from its start: linear
        at_repetition = f"(?<![{component}])[{component}]++(?=[{repetition}])"
        self._trailing = re.compile(f"{at_end}|{at_repetition}" if repetition else at_end)

    def clean(self, text: str) -> tuple[str, list[ChangeKind]]:
        """Return a segment's text as it should stand, before its delimiters are changed; empty if nothing is in it."""
        changes = []
        if self._breaks and not text.isprintable():
            without = text.translate(self._breaks)
            if without != text:
                changes.append(ChangeKind.LINE_BREAK_INSIDE)
                text = without
        segment_id, separator, rest = text.partition(self.delimiters.element)
        kept = self._trailing.sub("", rest).rstrip(self.delimiters.element)
        if len(kept) != len(rest) or (separator and not kept):
            changes.append(ChangeKind.TRAILING_SEPARATOR)
            text = segment_id + separator + kept if kept else segment_id
        return text, changes

    def breaks(self, text: str) -> bool:
        """Say whether line breaks would be taken out of a text."""
        return text.translate(self._breaks) != text

    def rewritten(self, text: str) -> str:
        """Return a cleaned text with the delimiters wanted.

        Raises:
            DelimiterInValue: It holds one of them as data.
        """
        if not self._translation:
            return text
        if not self._not_in_values.isdisjoint(text):
            raise DelimiterInValue
        return text.translate(self._translation)

    def header(self, elements: tuple[str, ...]) -> tuple[str, list[ChangeKind]]:
        """Return the text of ISA as it should stand.

        Raises:
            DelimiterInValue: One of its elements holds a delimiter wanted.
        """
        sent = list(elements)
        for position in _PADDED:
            sent[position] = sent[position].ljust(WIDTHS[position])
        changes = [ChangeKind.PADDING] if sent != list(elements) else []
        if self._translation:
            changes.append(ChangeKind.DELIMITERS)
            if self.delimiters.repetition:
                sent[_REPETITION] = self.wanted.repetition
            values = (value for position, value in enumerate(sent[:_COMPONENT]) if position != _REPETITION)
            sent[_COMPONENT] = self.wanted.component
            if any(not {*value}.isdisjoint(self._used) for value in values):
                raise DelimiterInValue
        return self.wanted.element.join(sent), changes

    @property
    def _used(self) -> frozenset[str]:
        wanted = self.wanted
        return frozenset((wanted.element, wanted.component, wanted.repetition, wanted.segment))
