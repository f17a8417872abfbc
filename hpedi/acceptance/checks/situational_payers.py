"""The payers of a claim and what each of them decided: 2000B and 2320 in sequence, 2330B and 2430 tied by payer id.

Of 837 P, I and D. That the amounts add up is balancing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.screen import Asks, Screened, asks, itself
from hpedi.acceptance.loops import LoopInstance, Segment, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_PRIMARY, _UNKNOWN = "P", "U"


def _sequence(loop: LoopInstance) -> tuple[Segment, str] | None:
    segment = loop.first("SBR")
    return None if segment is None else (segment, segment.value(1))


def _sequences(claim: LoopInstance) -> list[tuple[Segment, str]]:
    """Return the SBR of the payer we send to and of each other one, with SBR01."""
    subscriber = claim.around("2000B")
    loops = [*([] if subscriber is None else [subscriber]), *claim.loops("2320")]
    return [sequence for sequence in map(_sequence, loops) if sequence is not None]


def primary_payer_missing(claim: LoopInstance) -> Iterator[Spot]:
    """One payer of a claim is the primary one, where the sequence is known."""
    sequences = _sequences(claim)
    if sequences and not {_PRIMARY, _UNKNOWN} & {code for _, code in sequences}:
        yield Spot(sequences[0][0], 1)


def payer_sequence_repeats(claim: LoopInstance) -> Iterator[Spot]:
    """No two payers of a claim stand at the same place of the sequence."""
    seen: set[str] = set()
    for segment, code in _sequences(claim):
        if code in seen and code != _UNKNOWN:
            yield Spot(segment, 1)
        seen.add(code)


def _payer_id(payer: LoopInstance) -> str:
    return next((loop.trigger.value(9) for loop in payer.loops("2330B")), "")


def _line_decisions(claim: LoopInstance) -> list[LoopInstance]:
    return [decision for line in claim.loops("2400") for decision in line.loops("2430")]


def _deciding(claim: LoopInstance) -> frozenset[str]:
    """Return the ids of the payers that decided lines."""
    return frozenset(decision.trigger.value(1) for decision in _line_decisions(claim))


def _decision_date(payer: LoopInstance) -> Segment | None:
    return next((loop.first("DTP", "573") for loop in payer.loops("2330B")), None)


def paid_amount_missing(claim: LoopInstance) -> Iterator[Spot]:
    """A payer that decided the claim says what it paid, be it 0."""
    deciding = _deciding(claim)
    for payer in claim.loops("2320"):
        has_decided = payer.first("CAS") or _decision_date(payer) or _payer_id(payer) in deciding
        if has_decided and payer.first("AMT", "D") is None:
            yield Spot(payer.trigger)


def decision_date_missing(claim: LoopInstance) -> Iterator[Spot]:
    """A payer that paid says when: with the claim, or with its lines."""
    deciding = _deciding(claim)
    for payer in claim.loops("2320"):
        paid = payer.first("AMT", "D")
        if paid is not None and _decision_date(payer) is None and _payer_id(payer) not in deciding:
            yield Spot(paid)


def decision_date_repeats(claim: LoopInstance) -> Iterator[Spot]:
    """A payer that dates its line decisions does not date the claim's."""
    deciding = _deciding(claim)
    for payer in claim.loops("2320"):
        dated = _decision_date(payer)
        if dated is not None and _payer_id(payer) in deciding:
            yield Spot(dated)


def noncovered_payer_decided(claim: LoopInstance) -> Iterator[Spot]:
    """A payer that was not billed (AMT*A8) has decided nothing."""
    deciding = _deciding(claim)
    for payer in claim.loops("2320"):
        noncovered = payer.first("AMT", "A8")
        has_decided = payer.first("AMT", "D") or payer.first("CAS") or _payer_id(payer) in deciding
        if noncovered is not None and has_decided:
            yield Spot(noncovered)


def patient_liability_repeats(claim: LoopInstance) -> Iterator[Spot]:
    """What is left to the patient (AMT*EAF) stands with the claim or with its lines, not with both."""
    of_lines = {each.trigger.value(1) for each in _line_decisions(claim) if each.first("AMT", "EAF") is not None}
    for payer in claim.loops("2320"):
        of_claim = payer.first("AMT", "EAF")
        if of_claim is not None and _payer_id(payer) in of_lines:
            yield Spot(of_claim)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        "primary_payer_missing": Screened(primary_payer_missing, Asks(asks("SBR", (1,), itself))),
        "payer_sequence_repeats": payer_sequence_repeats,
        "paid_amount_missing": paid_amount_missing,
        "decision_date_missing": decision_date_missing,
        "decision_date_repeats": decision_date_repeats,
        "noncovered_payer_decided": noncovered_payer_decided,
        "patient_liability_repeats": patient_liability_repeats,
    }
)
"""By the name that rules give."""
