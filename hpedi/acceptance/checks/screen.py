"""What a named check says of itself so that right units need no tree: the values it asks about, or how it is held flat.

It stands beside the check, in the table of its topic: whoever changes one changes the other. A check that says nothing
is still right, but each unit it may apply to goes through the tree: about ten times slower.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple, Protocol, TypeAlias

from hpedi.acceptance.loops import Spot
from hpedi.guides.nodes import SegmentNode

Answer: TypeAlias = Callable[[str], Hashable]
"""From a value that is not empty to what a rule makes of it."""

EVERY: Final = 0
"""Stands for each element of a segment, as `ANY` in a path."""


class Usual(NamedTuple):
    """Values that are answered alike: those that a pattern matches, or does not; a dot stands for any character."""

    pattern: str
    wanted: bool = True


def from_day(day: str) -> Usual:
    """Return the texts of eight digits that are a day (CCYYMMDD) or later ones."""
    higher = (at for at, digit in enumerate(day) if digit != "9")
    return Usual("|".join([*(f"{day[:at]}[{int(day[at]) + 1}-9][0-9]{{{7 - at}}}" for at in higher), day]))


def before_day(day: str) -> Usual:
    """Return the texts of eight digits that are less than a day."""
    lower = (at for at, digit in enumerate(day) if digit != "0")
    return Usual("|".join(f"{day[:at]}[0-{int(day[at]) - 1}][0-9]{{{7 - at}}}" for at in lower))


class Question(NamedTuple):
    """A question to an element of a segment.

    Attributes:
        element: Its position; `EVERY` for each of them.
        component: The component asked; None for the whole element.
        answer: Gives the answer.
        usual: Values that are answered alike, the usual ones first; none where there are too few of a kind.
    """

    element: int
    component: int | None
    answer: Answer
    usual: tuple[Usual, ...] = ()


def is_any(_value: str) -> bool:
    """Answer whether there is a value: asked only where there is one."""
    return True


def itself(value: str) -> str:
    """Answer with the value: for elements of few different values."""
    return value


class Day(NamedTuple):
    """The day a set was made (BHT04, or BPR16 of an 835), and one two years before, both CCYYMMDD.

    What happened so long before, or since, is told apart: who was born before that time and served in it was born
    before the service; a code that was in force all the time was so on any day in it.
    """

    made: str
    earlier: str


class Asks(NamedTuple):
    """The values that a check asks about.

    Attributes:
        questions: By segment, where need be with its qualifiers or its loop: `DTP[434|472]`, `2010AA/N3`.
        decides: Whether the answers decide; else it finds nothing where all of them are true, and may where one is not.
        whatever_given: Whether that holds whatever a rule gives in `with`.
    """

    questions: tuple[tuple[str, Question], ...]
    decides: bool = True
    whatever_given: bool = False


def asks(
    segment_id: str, elements: Sequence[int], answer: Answer, component: int | None = None
) -> tuple[tuple[str, Question], ...]:
    """Return one question to several elements of a segment."""
    return tuple((segment_id, Question(element, component, answer)) for element in elements)


class Around(Protocol):
    """The levels that a unit stands in."""

    def values(self, nodes: frozenset[SegmentNode], element: int) -> frozenset[str]:
        """Return an element of all segments of some nodes in them."""

    def found(self, segment_id: str, loop_id: str, element: int) -> frozenset[str]:
        """Return an element of all segments of an id in a loop of them."""

    def add(self, up: int, name: str, number: Decimal) -> None:
        """Add to a running sum of the level so many levels up, 0 being the innermost; -1 is the transaction set."""

    def total(self, up: int, name: str) -> Decimal:
        """Return a running sum."""

    def loop_id(self, up: int) -> str:
        """Return the loop of a level."""

    def value(self, up: int, segment_id: str, element: int) -> str:
        """Return an element of the first segment of an id in a level; "" where there is none."""


Values: TypeAlias = Sequence[str | None]
"""What stands in the columns that the flat checks of a unit look at; None or "" where nothing does."""


class FlatCheck(NamedTuple):
    """A check of the units of one shape, by values alone.

    Attributes:
        holds: Says whether it certainly finds nothing.
        book: What it keeps in the levels around, if all checks of the unit hold.
    """

    holds: Callable[[Values, Around], bool]
    book: Callable[[Values, Around], None] | None = None


class Columns(Protocol):
    """The columns of the values of a shape, while its flat checks are made."""

    separator: str
    component: str

    def at(self, index: int, element: int) -> int:
        """Return the column of an element of the segment at an index of the shape."""

    def whole(self, index: int) -> int:
        """Return the column of all elements of a segment, in one text without its id."""


ALWAYS: Final = FlatCheck(lambda _values, _around: True)
"""A check that finds nothing in any unit of the shape."""

Shape: TypeAlias = Sequence[SegmentNode]
Given: TypeAlias = Mapping[str, str | frozenset[str]]
"""What a rule gives in `with`."""
Make: TypeAlias = Callable[[Shape, Given, Columns], FlatCheck | None]
"""Makes a check for a shape; None where it cannot be told from values alone."""


@dataclass(frozen=True, slots=True)
class Screened:
    """A named check and what it says of itself.

    Attributes:
        check: The check.
        asks: What it asks of values.
        asks_by_day: What it asks where the day a set was made decides.
        asks_given: What it asks where what a rule gives in `with` decides.
        flat: Makes it for a shape.
        is_known_early: Whether, at the end of a loop, it finds nothing then if it does not when its first unit begins.
    """

    check: Callable[..., Iterator[Spot]]
    asks: Asks | None = None
    asks_by_day: Callable[[Day], Asks] | None = None
    asks_given: Callable[[Given], Asks] | None = None
    flat: Make | None = None
    is_known_early: bool = False

    def __call__(self, *args: object, **given: object) -> Iterator[Spot]:
        """Run the check."""
        return self.check(*args, **given)

    def asked(self, day: Day | None, given: Given) -> Asks | None:
        """Return what it asks of the values of a set; None where that cannot be said."""
        if self.asks_given is not None:
            return self.asks_given(given)
        made = self.asks_by_day(day) if self.asks_by_day is not None and day is not None else self.asks
        return None if made is None or (given and not made.whatever_given) else made


def unless_there(segment_id: str, *codes: str, given: str = "") -> Make:
    """Return what makes a check that finds nothing where there is no such segment, or none with these qualifiers.

    Args:
        segment_id: Its id.
        codes: The qualifiers.
        given: What a rule's `with` calls the qualifiers, where they stand there.
    """

    def make(shape: Shape, arguments: Given, _columns: Columns) -> FlatCheck | None:
        chosen = arguments.get(given, codes)
        is_there = any(node.segment_id == segment_id and chosen_by(node, *chosen) for node in shape)
        return None if is_there else ALWAYS

    return make


def chosen_by(node: SegmentNode, *codes: str) -> bool:
    """Say whether a segment has one of these qualifiers for certain or may have it."""
    return node.selector is None or bool(node.selector.codes & set(codes))


def all_differ(values: Sequence[str | None]) -> bool:
    """Say whether values are all different."""
    return len(set(values)) == len(values)
