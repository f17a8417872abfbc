"""Procedure-to-procedure: of two codes that exclude each other on one day, column 2 is not paid beside column 1.

Where column 2 was paid on an earlier claim and column 1 comes later, nothing can be denied rightly: the later code is
the one to pay, and the earlier one to take back. Such a claim pends, and whoever looks corrects the earlier one first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import EditTables, edit_tables
from hpedi.adjudication.standing import Standing
from hpedi.adjudication.verdicts import Denies, Pends, Verdict
from hpedi.reference.dated import in_force
from hpedi.reference.edits import CodePair

REASON: Final = "ptp"
LATER_REASON: Final = "ptp_column1_later"
BYPASSED: Final = "1"
DELETED: Final = "9"


def check_code_pair(context: ClaimContext, line: LineContext, standing: Standing) -> Verdict:
    """Deny a column 2 code billed by one provider on the day of its column 1 code, on this claim or an earlier one.

    Args:
        context: The claim, with the member's history.
        line: The line to check.
        standing: The other lines that no edit has denied: a denied column 1 denies nothing.

    Returns:
        `Denies` for reason `ptp`. Where column 2 was accepted on an earlier claim: what the payer's reason
        `ptp_column1_later` says, and `Pends` where there is none.

    Source: `edits.ptp` of the payer folder (NCCI); modifier indicators 0, 1 and 9 as CMS defines them.
    """
    tables = edit_tables(context.reference)
    code, modifiers = line.line.code, line.line.modifiers
    for other, of_other, where in _of_the_day(context, line, standing):
        pair = _pair(tables, code, other, line)
        if pair is not None and not _is_parted(tables, pair, modifiers, of_other):
            parameter = f"column 1 {pair.column1}, column 2 {pair.column2}, indicator {pair.modifier_indicator}"
            return Denies(reason=REASON, parameter=parameter, source=pair.source or "edits ptp", inputs=(where,))
    for past in context.history:
        if past.billing_npi == context.claim.billing.npi and past.date == line.terms.day:
            pair = _pair(tables, past.code, code, line)
            if pair is not None and not _is_parted(tables, pair, past.modifiers, modifiers):
                return _column1_later(context, line, past.payer_claim_control_number)
    return None


def _of_the_day(
    context: ClaimContext, line: LineContext, standing: Standing
) -> Iterator[tuple[str, Sequence[str], tuple[str, str]]]:
    for other in standing.others(line):
        if other.terms.day == line.terms.day:
            yield other.line.code, other.line.modifiers, ("column 1 on", f"line {other.line.number}")
    for past in context.history:
        if past.date == line.terms.day and past.billing_npi == context.claim.billing.npi:
            yield past.code, past.modifiers, ("column 1 on", f"{past.payer_claim_control_number} line {past.line}")


def _pair(tables: EditTables, column2: str, column1: str, line: LineContext) -> CodePair | None:
    pairs = tables.columns.get(column2)
    rows = pairs.get(column1) if pairs is not None else None
    pair = in_force(rows, line.terms.day) if rows is not None else None
    return None if pair is None or pair.modifier_indicator == DELETED else pair


def _is_parted(tables: EditTables, pair: CodePair, one: Sequence[str], other: Sequence[str]) -> bool:
    return pair.modifier_indicator == BYPASSED and not tables.bypass.isdisjoint((*one, *other))


def _column1_later(context: ClaimContext, line: LineContext, earlier: str) -> Denies | Pends:
    reason = context.reference.reason(LATER_REASON, context.received.received)
    inputs = (("column 2 on", earlier),)
    if reason is not None and not reason.pend:
        return Denies(reason=LATER_REASON, parameter="column 2 was accepted before", source="edits ptp", inputs=inputs)
    message = (
        f"Column 2 of a code pair was accepted on claim {earlier}; correct that claim, then decide this one again."
    )
    code, status = (reason.pend, reason.status277) if reason is not None else (REASON, "")
    return Pends(reason=code, message=message, status277=status, line=line.line.number)
