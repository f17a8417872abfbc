"""Code not valid: a code or modifier that is not valid on the date of service is not paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import edit_tables
from hpedi.adjudication.verdicts import Denies, Verdict
from hpedi.reference.dated import in_force

REASON: Final = "code_not_valid"


def check_code_dates(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line whose code has spans of validity, none of which covers its date of service.

    Returns:
        `Denies` for reason `code_not_valid`; nothing for codes that no span is told of.

    Source: `edits.code_dates` of the payer folder.
    """
    spans = edit_tables(context.reference).code_dates.get(line.line.code, ())
    if not spans or in_force(spans, line.terms.day) is not None:
        return None
    known = ", ".join(f"{span.start} to {span.end or 'open'}" for span in spans)
    source = spans[-1].source or "edits code_dates"
    return Denies(reason=REASON, parameter=f"{line.line.code} valid {known}", source=source)
