"""The questions that rules ask of single values, gathered by segment, and the answers as one class for each value.

Two units of the same segments whose values all have the same classes are judged alike by every rule that asks nothing
else. Answers are remembered by value, within a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Final, NamedTuple, TypeAlias

from hpedi.acceptance.rules.paths import ANY, Path
from hpedi.guides.nodes import SegmentNode
from hpedi.x12.events import Delimiters

Answer: TypeAlias = Callable[[str], Hashable]
"""From a value that is not empty to what a rule makes of it."""

_REMEMBERED: Final = 4096
_SEGMENTS_REMEMBERED: Final = 1024
_NUMBERED: Final = 65_536


class Question(NamedTuple):
    """A question to an element of a segment.

    Attributes:
        element: Its position; `ANY` for each of them.
        component: The component asked; None for the whole element.
        answer: Gives the answer.
    """

    element: int
    component: int | None
    answer: Answer


def is_any(_value: str) -> bool:
    """Answer whether there is a value: asked only where there is one."""
    return True


def itself(value: str) -> str:
    """Answer with the value: for elements of few different values."""
    return value


def sign(number: str) -> Hashable:
    """Answer how a number compares with 0; with itself where it is none."""
    digits = number.removeprefix("-")
    if not digits.replace(".", "", 1).isdigit():
        return number
    return 0 if not digits.strip("0.") else -1 if number[0] == "-" else 1


def questions_of(path: Path, answers: Iterable[Answer]) -> list[tuple[SegmentNode, Question]]:
    """Return what a rule asks that looks at the values of a path."""
    asked: list[tuple[SegmentNode, Question]] = []
    for node in path.nodes:
        if path.element is not None:
            asked += [(node, Question(path.element, path.component, each)) for each in answers]
        if path.qualifiers and path.element == ANY:
            asked.append((node, Question(ANY, 1, path.qualifiers.__contains__)))
        elif path.qualifiers:
            place = (node.selector.element, node.selector.component or None) if node.selector else (1, None)
            asked.append((node, Question(*place, path.qualifiers.__contains__)))
    return asked


class _ElementClasses:
    """The answers to the questions to one element; remembered by value, unless its values are all different."""

    __slots__ = ("_is_kept", "_numbers", "_only", "_questions", "_separator", "known")

    def __init__(self, separator: str, numbers: Numbers) -> None:
        """Ask nothing yet; `separator` stands between components."""
        self.known: dict[str, Hashable] = {}
        self._numbers = numbers
        self._separator = separator
        self._is_kept = True
        self._questions: list[tuple[int | None, Answer]] = []
        self._only: Answer | None = None

    def add(self, component: int | None, answer: Answer) -> None:
        """Ask one more question; whether there is a value is known without asking."""
        asked = [each for each in (*self._questions, (component, answer)) if each != (None, is_any)]
        self._questions = asked or [(None, is_any)]
        first_component, first = self._questions[0]
        self._only = first if len(self._questions) == 1 and first_component is None else None

    @property
    def asks_presence_only(self) -> bool:
        """Say whether nothing is asked but whether there is a value."""
        return all(component is None and answer is is_any for component, answer in self._questions)

    def classify(self, value: str) -> Hashable:
        """Return the class of a value that is not known yet."""
        if self._only is not None and not self._is_kept:
            return self._only(value)
        answers: list[Hashable] = []
        components: list[str] | None = None
        for component, answer in self._questions:
            if component is None:
                answers.append(answer(value))
                continue
            if components is None:
                components = value.split(self._separator)
            text = components[component - 1] if component <= len(components) else ""
            answers.append(answer(text) if text else None)
        made = self._numbers.of(tuple(answers))
        if self._is_kept:
            self.known[value] = made
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
                self._is_kept = False
        return made


class SegmentClasses:
    """The classes of the segments of one node: equal ones are asked once, unless they are all different.

    Attributes:
        known: Classes by text.
    """

    __slots__ = ("_asked", "_is_kept", "_is_there", "_numbers", "_of_any", "_separator", "known")

    def __init__(self, questions: Iterable[Question], delimiters: Delimiters, numbers: Numbers) -> None:
        """Sort questions by element."""
        self.known: dict[str, int] = {}
        self._is_kept = True
        self._numbers = numbers
        self._separator = delimiters.element
        by_element: dict[int, _ElementClasses] = {}
        for question in dict.fromkeys(questions):
            made = by_element.setdefault(question.element, _ElementClasses(delimiters.component, numbers))
            made.add(question.component, question.answer)
        self._is_there = [at for at, each in by_element.items() if at and each.asks_presence_only]
        self._asked = [
            (at, each.known, each.classify) for at, each in by_element.items() if at and not each.asks_presence_only
        ]
        self._of_any = by_element.get(ANY)

    def classify(self, text: str) -> int:
        """Return the class of a segment that is not known yet."""
        values = text.split(self._separator)
        count = len(values)
        classes = [
            (known.get(value) or classify(value)) if at < count and (value := values[at]) else None
            for at, known, classify in self._asked
        ]
        if self._is_there:
            classes += [at < count and values[at] != "" for at in self._is_there]
        of_any = self._of_any
        if of_any is not None:
            known, classify = of_any.known, of_any.classify
            classes += [(known.get(value) or classify(value)) if value else None for value in values[1:]]
        number = self._numbers.of(tuple(classes))
        if self._is_kept:
            self.known[text] = number
            if len(self.known) >= _SEGMENTS_REMEMBERED:
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
