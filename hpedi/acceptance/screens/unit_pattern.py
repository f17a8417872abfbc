"""One regular expression for the segments of a unit: what its values are, in one match.

Elements that nobody asks about are passed over. One whose values are different in each unit is told usual by a pattern
and leaves at most a mark; what has few values, or no pattern, is captured and has a class. The values that flat checks
look at are captured too. A unit that it does not match has something unusual in it: that is left to the tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from hpedi.acceptance.checks.screen import Shape
from hpedi.acceptance.screens.forms import Form
from hpedi.acceptance.screens.questions import ElementClasses, RunClasses
from hpedi.guides.nodes import ElementRule, SegmentNode
from hpedi.x12.events import Delimiters

Groups: TypeAlias = Sequence[str | None]

_WHOLE: Final = -1


class Reading(NamedTuple):
    """The expression of a shape.

    Attributes:
        fullmatch: Matches the segments of a unit, joined by the segment terminator.
        texts: Picks the groups that have classes.
        known: Of each of these what gives the class of a text that is known; None for another.
        classify: Of each what tells the class of another.
        marks: Picks the groups that are there or not.
        columns: Picks what flat checks look at.
    """

    fullmatch: Callable[[str], re.Match[str] | None]
    texts: Callable[[Groups], Groups]
    known: tuple[Callable[[str | None], Hashable | None], ...]
    classify: tuple[Callable[[str | None], Hashable], ...]
    marks: Callable[[Groups], Hashable]
    columns: Callable[[Groups], Groups]


class UnitPattern:
    """The expression of one shape, as it is put together; the columns of its flat checks."""

    def __init__(self, shape: Shape, forms: Mapping[SegmentNode, Form], delimiters: Delimiters) -> None:
        """Take the shape and what is asked of its nodes."""
        self.separator = delimiters.element
        self.component = delimiters.component
        self._shape = shape
        self._forms = forms
        self._terminator = delimiters.segment
        self._star = re.escape(delimiters.element)
        self._value = f"[^{re.escape(delimiters.element + delimiters.segment)}]"
        self._rest = f"[^{re.escape(delimiters.segment)}]*+"
        self._columns: dict[tuple[int, int], int] = {}
        self._classed: list[ElementClasses | RunClasses] = []
        self._marks = 0

    def at(self, index: int, element: int) -> int:
        """Return the column of an element."""
        return self._columns.setdefault((index, element), len(self._columns))

    def whole(self, index: int) -> int:
        """Return the column of all elements of a segment."""
        return self.at(index, _WHOLE)

    def done(self) -> Reading:
        """Compile it, when all columns are known."""
        segments = [self._segment(index, node) for index, node in enumerate(self._shape)]
        pattern = re.compile(re.escape(self._terminator).join(segments))
        at = {name: group - 1 for name, group in pattern.groupindex.items()}
        return Reading(
            fullmatch=pattern.fullmatch,
            texts=_picking([at[f"k{n}"] for n in range(len(self._classed))]),
            known=tuple(each.known.get for each in self._classed),
            classify=tuple(each.classify for each in self._classed),
            marks=_picking([at[f"m{n}"] for n in range(self._marks)]),
            columns=_picking([at[f"c{n}"] for n in range(len(self._columns))]),
        )

    def _segment(self, index: int, node: SegmentNode) -> str:
        form = self._forms[node]
        wanted = {element for at, element in self._columns if at == index and element != _WHOLE}
        run = form.run_from(wanted)
        rest, before = f"(?:{self._star}{self._rest}|)", max((*form.elements, *wanted), default=0)
        if run is not None:
            rest, before = f"(?:{self._star}{self._classes(form.run(run), self._rest)}|)", run - 1
        rules = {rule.position: rule for rule in node.elements}
        is_mandatory = any(rule.usage == "R" and rule.position > before for rule in node.elements)
        for element in range(before, 0, -1):
            rule = rules.get(element)
            is_mandatory = is_mandatory or (rule is not None and rule.usage == "R")
            piece = f"{self._star}{self._piece(form, index, element, rule)}{rest}"
            rest = piece if is_mandatory else f"(?:{piece}|)"
        return f"{node.segment_id}{self._column(index, _WHOLE, rest)}"

    def _piece(self, form: Form, index: int, element: int, rule: ElementRule | None) -> str:
        """Return what matches an element, there or not."""
        is_required = rule is not None and rule.usage == "R"
        ways, classes = form.ways.get(element), form.classes.get(element)
        if classes is not None:
            return self._column(index, element, self._classes(classes, f"{self._value}*+"))
        if ways is None and element not in form.marked:
            return self._column(index, element, f"{self._value}*+")
        first, *others = ways or (f"{self._value}++",)
        usual = "|".join([first, *(f"{self._mark()}{way}" for way in others)])
        usual = self._column(index, element, f"(?:{usual})")
        return usual if is_required else f"(?:{self._mark()}{usual}|)"

    def _column(self, index: int, element: int, pattern: str) -> str:
        column = self._columns.get((index, element))
        return pattern if column is None else f"(?P<c{column}>{pattern})"

    def _classes(self, classes: ElementClasses | RunClasses, pattern: str) -> str:
        self._classed.append(classes)
        return f"(?P<k{len(self._classed) - 1}>{pattern})"

    def _mark(self) -> str:
        self._marks += 1
        return f"(?P<m{self._marks - 1}>)"


def _picking(indices: Sequence[int]) -> Callable[[Groups], Groups]:
    """Return what picks some groups, as a tuple."""
    if len(indices) > 1:
        return itemgetter(*indices)
    return lambda groups: tuple([groups[index] for index in indices])
