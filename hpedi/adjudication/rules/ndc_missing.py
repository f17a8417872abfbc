"""National drug code missing: some drugs are not paid without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import edit_tables
from hpedi.adjudication.verdicts import Denies, Verdict

REASON: Final = "ndc_missing"


def check_drug_code(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line without a national drug code (LIN03) whose code needs one.

    Returns:
        `Denies` for reason `ndc_missing`.

    Source: `edits.ndc_required` of the payer folder.
    """
    if line.line.drug is not None:
        return None
    for needed in edit_tables(context.reference).ndc.get(line.line.code, ()):
        if needed.covers(line.terms.day):
            parameter = f"{needed.code} with its national drug code"
            return Denies(reason=REASON, parameter=parameter, source=needed.source or "edits ndc_required")
    return None
