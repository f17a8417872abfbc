"""Corrections: a decision is never changed; its reversal takes all of it back, and a new decision stands in its place.

It decides nothing itself: who may replace what, and in which order claims are decided again, is the pipeline's to say.

Source: 005010X221A1 1.10.2.8 (reversals and corrections); RFI 791, 1106, 1429.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.decision import ClaimDecision, LineDecision, Stay, TrailStep
from hpedi.benefits.accumulators import AccumulatorEntry
from hpedi.claims.adjustment import Adjustment
from hpedi.reference.conventions import Conventions
from hpedi.reference.payer import PAYER_ACCOUNTS
from hpedi.transactions.remittance_835.model import REVERSAL

STAGE: Final = "correction"
BECAUSE: Final = "because"
CLAIM: Final = "claim"
"""What a reversal names as its cause where a claim asked for it, before our number of that claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Why a claim is decided again.

    Attributes:
        of: The decision that is taken back.
        reason: A name of the payer's recovery rules.
        waived: Ids of policies and authorisation rows that an appeal set aside.
    """

    of: ClaimDecision
    reason: str
    waived: frozenset[str] = frozenset()

    @property
    def denied_before(self) -> frozenset[tuple[str, str]]:
        """Groups and codes by which the decision that is taken back denied lines."""
        denied = (line for line in self.of.lines if line.denied)
        return frozenset((each.group, each.carc) for line in denied for each in line.adjustments)


def decision_id(decision: ClaimDecision) -> str:
    """Return how a decision is named in those that correct it, and in what it posts."""
    return f"{decision.payer_claim_control_number}/{decision.version}"


def reversal_of(decision: ClaimDecision, version: int, reason: str, because: str) -> ClaimDecision:
    """Return the decision that takes another one back: all its amounts negated, with their own groups and codes.

    Args:
        decision: What is taken back.
        version: The reversal's version of the same claim.
        reason: A name of the payer's recovery rules.
        because: What asked for it, for the trail: our number of another claim, or of a reprocessing.
    """
    source = f"claim:{decision.payer_claim_control_number}/{version}"
    step = TrailStep(
        stage=STAGE,
        rule="reversal",
        parameter=reason,
        inputs=(("decision", decision_id(decision)), (BECAUSE, because)),
        amounts=(("paid", decision.paid), ("taken back", -decision.paid)),
    )
    return replace(
        decision,
        version=version,
        kind="reversal",
        of=decision_id(decision),
        reason=reason,
        status=REVERSAL,
        status277="",
        lines=tuple(_negated_line(line) for line in decision.lines),
        adjustments=_negated(decision.adjustments),
        stay=_negated_stay(decision.stay),
        entries=_rolled_back(decision.entries, source),
        carried=(),
        paid_to_member=-decision.paid_to_member,
        pools=tuple(each.negated() for each in decision.pools),
        employer_charges=tuple(each.negated() for each in decision.employer_charges),
        uses=tuple(replace(use, units=-use.units, source=_moved(use.source, source)) for use in decision.uses),
        trail=(step,),
    )


def taken_back_by(reversal: ClaimDecision) -> str:
    """Return our number of the claim that asked for a reversal; empty where no claim did."""
    causes = (dict(step.inputs).get(BECAUSE, "") for step in reversal.trail if step.stage == STAGE)
    cause, _, number = next(causes, "").partition(" ")
    return number if cause == CLAIM else ""


def as_correction(made: ClaimDecision, correction: Correction, conventions: Conventions) -> ClaimDecision:
    """Return a new decision as the correction of an earlier one: 277 category F3, with the code of why it is denied."""
    corrected = conventions.status277.corrected
    category, _, _ = corrected.partition(":")
    is_denied = all(line.denied for line in made.lines)
    code = made.status277.partition(":")[2]
    before = correction.of
    bearing = _bearing(made, before)
    stays = (("paid from", bearing or PAYER_ACCOUNTS),) if bearing != made.funding_account else ()
    step = TrailStep(
        stage=STAGE,
        rule="correction",
        parameter=correction.reason,
        source=f"conventions from {conventions.start}",
        inputs=(("decision", decision_id(before)), *((("waived", each)) for each in sorted(correction.waived)), *stays),
        amounts=(("paid before", before.paid), ("paid", made.paid)),
    )
    return replace(
        made,
        kind="correction",
        of=decision_id(before),
        reason=correction.reason,
        funding_account=bearing,
        status277=f"{category}:{code}" if is_denied else corrected,
        trail=(step, *made.trail),
    )


def _bearing(made: ClaimDecision, before: ClaimDecision) -> str:
    """Return the account that bears a correction: the one that paid, unless somebody else bears the claim now.

    An account that an employer gets, or gives up, meanwhile changes nothing of what was paid.
    """
    bears_now, bore = _bears(made), _bears(before)
    is_moved = bears_now is not None and bears_now != bore
    return made.funding_account if is_moved else before.funding_account


def _bears(made: ClaimDecision) -> frozenset[str] | None:
    """Return the employers that bear a claim, none where it is insured; None where it costs nobody anything."""
    cost = (made.paid, made.paid_to_member, *(each.amount for each in made.pools))
    return frozenset(each.employer for each in made.employer_charges) if any(cost) else None


def _negated_stay(stay: Stay | None) -> Stay | None:
    return None if stay is None else replace(stay, covered_charge=-stay.covered_charge)


def _negated_line(line: LineDecision) -> LineDecision:
    return replace(
        line,
        charged=-line.charged,
        allowed=-line.allowed,
        paid=-line.paid,
        adjustments=_negated(line.adjustments),
        copay=-line.copay,
    )


def _negated(adjustments: Sequence[Adjustment]) -> tuple[Adjustment, ...]:
    return tuple(replace(each, amount=-each.amount) for each in adjustments)


def _rolled_back(entries: Sequence[AccumulatorEntry], source: str) -> tuple[AccumulatorEntry, ...]:
    """Return the negating entries, each with the line of the entry that it negates."""
    return tuple(
        AccumulatorEntry(entry.key, -entry.amount, _moved(entry.source, source), entry.day) for entry in entries
    )


def _moved(entry_source: str, source: str) -> str:
    """Return the source of a negating entry: the reversal's, with the line of what it negates."""
    return f"{source}/{entry_source.rpartition('/')[2]}"
