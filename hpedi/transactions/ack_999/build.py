"""From findings to the models of a 999. Which unit a finding refuses is not decided here but handed in as codes.

The codes come from the `sent` columns of `finding_kinds`. A finding whose kind sends no code to this level is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from hpedi.findings import Finding, Sent, Where
from hpedi.transactions.ack_999.headers import SetHeader
from hpedi.transactions.ack_999.model import (
    BusinessUnit,
    ElementError,
    SegmentError,
    SituationalTrigger,
    TransactionSetAcknowledgment,
)

DEFAULT_SEGMENT_ERRORS = 1000
REASONS_SENT = 5
BUSINESS_UNIT_LENGTH = 35
LOOP_LENGTH = 4
SEGMENT_TRIGGERS, ELEMENT_TRIGGERS = 9, 10
"""At most so many CTX name triggers behind an IK3 and behind an IK4."""

_ELEMENT_ERRORS = "8"
_SEGMENTS_IN_ERROR, _IMPLEMENTATION_ERRORS = "5", "I5"
_SEGMENT_ID, _NO_SEGMENT_ID = re.compile("[A-Z0-9]{2,3}"), "ZZZ"
_TABLES_NOT_LOOPS = frozenset({"HEADER", "DETAIL", "FOOTER"})


def build_set_acknowledgment(
    header: SetHeader,
    *,
    code: str,
    findings: Iterable[Finding],
    business_unit_at: Callable[[int], BusinessUnit | None] = lambda _position: None,
    segment_errors: int = DEFAULT_SEGMENT_ERRORS,
    left_off: int = 0,
) -> TransactionSetAcknowledgment:
    """Build the answer to one transaction set.

    Args:
        header: The headers answered.
        code: IK501: A, E or R.
        findings: Those of the set, in any order.
        business_unit_at: The business unit that a segment position lies in.
        segment_errors: At most so many IK3 are sent.
        left_off: Findings that were counted but not kept.

    Source: 005010X231A1 AK2, IK3, CTX, IK4, IK5.
    """
    sent = [(finding, finding.kind.sent) for finding in findings]
    errors = _segment_errors([pair for pair in sent if pair[1].ik304], business_unit_at)
    return TransactionSetAcknowledgment(
        set_id=header.set_id_answered,
        control_number=header.control_number_answered,
        version=header.version_answered,
        code=code,
        segment_errors=tuple(errors[:segment_errors]),
        reasons=_set_reasons([codes for _, codes in sent], errors),
        left_off=left_off + max(0, len(errors) - segment_errors),
    )


def group_reasons(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the distinct AK905 codes of a group's findings, in the order found, at most five."""
    codes = (finding.kind.sent.ak905 for finding in findings)
    return tuple(dict.fromkeys(code for code in codes if code))[:REASONS_SENT]


def _set_reasons(sent: Sequence[Sent], errors: Sequence[SegmentError]) -> tuple[str, ...]:
    codes = dict.fromkeys(codes.ik502 for codes in sent if codes.ik502)
    for error in errors:
        codes_of_error = {error.code, *(element.code for element in error.elements)}
        implementation = {code for code in codes_of_error if code.startswith("I")}
        if codes_of_error - implementation:
            codes.setdefault(_SEGMENTS_IN_ERROR)
        if implementation:
            codes.setdefault(_IMPLEMENTATION_ERRORS)
    return tuple(codes)[:REASONS_SENT]


def _segment_errors(
    sent: Sequence[tuple[Finding, Sent]], business_unit_at: Callable[[int], BusinessUnit | None]
) -> list[SegmentError]:
    """Put findings of the same segment and code into one IK3, in the order of the segments."""
    ordered = sorted(sent, key=_segment_key)
    return [
        _segment_error(key, [finding for finding, _ in same], business_unit_at)
        for key, same in groupby(ordered, key=_segment_key)
    ]


def _segment_key(pair: tuple[Finding, Sent]) -> tuple[int, str, str, str]:
    finding, sent = pair
    where = finding.where
    return (where.segment or 1, where.segment_id or "", sent.ik304, where.loop or "")


def _segment_error(
    key: tuple[int, str, str, str],
    findings: Sequence[Finding],
    business_unit_at: Callable[[int], BusinessUnit | None],
) -> SegmentError:
    position, segment_id, code, loop = key
    is_of_elements = code == _ELEMENT_ERRORS
    return SegmentError(
        segment_id=_segment_id(segment_id),
        position=position,
        loop=_loop(loop),
        code=code,
        triggers=() if is_of_elements else _triggers(findings, SEGMENT_TRIGGERS),
        business_unit=business_unit_at(position),
        elements=_element_errors(findings) if is_of_elements else (),
    )


def _element_errors(findings: Sequence[Finding]) -> tuple[ElementError, ...]:
    """Put findings of the same place and code into one IK4, in the order of the places."""
    ordered = sorted(findings, key=_element_key)
    return tuple(_element_error(list(same)) for _, same in groupby(ordered, key=_element_key))


def _element_key(finding: Finding) -> tuple[int, int, int, str]:
    where = finding.where
    return (where.element or 1, where.repetition or 0, where.component or 0, finding.kind.sent.ik403)


def _element_error(findings: Sequence[Finding]) -> ElementError:
    first = findings[0]
    where = first.where
    data_element = where.data_element or ""  # of a composite a name like C003, which IK402 cannot carry
    return ElementError(
        position=where.element or 1,
        component=where.component,
        repetition=where.repetition,
        data_element=data_element if data_element.isdigit() else "",
        code=first.kind.sent.ik403,
        bad_code=first.bad_code,
        triggers=_triggers(findings, ELEMENT_TRIGGERS),
    )


def _triggers(findings: Iterable[Finding], most: int) -> tuple[SituationalTrigger, ...]:
    """Return the distinct triggers of findings in the order found, at most so many."""
    places = dict.fromkeys(finding.trigger for finding in findings if finding.trigger is not None)
    return tuple(_trigger(where) for where in places if where.segment is not None)[:most]


def _trigger(where: Where) -> SituationalTrigger:
    return SituationalTrigger(
        segment_id=_segment_id(where.segment_id or ""),
        position=where.segment or 1,
        loop=_loop(where.loop or ""),
        element=where.element,
        component=where.component,
        repetition=where.repetition,
    )


def _loop(loop: str) -> str:
    """Return what IK303 and CTX04 may carry: four characters of a loop id, nothing of a table."""
    return "" if loop in _TABLES_NOT_LOOPS else loop[:LOOP_LENGTH]


def _segment_id(text: str) -> str:
    """Return what IK301 and CTX02 may carry: two or three capitals or digits; a malformed id may be PHI."""
    return text if _SEGMENT_ID.fullmatch(text) else _NO_SEGMENT_ID
