"""Replacements and voids: a claim that names an earlier one (REF*F8) takes its decision back.

Whoever sends a replacement must be who sent the original: what cannot be shown to be so pends, and nothing is taken
back. The reversal stands right before the correction.

Source: 005010X222A1 2300 CLM05-3, REF*F8; 005010X221A1 1.10.2.8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hpedi.adjudication.adjudicate import pended
from hpedi.adjudication.correction import Correction, reversal_of
from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.adjudication.verdicts import Pends
from hpedi.benefits.membership import Recognised
from hpedi.claims.claim import ReceivedClaim
from hpedi.pipeline.batch import Batch
from hpedi.pipeline.ports import Work
from hpedi.reference.reference import Reference

REPLACEMENT: Final = "provider_replacement"
VOID: Final = "provider_void"

WAITS: Final[Mapping[str, str]] = {
    "original_unknown": "The claim replaces or voids one that this provider did not send us; ask for the right REF*F8.",
    "original_undecided": "The claim replaces or voids one that is not decided yet; decide that one first.",
    "original_corrected": "The claim replaces or voids one that was taken back already; ask for our newest number.",
    "original_of_others": "The claim replaces or voids one of another patient; ask the provider which is right.",
}
"""What a claim waits for whose original cannot be taken back, by pend code."""


@dataclass(frozen=True, slots=True)
class Original:
    """The claim that another one replaces or voids, with the decision that stands."""

    received: ReceivedClaim
    decision: ClaimDecision


def replace_original(work: Work, batch: Batch, received: ReceivedClaim, reference: Reference) -> ClaimDecision | Pend:
    """Take back the original of a replacement, and decide the replacement as its correction; both or neither."""
    who = batch.who[received.payer_claim_control_number]
    original = original_of(work, batch, received, who)
    if isinstance(original, str):
        return pended(received, reference, who, Pends(reason=original, message=WAITS[original]))
    number = received.payer_claim_control_number
    reversal = reversal_of(original.decision, original.decision.version + 1, REPLACEMENT, f"claim {number}")
    seen = batch.seen.copy()
    seen.roll_back(original.decision, reversal)
    correction = Correction(of=original.decision, reason=REPLACEMENT)
    made = seen.decide(received, reference, who, correction)
    if isinstance(made, Pend):
        return made
    batch.take_back(original.received, original.decision, reversal)
    return made


def void_original(work: Work, batch: Batch, received: ReceivedClaim, reference: Reference) -> Pend | None:
    """Take back the original of a void; it pends where that cannot be done."""
    who = batch.who[received.payer_claim_control_number]
    original = original_of(work, batch, received, who)
    if isinstance(original, str):
        return pended(received, reference, who, Pends(reason=original, message=WAITS[original]))
    number = received.payer_claim_control_number
    reversal = reversal_of(original.decision, original.decision.version + 1, VOID, f"claim {number}")
    batch.take_back(original.received, original.decision, reversal)
    batch.voided.append(received)
    return None


def original_of(work: Work, batch: Batch, received: ReceivedClaim, who: Recognised) -> Original | str:
    """Return the original of a claim, or the pend code that says why it cannot be taken back."""
    number = received.claim.original_reference
    stored = work.claims.find(number) if number else None
    if stored is None or stored.received.test or not _is_same_sender(stored.received, received):
        return "original_unknown"
    earlier = [each.decision for each in work.decisions.find(number)]
    earlier += [made for _received, made in batch.decided if made.payer_claim_control_number == number]
    standing = standing_decision(earlier)
    if standing is None:
        return "original_corrected" if earlier else "original_undecided"
    family = who.patient.family.id if who.patient is not None else ""
    if standing.family not in ("", family):
        return "original_of_others"
    return Original(stored.received, standing)


def standing_decision(decisions: Sequence[ClaimDecision]) -> ClaimDecision | None:
    """Return the decision of a claim that stands; None where there is none, or it was taken back."""
    newest = max(decisions, key=lambda decision: decision.version, default=None)
    return None if newest is None or newest.kind == "reversal" else newest


def _is_same_sender(original: ReceivedClaim, received: ReceivedClaim) -> bool:
    """Say whether two claims are of one billing provider: the same NPI and Tax ID."""
    one, other = original.claim.billing, received.claim.billing
    return (one.npi, one.tax_id) == (other.npi, other.tax_id)
