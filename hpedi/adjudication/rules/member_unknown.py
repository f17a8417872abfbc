"""Member unknown: nobody among the members is the patient."""

from __future__ import annotations

from collections.abc import Sequence

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Verdict

REASON = "member_unknown"


def check_member(context: ClaimContext, _line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny every line of a claim whose patient is not recognised for certain.

    Returns:
        `Denies` for reason `member_unknown`, the only one that a claim is sent back for with CLP02 4.

    Source: X12 RFI 1423, 1885.
    """
    return Denies(reason=REASON) if context.matched is None else None
