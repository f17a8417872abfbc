"""What exactly is wrong with the elements of one segment.

Asked only for segments that do not match their `patterns` expression: plain code, one rule after another, no
shortcuts. One wrong value gives one fault, so that one mistake in a file gives one finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from hpedi.guides.nodes import UNLIMITED, ElementRule, SegmentNode, SyntaxRule
from hpedi.guides.values import DATE_FORMAT_ELEMENT, DATE_PERIOD_ELEMENT, Alphabet, value_fault
from hpedi.x12.events import Delimiters

_NOT_LISTED: Final = "element-code"
_LONGEST_BAD_CODE: Final = 3
_MOST_CODES_NAMED: Final = 12


class Fault(NamedTuple):
    """One thing wrong with a segment's elements, without any value but a short code.

    Attributes:
        code: The finding kind.
        message: What is wrong and what to do.
        element: Position in the segment; None for the segment as a whole.
        component: Position in the composite, if that is the place.
        repetition: Which repetition, if the element repeats.
        data_element: Its number in the X12 dictionary.
        bad_code: See `Finding.bad_code`.
    """

    code: str
    message: str
    element: int | None = None
    component: int | None = None
    repetition: int | None = None
    data_element: str | None = None
    bad_code: str = ""


def segment_faults(node: SegmentNode, text: str, delimiters: Delimiters, alphabet: Alphabet) -> tuple[Fault, ...]:
    """Check a segment's elements against its rules.

    Args:
        node: Its place in the guide.
        text: The segment without terminator.
        delimiters: Of the interchange.
        alphabet: Of the interchange.

    Findings:
        trailing-delimiter and every kind whose name begins with element- or component-.
    """
    values = text.split(delimiters.element)[1:]
    while values and not values[-1]:
        values.pop()
    faults = list(_element_faults(node, values, delimiters, alphabet))
    told = {fault.element for fault in faults if fault.code == "element-missing"}
    faults += _syntax_faults(node, values, told)
    if text.endswith(delimiters.element) and all(element is None or element <= len(values) for element in told):
        faults.append(Fault("trailing-delimiter", "It ends with empty elements. Leave trailing separators out."))
    return tuple(faults)


def _element_faults(
    node: SegmentNode, values: Sequence[str], delimiters: Delimiters, alphabet: Alphabet
) -> Iterator[Fault]:
    last = max((rule.position for rule in node.elements), default=0)
    if len(values) > last:
        yield Fault(
            "element-extra",
            f"The segment has {len(values)} elements; {node.segment_id} has at most {last} here. Remove the others.",
            last + 1,
        )
    date_format = ""
    for rule in node.elements:
        value = values[rule.position - 1] if rule.position <= len(values) else ""
        yield from _value_faults(rule, value, date_format, delimiters, alphabet)
        date_format = value if rule.data_element == DATE_FORMAT_ELEMENT else ""


def _value_faults(
    rule: ElementRule, value: str, date_format: str, delimiters: Delimiters, alphabet: Alphabet
) -> Iterator[Fault]:
    """Check one element with all its repetitions."""
    if not value.strip(delimiters.component + delimiters.repetition):
        if rule.usage == "R":
            yield _fault("element-missing", rule)
        elif value:
            repeats_nothing = rule.repeat != 1 and not value.strip(delimiters.repetition)
            is_empty = rule.is_composite or repeats_nothing
            yield _fault("trailing-delimiter" if is_empty else "element-character", rule)
        return
    if rule.usage == "N":
        yield _fault("element-not-used", rule)
        return
    repetitions = value.split(delimiters.repetition) if delimiters.repetition else [value]
    if rule.repeat != UNLIMITED and len(repetitions) > rule.repeat:
        yield _fault("element-repeat", rule)
        repetitions = repetitions[: rule.repeat]
    for ordinal, repetition in enumerate(repetitions, start=1):
        number = ordinal if rule.repeat != 1 else None
        if rule.is_composite:
            faults = _composite_faults(rule, repetition, delimiters, alphabet)
        else:
            faults = _simple_faults(rule, repetition, date_format, alphabet)
        for fault in faults:
            yield fault._replace(repetition=number)


def _composite_faults(rule: ElementRule, value: str, delimiters: Delimiters, alphabet: Alphabet) -> Iterator[Fault]:
    values = value.split(delimiters.component)
    if not values[-1]:
        yield _fault("trailing-delimiter", rule)
    while values and not values[-1]:
        values.pop()
    last = max((part.position for part in rule.components), default=0)
    if len(values) > last:
        yield _fault("component-extra", rule)._replace(component=last + 1)
    date_format = ""
    for part in rule.components:
        component = values[part.position - 1] if part.position <= len(values) else ""
        if not component:
            faults = [_fault("element-missing", part)] if part.usage == "R" else []
        elif part.usage == "N":
            faults = [_fault("element-not-used", part)]
        else:
            faults = list(_simple_faults(part, component, date_format, alphabet))
        for fault in faults:
            yield fault._replace(element=rule.position, component=part.position)
        date_format = component if part.data_element == DATE_FORMAT_ELEMENT else ""


def _simple_faults(rule: ElementRule, value: str, date_format: str, alphabet: Alphabet) -> Iterator[Fault]:
    if not value:
        yield _fault("trailing-delimiter", rule)
        return
    wanted = date_format if rule.data_element == DATE_PERIOD_ELEMENT else ""
    code = value_fault(rule, value, wanted, alphabet)
    if code:
        tellable = code == _NOT_LISTED and rule.type == "ID" and _is_short_code(value)
        told = "external-code" if code == _NOT_LISTED and rule.code_set else code
        yield _fault(told, rule)._replace(bad_code=value if tellable else "")


def _is_short_code(value: str) -> bool:
    return len(value) <= _LONGEST_BAD_CODE and value.isascii() and value.isalnum() and value == value.upper()


def _syntax_faults(node: SegmentNode, values: Sequence[str], told: set[int | None]) -> Iterator[Fault]:
    """Check the conditions between elements, but for those about an element that is missing anyway."""
    filled = {position for position, value in enumerate(values, start=1) if value}
    names = {rule.position: rule for rule in node.elements}
    for rule in node.syntax:
        position = _broken_at(rule, filled)
        if position and told.isdisjoint(rule.positions):
            code = "element-exclusion" if rule.kind == "E" else "element-syntax"
            yield Fault(
                code,
                _SYNTAX_MESSAGES[rule.kind].format(", ".join(f"{node.segment_id}{at:02d}" for at in rule.positions)),
                position,
                data_element=names[position].data_element if position in names else None,
            )


_SYNTAX_MESSAGES: Final = {
    "P": "{} go together: send all of them or none.",
    "R": "At least one of {} is required.",
    "E": "At most one of {} may be sent.",
    "C": "Of {}, the first may only be sent with the others.",
    "L": "Of {}, the first may only be sent with at least one of the others.",
}


def _broken_at(rule: SyntaxRule, filled: set[int]) -> int:
    """Return the position where a syntax rule is broken, 0 if it holds."""
    there = [position for position in rule.positions if position in filled]
    absent = [position for position in rule.positions if position not in filled]
    if rule.kind == "P":
        return absent[0] if there and absent else 0
    if rule.kind == "R":
        return 0 if there else absent[0]
    if rule.kind == "E":
        return there[1] if len(there) > 1 else 0
    if rule.positions[0] not in filled:
        return 0
    if rule.kind == "C":
        return absent[0] if absent else 0
    return 0 if len(there) > 1 else rule.positions[1]


def _fault(code: str, rule: ElementRule) -> Fault:
    message = _MESSAGES[code].format(id=rule.id, name=rule.name, low=rule.min_length, high=rule.max_length)
    if code == _NOT_LISTED and rule.codes and len(rule.codes) <= _MOST_CODES_NAMED:
        message += f" Codes: {' '.join(sorted(rule.codes))}."
    return Fault(code, message, rule.position, data_element=rule.data_element or None)


_MESSAGES: Final = {
    "trailing-delimiter": "{id} ({name}) ends with empty parts. Leave trailing separators out.",
    "element-missing": "{id} ({name}) is required and empty. Send it.",
    "element-not-used": "{id} ({name}) is not used in this place of the guide. Leave it empty.",
    "element-repeat": "{id} ({name}) repeats too often. Send fewer repetitions.",
    "component-extra": "{id} ({name}) has too many components. Remove the extra ones.",
    "element-character": "{id} ({name}) has a character its type does not allow, or trailing spaces. Remove it.",
    "element-too-short": "{id} ({name}) is too short: {low} to {high} characters are allowed.",
    "element-too-long": "{id} ({name}) is too long: {low} to {high} characters are allowed.",
    "element-code": "{id} ({name}) is not a code of its list. Send one that is.",
    "external-code": "{id} ({name}) is not a code of its external code set. Send one that is.",
    "element-date": "{id} ({name}) is not a date in the stated format. Send one.",
    "element-time": "{id} ({name}) is not a time in the stated format. Send one.",
    "element-amount": "{id} ({name}) has a part of a cent. Send dollars with at most two decimals.",
    "element-pattern": "{id} ({name}) does not have its required form. Send it in that form.",
}
