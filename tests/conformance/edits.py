"""The edits that mutations are made of: each changes the segments of a clean file in one small way.

A segment is named by the beginning of its text, as `NM1*85` or, where several begin so, `LX*1#3` for the third. Edits
know nothing of guides. SE01 is counted anew after them, so that an edit makes one error and not two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

TERMINATOR: Final = "~"
ELEMENT: Final = "*"
COMPONENT: Final = ":"

Segments: TypeAlias = list[str]
Edit: TypeAlias = Mapping[str, object]

_NAMED: Final = re.compile(r"(?P<text>.+?)(?:#(?P<ordinal>\d+))?")


def place_of(segments: Segments, name: str) -> int:
    """Return the index of the segment a name means.

    Raises:
        LookupError: No segment begins so, or several do and the name does not say which.
    """
    named = _NAMED.fullmatch(name)
    if named is None:
        raise LookupError(f"{name!r} names no segment")
    text, ordinal = named["text"], named["ordinal"]
    places = [index for index, segment in enumerate(segments) if _begins(segment, text)]
    if not places or (ordinal is None and len(places) > 1):
        raise LookupError(f"{len(places)} segments begin with {name!r}")
    return places[int(ordinal or 1) - 1]


def _begins(segment: str, text: str) -> bool:
    """Say whether a segment begins with a text that ends where an element or component does, or with the text."""
    return segment.startswith(text) and (segment[len(text) :][:1] in ("", ELEMENT, COMPONENT) or text[-1] == ELEMENT)


def position_in_set(segments: Segments, index: int) -> int | None:
    """Return a segment's position in its transaction set, ST being 1; None outside any."""
    starts = [at for at in range(index + 1) if segments[at].startswith(f"ST{ELEMENT}")]
    ended = starts and any(segment.startswith(f"SE{ELEMENT}") for segment in segments[starts[-1] : index])
    return index - starts[-1] + 1 if starts and not ended else None


def apply_edits(segments: Segments, edits: list[Edit]) -> tuple[Segments, int]:
    """Apply edits in order.

    Returns:
        The changed segments and the index of the place that the last edit changed.
    """
    changed, place = list(segments), 0
    for edit in edits:
        (kind,) = edit.keys() & EDITS.keys()
        place = EDITS[kind](changed, edit)
    return changed, place


def count_segments(segments: Segments) -> Segments:
    """Write SE01 of each set anew."""
    counted = list(segments)
    start: int | None = None
    for index, segment in enumerate(segments):
        if segment.startswith(f"ST{ELEMENT}"):
            start = index
        elif segment.startswith(f"SE{ELEMENT}") and start is not None:
            counted[index] = ELEMENT.join(("SE", str(index - start + 1), *segment.split(ELEMENT)[2:]))
            start = None
    return counted


def _set(segments: Segments, edit: Edit) -> int:
    """Put a value into an element or component of a segment."""
    place = place_of(segments, str(edit["set"]))
    elements = segments[place].split(ELEMENT)
    position, value = int(str(edit["element"])), str(edit["to"])
    elements += [""] * (position + 1 - len(elements))
    if "component" in edit:
        component = int(str(edit["component"]))
        components = elements[position].split(COMPONENT)
        components += [""] * (component - len(components))
        components[component - 1] = value
        value = COMPONENT.join(components).rstrip(COMPONENT)
    elements[position] = value
    while not elements[-1]:
        elements.pop()
    segments[place] = ELEMENT.join(elements)
    return place


def _replace(segments: Segments, edit: Edit) -> int:
    """Put another text in place of a segment."""
    place = place_of(segments, str(edit["replace"]))
    segments[place] = str(edit["by"])
    return place


def _delete(segments: Segments, edit: Edit) -> int:
    """Remove a segment, or `count` from there; the place is then that of what followed."""
    place = place_of(segments, str(edit["delete"]))
    del segments[place : place + int(str(edit.get("count", 1)))]
    return place


def _insert(segments: Segments, edit: Edit) -> int:
    """Put segments behind another; the place is that of the first of them."""
    place = place_of(segments, str(edit["behind"])) + 1
    texts = edit["insert"]
    segments[place:place] = [str(text) for text in texts] if isinstance(texts, list) else [str(texts)]
    return place


def _repeat(segments: Segments, edit: Edit) -> int:
    """Write a segment, or `count` from there, so many times more; the place is that of the last time."""
    first = place_of(segments, str(edit["repeat"]))
    count, times = int(str(edit.get("count", 1))), int(str(edit.get("times", 1)))
    segments[first + count : first + count] = segments[first : first + count] * times
    return first + count * times


def _swap(segments: Segments, edit: Edit) -> int:
    """Let two segments change places; the place is that of the one that stands first now."""
    one, other = (place_of(segments, str(edit[key])) for key in ("swap", "with"))
    segments[one], segments[other] = segments[other], segments[one]
    return min(one, other)


def _move(segments: Segments, edit: Edit) -> int:
    """Take a segment, or `count` from there, and put it behind another; the place is where it stands now."""
    first, count = place_of(segments, str(edit["move"])), int(str(edit.get("count", 1)))
    moved = segments[first : first + count]
    del segments[first : first + count]
    place = place_of(segments, str(edit["behind"])) + 1
    segments[place:place] = moved
    return place


def _truncate(segments: Segments, edit: Edit) -> int:
    """Let the file end before a segment; the place is that of the last one left."""
    place = place_of(segments, str(edit["truncate"]))
    del segments[place:]
    return place - 1


EDITS: Final[dict[str, Callable[[Segments, Edit], int]]] = {
    "set": _set,
    "replace": _replace,
    "delete": _delete,
    "insert": _insert,
    "repeat": _repeat,
    "swap": _swap,
    "move": _move,
    "truncate": _truncate,
}
