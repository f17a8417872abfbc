"""The questions that rules ask of single values, and the answers as one class for each value or run of values.

Two units of the same segments whose values all have the same classes are judged alike by every rule that asks nothing
else. Answers are remembered by value, within a bound.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final

from hpedi.acceptance.checks.screen import EVERY, Answer, Question, Usual, is_any
from hpedi.acceptance.rules.paths import ANY, Path
from hpedi.guides.nodes import SegmentNode

_REMEMBERED: Final = 4096
_NUMBERED: Final = 65_536
_PRESENT: Final = (Usual(".+"),)


def sign(number: str) -> Hashable:
    """Answer how a number compares with 0; with itself where it is none."""
    digits = number.removeprefix("-")
    if not digits.replace(".", "", 1).isdigit():
        return number
    return 0 if not digits.strip("0.") else -1 if number[0] == "-" else 1


def questions_of(
    path: Path, answers: Iterable[Answer], usual: tuple[Usual, ...] = ()
) -> list[tuple[SegmentNode, Question]]:
    """Return what a rule asks that looks at the values of a path; `usual` holds of all the answers."""
    asked: list[tuple[SegmentNode, Question]] = []
    for node in path.nodes:
        if path.element is not None:
            asked += [
                (node, Question(path.element, path.component, each, _PRESENT if each is is_any else usual))
                for each in answers
            ]
        if path.qualifiers and path.element == ANY:
            asked.append((node, Question(EVERY, 1, path.qualifiers.__contains__)))
        elif path.qualifiers:
            place = (node.selector.element, node.selector.component or None) if node.selector else (1, None)
            asked.append((node, Question(*place, path.qualifiers.__contains__)))
    return asked


class ElementClasses:
    """The answers to the questions to one element; remembered by value, unless its values are all different.

    Attributes:
        known: Classes by value; that of no value is always there.
    """

    __slots__ = ("_is_kept", "_numbers", "_only", "_questions", "_separator", "known")

    def __init__(self, questions: Iterable[Question], separator: str, numbers: Numbers) -> None:
        """Take the questions; `separator` stands between components."""
        asked = dict.fromkeys((each.component, each.answer) for each in questions)
        self._questions = [each for each in asked if each != (None, is_any)]
        self._separator = separator
        self._numbers = numbers
        self._is_kept = True
        is_one = len(self._questions) == 1 and self._questions[0][0] is None
        self._only: Answer | None = self._questions[0][1] if is_one else None
        self.known: dict[str | None, Hashable] = {}
        self._forget()

    def _forget(self) -> None:
        self.known.clear()
        self.known[None] = self.known[""] = self._numbers.of(None)

    def classify(self, value: str | None) -> Hashable:
        """Return the class of a value that is not known yet."""
        text = value or ""
        if self._only is not None and not self._is_kept:
            return self._numbers.of((self._only(text),))
        answers: list[Hashable] = []
        components: list[str] | None = None
        for component, answer in self._questions:
            if component is None:
                answers.append(answer(text))
                continue
            if components is None:
                components = text.split(self._separator)
            part = components[component - 1] if component <= len(components) else ""
            answers.append(answer(part) if part else None)
        made = self._numbers.of(tuple(answers))
        if self._is_kept:
            self.known[text] = made
            if len(self.known) >= _REMEMBERED:
                self._forget()
                self._is_kept = False
        return made


class RunClasses:
    """The classes of the last elements of the segments of one node: equal ones are asked once.

    Attributes:
        known: Classes by text.
    """

    __slots__ = ("_asked", "_is_kept", "_marked", "_numbers", "_of_every", "_separator", "known")

    def __init__(
        self,
        elements: Mapping[int, ElementClasses],
        marked: Iterable[int],
        first: int,
        separator: str,
        numbers: Numbers,
    ) -> None:
        """Begin.

        Args:
            elements: What is asked, by element.
            marked: The elements of which only is asked whether they are there.
            first: The first element of the run.
            separator: Between elements.
            numbers: Where classes get their numbers.
        """
        self._asked = [(at - first, each.known, each.classify) for at, each in elements.items() if at != EVERY]
        self._marked = [at - first for at in marked]
        self._of_every = elements.get(EVERY)
        self._separator = separator
        self._numbers = numbers
        self._is_kept = True
        self.known: dict[str | None, Hashable] = {}

    def classify(self, text: str | None) -> Hashable:
        """Return the class of a run that is not known yet."""
        values = (text or "").split(self._separator)
        count = len(values)
        classes = [
            (known.get(value) or classify(value)) if at < count and (value := values[at]) else None
            for at, known, classify in self._asked
        ]
        if self._marked:
            classes += [at < count and values[at] != "" for at in self._marked]
        if self._of_every is not None:
            known, classify = self._of_every.known, self._of_every.classify
            classes += [(known.get(value) or classify(value)) if value else None for value in values]
        number = self._numbers.of(tuple(classes))
        if self._is_kept:
            self.known[text] = number
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
                self._is_kept = False
        return number


class Numbers:
    """Numbers that stand for values; the same value has the same one until it is forgotten, and none is given twice."""

    __slots__ = ("_known", "_next")

    def __init__(self) -> None:
        """Begin with 1."""
        self._known: dict[Hashable, int] = {}
        self._next = 0

    def of(self, value: Hashable) -> int:
        """Return the number of a value."""
        number = self._known.get(value)
        if number is None:
            if len(self._known) >= _NUMBERED:
                self._known.clear()
            self._next += 1
            number = self._known[value] = self._next
        return number


def presence_only(questions: Sequence[Question]) -> bool:
    """Say whether nothing is asked but whether there is a value."""
    return all(each.component is None and each.answer is is_any for each in questions)
