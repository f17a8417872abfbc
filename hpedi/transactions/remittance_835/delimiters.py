"""Delimiters for an 835 that none of its values holds.

A claim that came in with other delimiters may carry ours as data, in its control number for example, and goes back as
it came: nothing is replaced. So the delimiters give way.

Source: 005010X221A1 appendix B.1.1.2.5: any character may delimit that no data element holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hpedi.x12.events import Delimiters
from hpedi.x12.segment import ElementValue, SegmentValues
from hpedi.x12.writer import DELIMITERS, Interchange, write_x12

ALTERNATIVES: Final = Delimiters(element="|\x1d", component=">\x1f", repetition="!\x1e", segment="\x1c")
"""What is taken in place of each delimiter, in order: a usual one, then a control character, which no data holds."""


def write_remittances(interchange: Interchange) -> bytes:
    """Write an interchange of 835s as bytes, in our delimiters or, where a value holds one of them, in free ones.

    Args:
        interchange: What to write; its groups, sets and segments can be walked through twice.

    Raises:
        ValueError: A value that X12 cannot carry with any delimiters: a bug.
    """
    try:
        return write_x12(interchange)
    except ValueError:  # only then is it worth the time to look into every value
        sets = (each for group in interchange.groups for each in group.sets)
        return write_x12(interchange, free_delimiters(values for each in sets for values in each.segments))


def free_delimiters(segments: Iterable[SegmentValues]) -> Delimiters:
    """Return our delimiters, each that a value holds replaced by one that none holds.

    Args:
        segments: All segments that are to be written, for example `write_remittance(remittance)`.
    """
    used = "".join(map(_text_of, segments))
    taken = f"{used}{DELIMITERS.element}{DELIMITERS.component}{DELIMITERS.repetition}{DELIMITERS.segment}"

    def free(asked: str, alternatives: str) -> str:
        if asked not in used:
            return asked
        return next(character for character in alternatives if character not in taken)

    return Delimiters(
        element=free(DELIMITERS.element, ALTERNATIVES.element),
        component=free(DELIMITERS.component, ALTERNATIVES.component),
        repetition=free(DELIMITERS.repetition, ALTERNATIVES.repetition),
        segment=free(DELIMITERS.segment, ALTERNATIVES.segment),
    )


def _text_of(segment: SegmentValues) -> str:
    try:
        return "".join(segment)  # type: ignore[arg-type]  # a composite raises, and most segments have none
    except TypeError:
        return "".join(map(_text, segment))


def _text(value: ElementValue) -> str:
    return value if isinstance(value, str) else "".join(map(_text, value))
