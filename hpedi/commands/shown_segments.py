"""Segments as `hpedi view` shows them: elements named, dates and amounts readable, values hidden if asked.

A value that is not one of a list of codes counts as private, wherever it stands; so does all that the guide does not
know. Codes are shown as sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from hpedi.acceptance.outline import Branch, BranchKind, OutlinedSegment
from hpedi.findings import Finding, Severity
from hpedi.guides.nodes import ElementRule
from hpedi.guides.values import DATE_FORMAT_ELEMENT, DATE_PERIOD_ELEMENT
from hpedi.x12.events import Delimiters

HIDDEN: Final = "(hidden)"

_AMOUNT_ELEMENT: Final = "782"
_AMOUNT: Final = re.compile(r"-?\d{1,15}(\.\d{1,2})?|-?\.\d{1,2}")
_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME: Final = re.compile(r"(\d{2})(\d{2})(\d{2})?(\d{1,2})?")
_DATE_TIME: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?")
_SEGMENT_ID: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_ENVELOPE_CODE: Final = re.compile(r"[A-Z0-9]{1,2}|\d{5,6}(X\d{3}(A\d)?)?")
_SHORT_DATE: Final = re.compile(r"(\d{2})(\d{2})(\d{2})")
_ENVELOPE_MOMENTS: Final = {"ISA09": _SHORT_DATE, "ISA10": _TIME, "GS04": _DATE, "GS05": _TIME}
_PERIODS: Final = {
    "D8": _DATE,
    "RD8": _DATE,
    "DT": _DATE_TIME,
    "RDT": _DATE_TIME,
    "DTS": _DATE_TIME,
    "TM": _TIME,
    "TS": _TIME,
    "RTM": _TIME,
}
"""Codes of data element 1250 and how a date or time of its 1251 is written; ranges have two with a hyphen."""


@dataclass(frozen=True, slots=True)
class _EnvelopeSegment:
    """A segment around the sets: its name, its elements' names, and which elements are codes."""

    name: str
    elements: tuple[str, ...]
    codes: frozenset[int] = frozenset()


_ENVELOPE: Final = {
    "ISA": _EnvelopeSegment(
        "Interchange Control Header",
        (
            "Authorization Information Qualifier",
            "Authorization Information",
            "Security Information Qualifier",
            "Security Information",
            "Interchange ID Qualifier",
            "Interchange Sender ID",
            "Interchange ID Qualifier",
            "Interchange Receiver ID",
            "Interchange Date",
            "Interchange Time",
            "Repetition Separator",
            "Interchange Control Version Number",
            "Interchange Control Number",
            "Acknowledgment Requested",
            "Interchange Usage Indicator",
            "Component Element Separator",
        ),
        frozenset({1, 3, 5, 7, 12, 14, 15}),
    ),
    "GS": _EnvelopeSegment(
        "Functional Group Header",
        (
            "Functional Identifier Code",
            "Application Sender's Code",
            "Application Receiver's Code",
            "Date",
            "Time",
            "Group Control Number",
            "Responsible Agency Code",
            "Version, Release, Industry Identifier Code",
        ),
        frozenset({1, 7, 8}),
    ),
    "TA1": _EnvelopeSegment(
        "Interchange Acknowledgment",
        (
            "Interchange Control Number",
            "Interchange Date",
            "Interchange Time",
            "Interchange Acknowledgment Code",
            "Interchange Note Code",
        ),
        frozenset({4}),
    ),
    "GE": _EnvelopeSegment("Functional Group Trailer", ("Number of Transaction Sets", "Group Control Number")),
    "IEA": _EnvelopeSegment("Interchange Control Trailer", ("Number of Groups", "Interchange Control Number")),
}
_NO_NAMES: Final = _EnvelopeSegment("", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownElement:
    """An element or component that is sent: NM109, CLM05-02, HI02-01; a repeated one with its number."""

    id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """A finding in its place; it never holds a value."""

    code: str
    severity: Severity
    place: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSegment:
    """A segment; `position` in its set from 1, None in the envelope."""

    id: str
    name: str
    position: int | None
    elements: tuple[ShownElement, ...]
    findings: tuple[ShownFinding, ...]


def shown_heading(branch: Branch, *, mask: bool) -> str:
    """Return what a branch is headed with; control numbers are hidden with the other values."""
    if branch.kind is BranchKind.LOOP:
        return f"{branch.id} {branch.name}"
    words = (branch.kind, branch.name, "" if mask else printable(branch.id).strip())
    return " ".join(word for word in words if word)


def shown_segment(segment: OutlinedSegment, delimiters: Delimiters, *, mask: bool) -> ShownSegment:
    """Return a segment as it is shown."""
    segment_id = segment.elements[0]
    node = segment.node
    name = _ENVELOPE.get(segment_id, _NO_NAMES).name if segment.position is None else "" if node is None else node.name
    if segment.position is None:
        elements = tuple(_of_envelope(segment, mask=mask))
    else:
        elements = tuple(_Elements(segment, delimiters, mask=mask).shown())
    return ShownSegment(
        id=HIDDEN if mask and not _SEGMENT_ID.fullmatch(segment_id) else printable(segment_id),
        name=name,
        position=segment.position,
        elements=elements,
        findings=tuple(shown_finding(finding) for finding in segment.findings),
    )


def shown_finding(finding: Finding) -> ShownFinding:
    """Return a finding as it is shown."""
    where = finding.where
    segment = "" if where.segment is None else f"segment {where.segment}"
    element = "" if where.element is None else f"{where.element:02d}"
    component = "" if where.component is None else f"-{where.component:02d}"
    repetition = "" if where.repetition is None else f" ({where.repetition})"
    at = f"{where.segment_id or ''}{element}{component}{repetition}" if where.element is not None else ""
    place = ", ".join(word for word in (segment, printable(at)) if word)
    return ShownFinding(code=finding.code, severity=finding.severity, place=place, message=printable(finding.message))


def printable(text: str) -> str:
    """Return a text without what a terminal would obey: control characters as backslash escapes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def _of_envelope(segment: OutlinedSegment, *, mask: bool) -> Iterator[ShownElement]:
    segment_id = segment.elements[0]
    known = _ENVELOPE.get(segment_id, _NO_NAMES)
    for position, value in enumerate(segment.elements[1:], start=1):
        if not value.strip():
            continue
        name = known.elements[position - 1] if position <= len(known.elements) else ""
        at = f"{segment_id}{position:02d}"
        sent = _moment(_ENVELOPE_MOMENTS[at], value) if at in _ENVELOPE_MOMENTS else value.rstrip()
        is_shown = not mask or (position in known.codes and _ENVELOPE_CODE.fullmatch(value))
        yield ShownElement(id=at, name=name, value=printable(sent) if is_shown else HIDDEN)


class _Elements:
    """The elements of a segment of a set."""

    def __init__(self, segment: OutlinedSegment, delimiters: Delimiters, *, mask: bool) -> None:
        self._segment = segment
        self._delimiters = delimiters
        self._mask = mask
        self._rules = {} if segment.node is None else {rule.position: rule for rule in segment.node.elements}
        self._date_format = ""

    def shown(self) -> Iterator[ShownElement]:
        """Yield what is sent, in order."""
        segment_id = self._segment.elements[0]
        prefix = HIDDEN if self._mask and not _SEGMENT_ID.fullmatch(segment_id) else printable(segment_id)
        separator = self._delimiters.repetition
        for position, whole in enumerate(self._segment.elements[1:], start=1):
            values = whole.split(separator) if separator else [whole]
            for repetition, value in enumerate(values, start=1):
                number = f" ({repetition})" if len(values) > 1 else ""
                yield from self._element(f"{prefix}{position:02d}", number, self._rules.get(position), value)

    def _element(self, at: str, number: str, rule: ElementRule | None, value: str) -> Iterator[ShownElement]:
        parts = value.split(self._delimiters.component)
        if len(parts) == 1 and not (rule is not None and rule.is_composite):
            yield from self._value(at + number, rule, value)
            return
        rules = {} if rule is None else {component.position: component for component in rule.components}
        for position, part in enumerate(parts, start=1):
            yield from self._value(f"{at}-{position:02d}{number}", rules.get(position), part)

    def _value(self, at: str, rule: ElementRule | None, value: str) -> Iterator[ShownElement]:
        if rule is not None and rule.data_element == DATE_FORMAT_ELEMENT:
            self._date_format = value
        if value:
            yield ShownElement(id=at, name="" if rule is None else rule.name, value=self._shown_value(rule, value))

    def _shown_value(self, rule: ElementRule | None, value: str) -> str:
        is_code = rule is not None and rule.codes is not None and value in rule.codes
        if self._mask and not is_code:
            return HIDDEN
        return printable(value if rule is None or is_code else _readable(rule, value, self._date_format))


def _readable(rule: ElementRule, value: str, date_format: str) -> str:
    """Return a date, time or amount as people write it; any other value, and any wrong one, as sent."""
    if rule.data_element == DATE_PERIOD_ELEMENT and date_format in _PERIODS:
        form = _PERIODS[date_format]
        return " to ".join(_moment(form, part) for part in value.split("-"))
    if rule.type == "DT":
        return _moment(_DATE, value)
    if rule.type == "TM":
        return _moment(_TIME, value)
    if rule.data_element == _AMOUNT_ELEMENT and _AMOUNT.fullmatch(value):
        return f"{Decimal(value):,.2f}"
    return value


def _moment(form: re.Pattern[str], value: str) -> str:
    fits = form.fullmatch(value)
    if fits is None:
        return value
    parts = [part for part in fits.groups() if part]
    if form is _TIME:
        return ":".join(parts)
    if form is not _SHORT_DATE and not _is_day(*(int(part) for part in parts[:3])):
        return value
    return "-".join(parts[:3]) + (" " + ":".join(parts[3:]) if parts[3:] else "")


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
