"""Coordination information: where another payer pays first, its decision must be on the claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Verdict
from hpedi.claims.claim import Claim, OtherPayer

REASON: Final = "cob_information"
PRIMARY: Final = "primary"


def check_other_payers(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line of a day on which more payers are on file as paying before us than the claim tells decisions of.

    Payers are counted and not compared: the ids and names that providers send are not those we keep on file.

    Returns:
        `Denies` for reason `cob_information`.

    Source: other coverage of the payer folder; 005010X222A1 2320, 2430; Minn. Stat. 62Q.75 subd. 1.
    """
    on_file = context.matched.other_coverage if context.matched is not None else ()
    before_us = [other for other in on_file if other.order == PRIMARY and other.covers(line.terms.day)]
    if not before_us:
        return None
    decided = [payer for payer in context.claim.other_payers if _has_decided(payer, context.claim)]
    if len(decided) >= len(before_us):
        return None
    inputs = (("payers on file", str(len(before_us))), ("decisions on the claim", str(len(decided))))
    source = f"other coverage from {before_us[0].start}"
    return Denies(reason=REASON, parameter="another payer pays first", source=source, inputs=inputs)


def _has_decided(payer: OtherPayer, claim: Claim) -> bool:
    if payer.paid is not None or payer.adjustments:
        return True
    return any(made.payer_id == payer.payer_id for line in claim.lines for made in line.adjudications)
