"""Member unknown: nobody among the members is the patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Pends, Verdict
from hpedi.benefits.newborn import is_newborn

REASON: Final = "member_unknown"
NEWBORN: Final = "newborn"


def check_member(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny every line of a claim whose patient is not recognised for certain.

    A newborn who is not enrolled is decided as its subscriber on the days on which the plan says so.

    Returns:
        `Denies` for reason `member_unknown`, the only one that a claim is sent back for with CLP02 4; `Pends` where
        only some services of a newborn are of such days.

    Source: X12 RFI 1423, 1885; `newborn_rule` of the plan.
    """
    if context.matched is None:
        return Denies(reason=REASON)
    child = context.claim.patient
    if not context.is_newborn or child is None:
        return None
    if is_newborn(context.matched, child, line.terms.day, context.reference):
        return None
    message = "A service is later than the days on which a newborn is decided as the subscriber; enrol the child."
    return Pends(reason=NEWBORN, message=message, line=line.line.number)
