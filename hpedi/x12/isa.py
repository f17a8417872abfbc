"""The ISA segment: found in text, read with its delimiters, checked.

ISA has a fixed form of 106 bytes that declares the delimiters by position. One that lost its padding is read all the
same (and found malformed), so that a TA1 can answer it. Source: TR3 appendix C.1 Interchange Control Header; TA105
codes from the guides fact table ta1_codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Severity, Where
from hpedi.x12.events import Delimiters

WIDTHS: Final = (3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
"""Width of ISA00 to ISA16."""

HEADER_REACH: Final = 700
"""No ISA that we read is longer, whatever its padding; the two bytes after it are included."""

ID_QUALIFIERS: Final = ("01", "14", "20", "27", "28", "29", "30", "33", "ZZ")
"""ISA05 and ISA07."""

FIRST_VERSION_WITH_REPETITION: Final = "00402"

STANDARDS_ID_BEFORE: Final = "U"
"""ISA11 of older versions: still sent by many with 00501, and harmless where nothing repeats; only warned of."""

_SEPARATOR: Final = r"(?P<separator>[^0-9A-Za-z \r\n\x00])"
_ELEMENT_CHARACTER: Final = r"(?:(?!(?P=separator))[^\r\n])"
_FIXED_FORM: Final = (
    _SEPARATOR
    + "".join(f"{_ELEMENT_CHARACTER}{{{width}}}(?P=separator)" for width in WIDTHS[1:-1])
    + r".[^0-9A-Za-z \x00]"
)
_LOOSE_FORM: Final = rf"{_SEPARATOR}(?:{_ELEMENT_CHARACTER}{{0,40}}(?P=separator)){{15}}(.)(.)"
_FIXED: Final = re.compile("ISA" + _FIXED_FORM, re.DOTALL)
_LOOSE: Final = re.compile("ISA" + _LOOSE_FORM, re.DOTALL)
_NOT_A_DELIMITER: Final = re.compile(r"[0-9A-Za-z \x00]")


@dataclass(frozen=True, slots=True)
class Header:
    """An ISA as read.

    Attributes:
        elements: ISA00 to ISA16, blanks kept.
        delimiters: Those it declares; the repetition separator empty if ISA11 cannot be one.
        end: Index in the text of the first character after its terminator.
    """

    elements: tuple[str, ...]
    delimiters: Delimiters
    end: int

    @property
    def is_readable(self) -> bool:
        """Say whether segments and elements can be told apart by what this ISA declares."""
        used = (self.delimiters.element, self.delimiters.component, self.delimiters.segment)
        return _are_distinct(used) and not any(_NOT_A_DELIMITER.match(each) for each in used)


def read_header(text: str, at: int) -> Header | None:
    """Read the ISA that starts at an index, padded or not; None if what stands there is no ISA."""
    match = _LOOSE.match(text, at)
    if match is None or _is_torn(text, match):
        return None
    element, component, segment = match.groups()
    elements = tuple(text[at : match.end() - 1].split(element, len(WIDTHS) - 1))
    used = (element, component, segment)
    separates = elements[11] not in used and len(elements[11]) == 1 and not _NOT_A_DELIMITER.match(elements[11])
    repetition = elements[11] if separates else ""
    return Header(elements, Delimiters(element, component, repetition, segment), match.end())


def _is_torn(text: str, loose: re.Match[str]) -> bool:
    """Say whether what looks like an unpadded ISA runs into a whole one."""
    if is_fixed_header(text, loose.start()):
        return False
    fixed = _FIXED.search(text, loose.start() + 1, loose.end() + sum(WIDTHS) + len(WIDTHS))
    return fixed is not None and fixed.start() < loose.end()


def find_header(text: str, start: int, terminator: str) -> int:
    """Return the index of the next plausible ISA, or -1.

    Plausible is the fixed form anywhere, and the unpadded form at the start of a line or after a terminator.

    Args:
        text: Where to look.
        start: First index to look at.
        terminator: The segment terminator in use before, or empty.
    """
    for candidate in _candidates(terminator).finditer(text, start):
        if is_fixed_header(text, candidate.start()) or read_header(text, candidate.start()):
            return candidate.start()
    return -1


def is_fixed_header(text: str, at: int) -> bool:
    """Say whether an ISA of the fixed form starts at an index."""
    return _FIXED.match(text, at) is not None


@lru_cache(maxsize=256)
def _candidates(terminator: str) -> re.Pattern[str]:
    """Make the search for an ISA of the fixed form, or of the loose form behind a line break or terminator."""
    loose = _LOOSE_FORM.replace("separator", "loose_separator")
    behind = rf"(?<=[\r\n{re.escape(terminator)}]ISA)"
    return re.compile(f"ISA(?:(?={_FIXED_FORM})|{behind}(?={loose}))", re.DOTALL)


def _are_distinct(delimiters: Sequence[str]) -> bool:
    return len(set(delimiters)) == len(delimiters)


def _one_of(*codes: str) -> Callable[[str], bool]:
    return frozenset(codes).__contains__


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{6}", text):
        return False
    try:
        date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return False
    return True


def _is_filled(text: str) -> bool:
    return bool(text.strip())


def _form(pattern: str) -> Callable[[str], bool]:
    match = re.compile(pattern).fullmatch
    return lambda text: match(text) is not None


_is_id_qualifier: Final = _one_of(*ID_QUALIFIERS)

_CHECKS: Final[tuple[tuple[int, Callable[[str], bool], str], ...]] = (
    (1, _one_of("00", "03"), "isa-authorization-qualifier"),
    (3, _one_of("00", "01"), "isa-security-qualifier"),
    (5, _is_id_qualifier, "isa-sender-qualifier"),
    (6, _is_filled, "isa-sender-missing"),
    (7, _is_id_qualifier, "isa-receiver-qualifier"),
    (8, _is_filled, "isa-receiver-missing"),
    (9, _is_date, "isa-date"),
    (10, _form("([01][0-9]|2[0-3])[0-5][0-9]"), "isa-time"),
    (12, _one_of("00501"), "isa-version"),
    (13, _form("(?!0{9})[0-9]{9}"), "isa-control-number"),
    (14, _one_of("0", "1"), "isa-acknowledgment-requested"),
    (15, _one_of("P", "T"), "isa-usage"),
)

_ANNOUNCED: Final = ((1, "03", 2, "isa-authorization-missing"), (3, "01", 4, "isa-security-missing"))
"""Element and code that announce a value, the element of the value, and the kind of finding where it is blank."""


def check_isa(header: Header, where: Where) -> Iterator[Finding]:
    """Check the elements and delimiters of an ISA.

    Args:
        header: The ISA as read.
        where: Its place, segment id and offset filled in.

    Findings:
        isa-malformed, delimiters-not-distinct, isa-segment-terminator, isa-component-separator,
        isa-repetition-separator, and one kind for each of ISA01 to ISA10 and ISA12 to ISA15.
    """
    yield from _check_delimiters(header, where)
    for announcing, code_sent, element, code in _ANNOUNCED:
        if header.elements[announcing] == code_sent and not _is_filled(header.elements[element]):
            yield found(code, replace(where, element=element))
    for element, is_right, code in _CHECKS:
        if not is_right(header.elements[element]):
            yield found(code, replace(where, element=element))


def _check_delimiters(header: Header, where: Where) -> Iterator[Finding]:
    delimiters = header.delimiters
    if tuple(map(len, header.elements)) != WIDTHS:
        yield found("isa-malformed", where)
    elif _NOT_A_DELIMITER.match(delimiters.segment):
        yield found("isa-segment-terminator", where)
    if not _are_distinct((delimiters.element, delimiters.component, delimiters.segment)):
        yield found("delimiters-not-distinct", where)
    if _NOT_A_DELIMITER.match(delimiters.component):
        yield found("isa-component-separator", replace(where, element=16))
    if header.elements[12] >= FIRST_VERSION_WITH_REPETITION and not delimiters.repetition:
        severity = Severity.WARNING if header.elements[11] == STANDARDS_ID_BEFORE else Severity.ERROR
        yield found("isa-repetition-separator", replace(where, element=11), severity=severity)
