"""Checks of a payer's reasons against the code lists that X12 keeps: nothing deactivated is ever sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.reference.conventions import Reason, RuleParameter
from hpedi.reference.dated import in_force
from hpedi.reference.folder import Folder
from hpedi.service_dates import DateSpan

CARC_LIST: Final = "code_sets/adjustment_reason.tsv"
RARC_LIST: Final = "code_sets/remark_code.tsv"
RULE: Final = "adjustment_reasons"
_UNKNOWN_START: Final = date.min


def check_reasons(folder: Folder, standard: Mapping[str, bytes]) -> Iterator[Finding]:
    """Check that each reason is a valid adjustment or a pend.

    Args:
        folder: The folder with its reasons and rules.
        standard: Files of mappings/ by path below it; a list that is not there is not checked against.

    Findings:
        reference-value: A code is unknown or not active on all days of use, a group does not go with it, a remark is
            missing.
    """
    carcs = code_list(standard.get(CARC_LIST))
    rarcs = code_list(standard.get(RARC_LIST))
    parameters = [parameter for rule in folder.rules if rule.rule == RULE for parameter in rule.parameters]
    for reason in folder.reasons:
        for field, message in _faults(reason, carcs, rarcs, parameters):
            yield found("reference-value", folder.places.of(reason, field), message)


def _faults(
    reason: Reason,
    carcs: Mapping[str, DateSpan] | None,
    rarcs: Mapping[str, DateSpan] | None,
    parameters: list[RuleParameter],
) -> Iterator[tuple[str, str]]:
    if bool(reason.pend) == bool(reason.carc) or bool(reason.carc) != bool(reason.group):
        yield "reason", "A reason has either `group` and `carc`, or `pend`."
    if reason.carc and carcs is not None and not _active(carcs, reason.carc, reason):
        yield "carc", "The adjustment reason code is unknown or deactivated on days of use; use an active one."
    if rarcs is not None and not all(_active(rarcs, rarc, reason) for rarc in reason.rarcs):
        yield "rarcs", "A remark code is unknown or deactivated on days of use; use an active one."
    allowed = in_force((p for p in parameters if p.name == f"groups_of_{reason.carc}"), reason.start)
    if allowed is not None and reason.group not in allowed.values:
        yield "group", f"This adjustment reason code goes with group {' or '.join(allowed.values)} only."
    needing = in_force((p for p in parameters if p.name == "remark_required"), reason.start)
    if needing is not None and reason.carc in needing.values and not reason.rarcs:
        yield "carc", "This adjustment reason code needs a remark code; add `rarcs`."


def _active(codes: Mapping[str, DateSpan], code: str, reason: Reason) -> bool:
    span = codes.get(code)
    return (
        span is not None
        and span.covers(reason.start)
        and (span.end is None or (reason.end is not None and span.covers(reason.end)))
    )


def code_list(content: bytes | None) -> Mapping[str, DateSpan] | None:
    """Read a list of mappings/code_sets: the days on which each code is valid; None where there is no list."""
    if content is None:
        return None
    lines = [line for line in content.decode().splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return {row[0]: _span(row[1], row[2]) for row in rows}


def _span(start: str, end: str) -> DateSpan:
    return DateSpan(date.fromisoformat(start) if start else _UNKNOWN_START, date.fromisoformat(end) if end else None)
