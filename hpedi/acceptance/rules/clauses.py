"""Clauses of rules: a path and what must hold of its values. Compiled to tests of a value or of a loop instance.

`CLM05-1 in 21 51 61`, `DTP[435] absent`, `SBR02 = 18`, `CTP04 > 0`, `REF[6R]02 unique`: see docs/rules.md.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Final, TypeAlias

from hpedi.acceptance.loops import LoopInstance
from hpedi.acceptance.rules.paths import Path, Value

Resolve: TypeAlias = Callable[[str], Path]
Holds: TypeAlias = Callable[[LoopInstance], bool]
ValueTest: TypeAlias = Callable[[str], bool]

_COMPARISONS: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_CLAUSE: Final = re.compile(
    r"(?P<path>\S+) (?P<verb>present|absent|unique|count (?:<=|>=|<|>|=)|longer than|not in|in|not matches|matches"
    r"|!=|<=|>=|=|<|>)(?: (?P<operand>.+))?"
)
_OTHER_PATH: Final = "path:"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause.

    Attributes:
        text: As the rule has it.
        path: What it is about.
        holds: Says whether it holds of a loop instance: on several values, of any of them.
        failing: Goes through the values that do not satisfy it; none for a clause about presence or number.
        presence: What `LoopInstance.seen` must have, and whether it must have or lack it; None where only values tell.
        is_told_by_presence: Whether `presence` alone says that it holds.
        test: Says of one value whether it makes the clause hold; None where one value cannot tell.
        passes: Says of one value whether it satisfies the clause; None where one value cannot tell.
    """

    text: str
    path: Path
    holds: Holds
    failing: Callable[[LoopInstance], Iterator[Value]]
    presence: tuple[int, bool] | None = None
    is_told_by_presence: bool = False
    test: ValueTest | None = None
    passes: ValueTest | None = None


def compile_clause(text: str, resolve: Resolve, lists: Mapping[str, frozenset[str]]) -> Clause:
    """Compile a clause.

    Raises:
        ValueError: It is malformed, or names a place that the guide lacks or a list that the file lacks.
    """
    matched = _CLAUSE.fullmatch(text)
    if matched is None:
        raise ValueError(f"{text!r} is no clause")
    path, verb, operand = resolve(matched["path"]), matched["verb"], matched["operand"] or ""
    if verb in ("present", "absent"):
        return _presence(text, path, wanted=verb == "present")
    if verb.startswith("count "):
        return Clause(text, path, _counted(path, verb.removeprefix("count "), operand), no_values)
    if verb == "unique":
        return _unique(text, path)
    if operand.startswith(_OTHER_PATH):
        return _compared(text, path, verb, resolve(operand.removeprefix(_OTHER_PATH)))
    if verb in _COMPARISONS and verb != "=":
        number_test = partial(_number_test, _COMPARISONS[verb], Decimal(operand))
        return _of_values(text, path, number_test(otherwise=False), number_test(otherwise=True))
    test = _value_test(text, verb, operand, lists)
    return _of_values(text, path, test, test)


def _presence(text: str, path: Path, *, wanted: bool) -> Clause:
    told_by_bits = bool(path.bits) and path.element is None and not path.qualifiers

    def holds(loop: LoopInstance) -> bool:
        return path.is_there(loop) is wanted

    presence = (path.bits, wanted) if path.bits and (wanted or told_by_bits) else None
    is_any = _is_any if wanted and path.element is not None else None
    return Clause(text, path, holds, no_values, presence, told_by_bits, test=is_any)


def _is_any(_value: str) -> bool:
    return True


def _counted(path: Path, sign: str, operand: str) -> Holds:
    compare, bound = _COMPARISONS[sign], Decimal(operand)

    def holds(loop: LoopInstance) -> bool:
        return compare(Decimal(sum(1 for _ in _ends(path, loop))), bound)

    return holds


def _ends(path: Path, loop: LoopInstance) -> Iterable[object]:
    """Return what a path ends at: loops, segments or values."""
    if not path.nodes:
        return path.loops(loop)
    return path.segments(loop) if path.element is None else path.values(loop)


def _unique(text: str, path: Path) -> Clause:
    def repeated(loop: LoopInstance) -> Iterator[Value]:
        seen: set[str] = set()
        for value in path.values(loop):
            if value.text in seen:
                yield value
            seen.add(value.text)

    def holds(loop: LoopInstance) -> bool:
        return not any(True for _ in repeated(loop))

    return Clause(text, path, holds, repeated, _needs(path))


def _compared(text: str, path: Path, verb: str, other: Path) -> Clause:
    if verb not in ("=", "!="):
        raise ValueError(f"paths are compared with = and !=, not {verb}")
    is_equal = verb == "="

    def others(loop: LoopInstance) -> set[str]:
        return {value.text for value in other.values(loop)}

    def failing(loop: LoopInstance) -> Iterator[Value]:
        values = list(path.values(loop))
        known = others(loop) if values else set()
        return (value for value in values if known and (value.text in known) is not is_equal)

    def holds(loop: LoopInstance) -> bool:
        values = list(path.values(loop))
        known = others(loop) if values else set()
        return bool(known) and any((value.text in known) is is_equal for value in values)

    return Clause(text, path, holds, failing, _needs(path))


def _of_values(text: str, path: Path, test: ValueTest, passes: ValueTest) -> Clause:
    """Make a clause of two tests: `passes` says whether a value is right, `test` whether it makes a rule apply."""
    values = path.values

    def holds(loop: LoopInstance) -> bool:
        return any(test(value.text) for value in values(loop))

    def failing(loop: LoopInstance) -> Iterator[Value]:
        return (value for value in values(loop) if not passes(value.text))

    return Clause(text, path, holds, failing, _needs(path), test=test, passes=passes)


def _needs(path: Path) -> tuple[int, bool] | None:
    return (path.bits, True) if path.bits else None


def no_values(_loop: LoopInstance) -> Iterator[Value]:
    """Go through nothing: no single value fails a clause about presence or number."""
    return iter(())


def _value_test(text: str, verb: str, operand: str, lists: Mapping[str, frozenset[str]]) -> ValueTest:
    if not operand:
        raise ValueError(f"{text!r} lacks what the value is compared with")
    if verb in ("in", "not in"):
        return _membership(operand, lists, wanted=verb == "in")
    if verb in ("matches", "not matches"):
        fullmatch, wanted = re.compile(operand).fullmatch, verb == "matches"
        return lambda value: (fullmatch(value) is not None) is wanted
    if verb == "longer than":
        most = int(operand)
        return lambda value: len(value) > most
    is_equal = verb == "="
    return lambda value: (value == operand) is is_equal


def _membership(operand: str, lists: Mapping[str, frozenset[str]], *, wanted: bool) -> ValueTest:
    codes: set[str] = set()
    for word in operand.split():
        if not word.startswith("@"):
            codes.add(word)
        elif word[1:] in lists:
            codes |= lists[word[1:]]
        else:
            raise ValueError(f"there is no list {word}")
    known = frozenset(codes)
    return lambda value: (value in known) is wanted


def _number_test(compare: Callable[[Decimal, Decimal], bool], bound: Decimal, *, otherwise: bool) -> ValueTest:
    """Make a test of numbers; a value that is none was told by its guide, and gives `otherwise`."""

    def test(value: str) -> bool:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return otherwise
        return compare(number, bound) if number.is_finite() else otherwise

    return test
