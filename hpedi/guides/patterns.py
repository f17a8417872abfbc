"""One regular expression for all that a guide says of a segment's elements.

It accepts right segments only, in one match: usage, lengths, types, codes, dates, repetitions and the syntax rules
between elements. It need not accept every right one (an odd but legal pair of date elements): what it does not accept
is looked at again by `element_checks`, which alone decides and says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hpedi.guides.nodes import ElementRule, SegmentNode, SyntaxRule
from hpedi.guides.values import (
    DATE_FORMAT_ELEMENT,
    DATE_FORMATS,
    DATE_PERIOD_ELEMENT,
    Alphabet,
    value_pattern,
)
from hpedi.x12.events import Delimiters

_NEVER = "(?!)"


@dataclass(frozen=True, slots=True)
class _Part:
    """One place of a segment, or two neighbours that only make sense together (a date and its format).

    Attributes:
        filled: Expression for the part when it is not empty; `_NEVER` for one that is not used.
        empty: What stands there when it is: nothing, or the separator between two neighbours.
        required: Whether it may not be empty.
        positions: The positions it fills.
    """

    filled: str
    empty: str
    required: bool
    positions: tuple[int, ...]


def segment_pattern(node: SegmentNode, delimiters: Delimiters) -> re.Pattern[str]:
    """Compile the expression that a right segment fully matches."""
    alphabet = Alphabet.of(delimiters)
    conditions = [rule for rule in node.syntax if not _always_holds(rule, node.elements)]
    captured = {position for rule in conditions for position in rule.positions}
    separator = re.escape(delimiters.element)
    parts = list(_parts(node.elements, delimiters, alphabet, separator))
    body = _sequence(parts, separator, captured, leading=True)
    used = [part for part in parts if part.filled != _NEVER]
    groups = {position: part.positions[0] for part in used for position in part.positions}
    conditional = "".join(_condition(rule, groups) for rule in conditions)
    return re.compile(f"{node.segment_id}{body}(?<!{separator}){conditional}", re.ASCII)


def _parts(rules: Sequence[ElementRule], delimiters: Delimiters, alphabet: Alphabet, separator: str) -> Iterable[_Part]:
    """Cut the rules of a segment or composite into parts, one for every position up to the last."""
    by_position = {rule.position: rule for rule in rules}
    position, last = 1, max(by_position, default=0)
    while position <= last:
        rule, following = by_position.get(position), by_position.get(position + 1)
        if rule is None or rule.usage == "N":
            yield _Part(_NEVER, "", required=False, positions=(position,))
        elif following is not None and _are_date(rule, following):
            filled = _dated(rule, separator)
            yield _Part(filled, separator, required=following.usage == "R", positions=(position, position + 1))
            position += 1
        else:
            filled = _repeated(rule, delimiters, alphabet)
            yield _Part(filled, "", required=rule.usage == "R", positions=(position,))
        position += 1


def _are_date(rule: ElementRule, following: ElementRule) -> bool:
    """Say whether two neighbours are a date format and a date whose every allowed format we know."""
    return (
        (rule.data_element, following.data_element) == (DATE_FORMAT_ELEMENT, DATE_PERIOD_ELEMENT)
        and following.usage != "N"
        and following.codes is None
        and following.pattern is None
        and rule.codes is not None
        and rule.codes <= DATE_FORMATS.keys()
    )


def _dated(rule: ElementRule, separator: str) -> str:
    formats = sorted(rule.codes or ())
    return f"(?:{'|'.join(f'{code}{separator}{DATE_FORMATS[code]}' for code in formats)})"


def _repeated(rule: ElementRule, delimiters: Delimiters, alphabet: Alphabet) -> str:
    once = _composite(rule, delimiters, alphabet) if rule.is_composite else value_pattern(rule, alphabet)
    if rule.repeat == 1 or not delimiters.repetition:
        return f"(?:{once})"
    most = f"0,{rule.repeat - 1}" if rule.repeat else "0,"
    return f"(?:{once})(?:{re.escape(delimiters.repetition)}(?:{once})){{{most}}}"


def _composite(rule: ElementRule, delimiters: Delimiters, alphabet: Alphabet) -> str:
    separator = re.escape(delimiters.component)
    parts = list(_parts(rule.components, delimiters, alphabet, separator))
    not_empty = f"(?=[^{re.escape(delimiters.element + delimiters.repetition)}])"
    return f"{not_empty}{_sequence(parts, separator, set(), leading=False)}(?<!{separator})"


def _sequence(parts: Sequence[_Part], separator: str, captured: set[int], *, leading: bool) -> str:
    """Join parts so that trailing ones may be left out, working from the last to the first."""
    rest, mandatory = "", False
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        before = separator if leading or index else ""
        filled = part.filled
        if captured.intersection(part.positions):
            filled = f"(?P<e{part.positions[0]}>{filled})"
        if part.required:
            rest, mandatory = f"{before}{filled}{rest}", True
        elif mandatory:
            rest = f"{before}{_either(filled, part)}{rest}"
        elif rest or part.filled != _NEVER:
            rest = f"(?:{before}{_either(filled, part)}{rest}|)"
    return rest


def _either(filled: str, part: _Part) -> str:
    if part.filled == _NEVER:
        return part.empty
    return f"(?:{filled}|{part.empty})"


def _always_holds(rule: SyntaxRule, elements: Sequence[ElementRule]) -> bool:
    """Say whether usage alone, which is checked anyway, makes a syntax rule hold."""
    usage = {element.position: element.usage for element in elements}
    used = [usage.get(position, "N") for position in rule.positions]
    if rule.kind == "P":
        return len(set(used)) == 1 and used[0] != "S"
    if rule.kind == "R":
        return "R" in used
    if rule.kind == "E":
        return sum(use != "N" for use in used) <= 1
    if rule.kind == "C":
        return used[0] == "N" or all(use == "R" for use in used[1:])
    return used[0] == "N" or "R" in used[1:]


def _condition(rule: SyntaxRule, groups: dict[int, int]) -> str:
    """Write a syntax rule as conditions on what was captured; elements the guide does not use are never there."""
    first, *others = rule.positions
    if rule.kind == "P":
        return _if(groups, first, _all(groups, others), _none(groups, others))
    if rule.kind == "R":
        return _any(groups, rule.positions)
    if rule.kind == "E":
        return _at_most_one(groups, rule.positions)
    return _if(groups, first, _all(groups, others) if rule.kind == "C" else _any(groups, others), "")


def _if(groups: dict[int, int], position: int, then: str, otherwise: str) -> str:
    return f"(?(e{groups[position]}){then}|{otherwise})" if position in groups else otherwise


def _all(groups: dict[int, int], positions: Sequence[int]) -> str:
    return "".join(_if(groups, position, "", _NEVER) for position in positions)


def _none(groups: dict[int, int], positions: Sequence[int]) -> str:
    return "".join(_if(groups, position, _NEVER, "") for position in positions)


def _any(groups: dict[int, int], positions: Sequence[int]) -> str:
    if not positions:
        return _NEVER
    return _if(groups, positions[0], "", _any(groups, positions[1:]))


def _at_most_one(groups: dict[int, int], positions: Sequence[int]) -> str:
    if not positions:
        return ""
    return _if(groups, positions[0], _none(groups, positions[1:]), _at_most_one(groups, positions[1:]))
