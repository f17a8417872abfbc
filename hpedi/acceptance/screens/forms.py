"""What is asked of the segments of a node, sorted by element: usual values by pattern, classes of others, or a mark."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product
from typing import Final

from hpedi.acceptance.checks.screen import EVERY, Question, is_any
from hpedi.acceptance.screens.questions import ElementClasses, Numbers, RunClasses, presence_only
from hpedi.acceptance.screens.usual import compiled
from hpedi.guides.nodes import ElementRule, SegmentNode
from hpedi.x12.events import Delimiters

_SHORT: Final = 15
"""Elements up to this length have few values: their classes are remembered."""
_MOST_WAYS: Final = 4
_MOST_CODES: Final = 400


class Form:
    """What is asked of the segments of a node.

    Attributes:
        ways: By element: what usual values match, one pattern for each class of them.
        classes: By element: the classes of others.
        marked: The elements of which only is asked whether they are there.
    """

    __slots__ = ("_node", "_numbers", "_runs", "_separator", "classes", "marked", "ways")

    def __init__(
        self, node: SegmentNode, questions: Sequence[Question], delimiters: Delimiters, numbers: Numbers
    ) -> None:
        """Sort questions by element."""
        self._node = node
        self._numbers = numbers
        self._separator = delimiters.element
        self._runs: dict[int, RunClasses] = {}
        self.ways: dict[int, tuple[str, ...]] = {}
        self.classes: dict[int, ElementClasses] = {}
        self.marked: set[int] = set()
        by_element: dict[int, list[Question]] = {}
        for question in dict.fromkeys(questions):
            by_element.setdefault(question.element, []).append(question)
        for element, asked in by_element.items():
            rule = self._rule(element)
            if element != EVERY and (presence_only(asked) or _is_bounded(rule, asked)):
                if rule is None or rule.usage != "R":
                    self.marked.add(element)
                continue
            ways = None if rule is None or EVERY in by_element else _ways(rule, asked, delimiters)
            if ways is None:
                self.classes[element] = ElementClasses(asked, delimiters.component, numbers)
            else:
                self.ways[element] = ways

    @property
    def elements(self) -> frozenset[int]:
        """All that are asked about."""
        return frozenset((*self.ways, *self.classes, *self.marked))

    def run_from(self, wanted: Collection[int]) -> int | None:
        """Return the element from which on all have one class together; None where each is better told by itself.

        Args:
            wanted: The elements that flat checks look at.

        Raises:
            LookupError: They want an element of a segment of which every element is asked the same.
        """
        if EVERY in self.classes:
            if wanted:
                raise LookupError(f"{self._node}: its elements are not told apart")
            return 1
        last = max((rule.position for rule in self._node.elements), default=0)
        at = max([last, *self.classes])
        first = None
        while at and at not in wanted and at not in self.ways and self._is_plain(at):
            first = at if at in self.classes or at in self.marked else first
            at -= 1
        run = [element for element in self.classes if first is not None and element >= first]
        return first if run else None

    def run(self, first: int) -> RunClasses:
        """Return the classes of the elements from one on."""
        if first not in self._runs:
            asked = {at: each for at, each in self.classes.items() if at >= first or at == EVERY}
            marked = [at for at in self.marked if at >= first]
            self._runs[first] = RunClasses(asked, marked, first, self._separator, self._numbers)
        return self._runs[first]

    def _rule(self, element: int) -> ElementRule | None:
        return next((rule for rule in self._node.elements if rule.position == element), None)

    def _is_plain(self, element: int) -> bool:
        """Say whether an element has few values, or has a class anyway."""
        rule = self._rule(element)
        if element in self.classes or rule is None or rule.usage == "N":
            return True
        return bool(rule.codes) or rule.is_composite or rule.max_length <= _SHORT


def _is_bounded(rule: ElementRule | None, asked: Sequence[Question]) -> bool:
    """Say whether the codes that the guide allows are answered all alike."""
    if rule is None or not rule.codes or rule.repeat != 1 or len(rule.codes) > _MOST_CODES:
        return False
    return all(
        question.component is None and question.usual and len({question.answer(code) for code in rule.codes}) == 1
        for question in asked
    )


def _ways(rule: ElementRule, asked: Sequence[Question], delimiters: Delimiters) -> tuple[str, ...] | None:
    """Return the patterns of usual values of an element; None where its values have classes."""
    if rule.is_composite or rule.codes or rule.max_length <= _SHORT or rule.repeat != 1:
        return None
    every = dict.fromkeys(each.usual for each in asked if each.answer is not is_any)
    if () in every or any(each.component is not None for each in asked):
        return None
    chosen = list(product(*every))
    if len(chosen) > _MOST_WAYS:
        return None
    made = [compiled(each, delimiters) for each in chosen]
    known = tuple(each for each in made if each is not None)
    return known if len(known) == len(made) else None
