"""A segment's text taken apart and put together: elements, repetitions, components.

Reads without judging; `writer` refuses what may not be written. Source: X12.6, TR3 appendix B.1.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from hpedi.x12.events import Delimiters

Composite: TypeAlias = tuple[str, ...]
"""An element of several components, in order; missing ones are empty."""

ElementValue: TypeAlias = str | Composite | list[str | Composite]
"""A simple element, a composite, or a list of repetitions of either."""

SegmentValues: TypeAlias = Sequence[ElementValue]
"""A segment as values: its id, then its elements; missing ones are empty strings."""


def split_elements(text: str, delimiters: Delimiters) -> list[str]:
    """Split a segment's text into its id and its elements, composites and repetitions still whole."""
    return text.split(delimiters.element)


def split_repetitions(element: str, delimiters: Delimiters) -> list[str]:
    """Split an element into its repetitions; one where the interchange declares no repetition separator."""
    return element.split(delimiters.repetition) if delimiters.repetition else [element]


def split_components(element: str, delimiters: Delimiters) -> list[str]:
    """Split one repetition of an element into its components."""
    return element.split(delimiters.component)


def read_segment(text: str, delimiters: Delimiters) -> list[ElementValue]:
    """Read a segment's text as values, in the form that the writer takes.

    An element with a component separator is read as a tuple, one with a repetition separator as a list. Which elements
    are composites by their guide is not known here.
    """
    return [_read_element(element, delimiters) for element in split_elements(text, delimiters)]


def _read_element(element: str, delimiters: Delimiters) -> ElementValue:
    repetitions = [_read_repetition(each, delimiters) for each in split_repetitions(element, delimiters)]
    return repetitions if len(repetitions) > 1 else repetitions[0]


def _read_repetition(element: str, delimiters: Delimiters) -> str | Composite:
    components = split_components(element, delimiters)
    return tuple(components) if len(components) > 1 else element
