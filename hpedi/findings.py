"""What is wrong with data, as a value.

A `Finding` says what, where and what to do. It carries positions and codes, never the value of an element: values are
PHI. The kinds of finding are listed once: in `finding_kinds`, and those of rules in mappings/acceptance and
mappings/companion. A bug is an exception and never becomes a finding; the world failing (disk, database, network) is
`Unavailable`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final


class Severity(StrEnum):
    """How much a finding weighs: an error refuses the smallest unit that holds it, a warning is only reported."""

    ERROR = "error"
    WARNING = "warning"


class Unavailable(Exception):
    """The world failed (disk full, database locked, link down): nothing is wrong with the data; try again later."""


MASKED: Final = "?"
_CONTROL_NUMBERS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "interchange": re.compile("[0-9]{0,9}"),
        "group": re.compile("[0-9]{0,9}"),
        "transaction_set": re.compile("[0-9]{0,9}|[!-~][ -~]{2,7}[!-~]"),
    }
)
"""The forms of ISA13, GS06 and ST02, shorter numbers among them."""


def shown_control_number(unit: str, sent: str) -> str:
    """Return a control number as it may be shown: as sent where it has its form, else masked, for it may be PHI.

    Args:
        unit: Whose: interchange, group or transaction_set.
        sent: The number.
    """
    return sent if _CONTROL_NUMBERS[unit].fullmatch(sent) else MASKED


@lru_cache(maxsize=256)
def _are_shown(*sent: str | None) -> bool:
    """Say whether the control numbers of a place may be shown as sent; remembered, for findings come in runs."""
    numbers = zip(_CONTROL_NUMBERS, sent, strict=True)
    return all(number is None or shown_control_number(unit, number) == number for unit, number in numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The place of a finding, as far down as it is known. Control numbers that are malformed are masked.

    Attributes:
        file: Our own identifier of the file (its name as given on the command line, never derived from its content).
        interchange: ISA13.
        group: GS06.
        transaction_set: ST02.
        segment_id: The segment's id, for example NM1.
        segment: Position in the transaction set, ST being 1 (what IK302 carries); None outside a set.
        byte_offset: Offset in the file of the segment's first byte.
        loop: Loop id, for example 2010AA.
        element: Element position in the segment, from 1.
        component: Component position in the element, from 1.
        repetition: Which repetition of the element, from 1; None where it does not repeat.
        data_element: X12 data element number, for IK402.
        line: Line of a reference file, from 1.
    """

    file: str | None = None
    interchange: str | None = None
    group: str | None = None
    transaction_set: str | None = None
    segment_id: str | None = None
    segment: int | None = None
    byte_offset: int | None = None
    loop: str | None = None
    element: int | None = None
    component: int | None = None
    repetition: int | None = None
    data_element: str | None = None
    line: int | None = None

    def __post_init__(self) -> None:
        """Mask malformed control numbers."""
        if _are_shown(self.interchange, self.group, self.transaction_set):
            return
        for unit in _CONTROL_NUMBERS:
            sent = getattr(self, unit)
            if sent is not None:
                object.__setattr__(self, unit, shown_control_number(unit, sent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What is sent back for a kind of finding; IK304 goes with IK403, and either may go with a status: see `verdicts`.

    Attributes:
        ta105: Interchange note code.
        ak905: Functional group syntax error code.
        ik502: Transaction set syntax error code.
        ik304: Segment syntax error code.
        ik403: Element syntax error code.
        status: 277CA category, status code and, where the code asks for one, entity code: ("A7", "562", "85").
    """

    ta105: str = ""
    ak905: str = ""
    ik502: str = ""
    ik304: str = ""
    ik403: str = ""
    status: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKind:
    """A kind of finding.

    Attributes:
        code: Its name in --json and docs/findings.
        snip: WEDI SNIP level 1-7; 0 for what is not about X12 (reference files, receipt).
        severity: The usual weight.
        title: What is wrong, in a few words.
        remedy: What to do.
        sent: What is sent back.
        rule: Id of the rule in mappings that it comes from; empty for what is no rule there.
    """

    code: str
    snip: int
    severity: Severity
    title: str
    remedy: str
    sent: Sent
    rule: str = ""

    @property
    def advice(self) -> str:
        """What is wrong and what to do, in words."""
        return f"{self.title}. {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong with data.

    Attributes:
        kind: What kind it is.
        severity: Its weight here; a guide or partner may weigh a kind differently.
        where: Its place.
        message: What is wrong and what to do, in a sentence or two, without any element value.
        source: Guide and section, rule file or statute that says so; empty if plain from the kind.
        bad_code: For an IK404 copy only: a coded (ID) element of at most three upper-case letters or digits that is
            not in its list. Anything longer may be PHI and stays out.
        trigger: The place of what makes a situational rule apply, for the CTX of a 999; None where there is none.
    """

    kind: FindingKind
    severity: Severity
    where: Where
    message: str
    source: str = ""
    bad_code: str = ""
    trigger: Where | None = None

    @property
    def code(self) -> str:
        """The code of its kind."""
        return self.kind.code

    @property
    def is_error(self) -> bool:
        """Say whether the unit holding this finding is refused."""
        return self.severity is Severity.ERROR

    def within(self, **places: str | int | None) -> Finding:
        """Return the finding with parts of its place filled in by someone who knows more."""
        return replace(self, where=replace(self.where, **places))  # type: ignore[arg-type]
