"""Sex: a service for one sex is not paid for patients of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import edit_tables
from hpedi.adjudication.verdicts import Denies, Verdict

REASON: Final = "sex"
UNKNOWN: Final = "U"


def check_sex(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line whose code is for the other sex than the patient's.

    Returns:
        `Denies` for reason `sex`; nothing where the patient's sex is not known.

    Source: `edits.sex` of the payer folder.
    """
    sex = context.sex
    if sex in ("", UNKNOWN):
        return None
    for edit in edit_tables(context.reference).sex.get(line.line.code, ()):
        if edit.covers(line.terms.day) and edit.sex != sex:
            parameter = f"{edit.code} for sex {edit.sex}"
            return Denies(reason=REASON, parameter=parameter, source=edit.source or "edits sex")
    return None
