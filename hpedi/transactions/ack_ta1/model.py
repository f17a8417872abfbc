"""The TA1 as a model, and how findings make one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hpedi.findings import Finding

NO_ERROR = "000"
_HEADER = "ISA"
_ACCEPTED, _ERRORS_NOTED, _REJECTED = "A", "E", "R"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeAcknowledgment:
    """One TA1."""

    control_number: str  # TA101 = ISA13
    date: str  # TA102 = ISA09
    time: str  # TA103 = ISA10
    code: str  # TA104: A, E or R
    note: str  # TA105


def build_interchange_acknowledgment(
    isa: Sequence[str], findings: Iterable[Finding], *, answered: datetime
) -> InterchangeAcknowledgment:
    """Build the answer to an interchange.

    Args:
        isa: ISA00 to ISA16 as sent. A control number, date or time that TA1 could not carry is not copied.
        findings: Those of the interchange; the ones whose kinds have no TA105 are left out.
        answered: The moment of the answer, for ISA09 and ISA10 that are no date and time.
    """
    code, note = codes_of(findings)
    return InterchangeAcknowledgment(
        control_number=isa[13] if _is_digits(isa[13], 9) else "0" * 9,
        date=isa[9] if _is_moment(isa[9], "%y%m%d") else f"{answered:%y%m%d}",
        time=isa[10] if _is_moment(isa[10], "%H%M") else f"{answered:%H%M}",
        code=code,
        note=note,
    )


def codes_of(findings: Iterable[Finding]) -> tuple[str, str]:
    """Return TA104 and TA105 of an interchange with these findings: the first error, else the first warning.

    Those of ISA come first, in the order of its elements: a qualifier that is no code before the party that it names.
    """
    code, note = _ACCEPTED, NO_ERROR
    for finding in sorted(findings, key=_place):
        ta105 = finding.kind.sent.ta105
        if ta105 and finding.is_error:
            return _REJECTED, ta105
        if ta105 and code == _ACCEPTED:
            code, note = _ERRORS_NOTED, ta105
    return code, note


def _place(finding: Finding) -> tuple[bool, int]:
    where = finding.where
    is_of_header = where.segment_id == _HEADER
    return (not is_of_header, (where.element or 0) if is_of_header else 0)


def _is_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _is_moment(text: str, form: str) -> bool:
    try:
        return f"{datetime.strptime(text, form):{form}}" == text  # noqa: DTZ007  a form, not a moment
    except ValueError:
        return False
