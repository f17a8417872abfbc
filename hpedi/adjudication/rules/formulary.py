"""Formulary: a drug that the payer's list leaves out is not paid."""

from __future__ import annotations

from collections.abc import Sequence

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import edit_tables
from hpedi.adjudication.verdicts import Denies, Verdict


def check_formulary(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line whose drug is not covered by the first row of the formulary that fits its national drug code.

    Returns:
        `Denies` for the row's reason; nothing for a line without a drug, or for a drug that no row fits.

    Source: `edits.formulary` of the payer folder.
    """
    drug = line.line.drug
    if drug is None:
        return None
    code = drug.ndc.replace("-", "")
    for row in edit_tables(context.reference).formulary:
        if row.covers(line.terms.day) and code.startswith(row.ndc_prefix):
            if row.reason is None:
                return None
            parameter = f"drugs {row.ndc_prefix or 'on no other row'}"
            return Denies(reason=row.reason, parameter=parameter, source=row.source or "edits formulary")
    return None
