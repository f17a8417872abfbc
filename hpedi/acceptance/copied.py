"""Values copied from what is answered into the answer, which must be writable whatever was sent.

An answer is due most where the data is bad. Characters that an answer cannot carry are left out; an identifier that
would become another one that way is left out whole by who copies it (`is_writable`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from hpedi.x12.characters import DATA
from hpedi.x12.events import Delimiters
from hpedi.x12.segment import ElementValue, SegmentValues
from hpedi.x12.writer import DELIMITERS, are_writable


def answer_delimiters(asked: Delimiters) -> Delimiters:
    """Return the delimiters of what is answered, or ours where those cannot be written."""
    return asked if are_writable(asked) else DELIMITERS


def is_writable(text: str, delimiters: Delimiters) -> bool:
    """Say whether a value can be written as it is."""
    return not text.translate(_kept(delimiters))


def writable(text: str, delimiters: Delimiters) -> str:
    """Return the value without the characters that cannot be written, and without blanks around it."""
    text = text.strip()
    unwanted = set(text.translate(_kept(delimiters)))
    return "".join(each for each in text if each not in unwanted).strip() if unwanted else text


def writable_segments(segments: Iterable[SegmentValues], delimiters: Delimiters) -> Iterator[SegmentValues]:
    """Make every value of segments writable; nearly all are as they stand."""
    kept = _kept(delimiters)
    for segment in segments:
        texts = [value for value in segment if isinstance(value, str) and value == value.strip()]
        stands = len(texts) == len(segment) and not "".join(texts).translate(kept)
        yield segment if stands else tuple(_element(value, delimiters) for value in segment)


def _element(value: ElementValue, delimiters: Delimiters) -> ElementValue:
    if isinstance(value, str):
        return writable(value, delimiters)
    if isinstance(value, tuple):
        return tuple(writable(component, delimiters) for component in value)
    return value


@lru_cache(maxsize=64)
def _kept(delimiters: Delimiters) -> dict[int, None]:
    """Return a translation that deletes what may be written, and so leaves what may not."""
    used = (delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment)
    return dict.fromkeys(map(ord, DATA.difference(used)))
