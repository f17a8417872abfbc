"""Balancing of claims: the charge and its lines, and what other payers paid and adjusted.

Of P, I and D (005010X222A1, X223A2 and X224A2, 1.4.4). An unbundled or split line has several line adjudications of one
payer, which balance together (X12 RFI 1507, 1551 and 1555). What a payer decided for the claim as a whole stands in its
2320 only (RFI 1294).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from hpedi.acceptance.checks.balancing_amounts import (
    NOTHING,
    UNREADABLE,
    adjusted,
    amount_of,
    differ,
    exceeds,
    head,
    is_whole,
    stated,
)
from hpedi.acceptance.checks.screen import Around, Columns, FlatCheck, Given, Screened, Shape, Values
from hpedi.acceptance.loops import LoopInstance, Segment, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_CHARGE_ELEMENTS: Final = {"SV1": 2, "SV2": 3, "SV3": 2}
"""Where the charge of a line stands, by its service segment."""
_NONCOVERED_CHARGE: Final = 7


class _LineAdjudication(NamedTuple):
    """What one payer decided in one 2430."""

    segment: Segment
    paid: Decimal
    adjusted: Decimal


def claim_charge_balances(claim: LoopInstance) -> Iterator[Spot]:
    """CLM02 is the sum of the line charges."""
    charges = [_charge(line) for line in claim.loops("2400")]
    if charges and differ(stated(head(claim), 2), sum(charges, NOTHING)) and is_whole(claim):
        yield Spot(claim.trigger, 2)


def line_adjudication_balances(line: LoopInstance) -> Iterator[Spot]:
    """What a payer paid (SVD02) and adjusted (CAS) of a line is its charge.

    Where a payer has several 2430 in a line, their sum is, or that of each by itself as the guide's text has it.
    """
    charge = _charge(line)
    for decided in _by_payer(line).values():
        total = sum((each.paid + each.adjusted for each in decided), NOTHING)
        alone = any(differ(each.paid + each.adjusted, charge) for each in decided)
        if differ(total, charge) and alone and is_whole(line):
            yield Spot(decided[0].segment, 2)


def other_payer_balances(claim: LoopInstance) -> Iterator[Spot]:
    """Where a payer decided no line, what it paid (AMT*D) and adjusted (CAS) in its 2320 is CLM02."""
    charge = stated(head(claim), 2)
    for payer, paid in _paying(claim):
        if not any(_decided_by(payer, claim)) and differ(stated(paid, 2) + adjusted(payer).total, charge):
            yield Spot(paid, 2)


def other_payer_paid_lines(claim: LoopInstance) -> Iterator[Spot]:
    """Where a payer decided lines, AMT*D is what it paid for them (SVD02) less its adjustments in 2320 (CAS).

    Where it decided some lines only, its adjustments in 2320 may be for the others: then CLM02 may be what AMT*D, its
    adjustments in 2320 and those in 2430 make together.
    """
    charge = stated(head(claim), 2)
    for payer, paid in _paying(claim):
        by_line = _decided_by(payer, claim)
        if not any(by_line):
            continue
        decided = [each for line in by_line for each in line]
        amount, of_claim = stated(paid, 2), adjusted(payer).total
        if not differ(amount, sum((each.paid for each in decided), NOTHING) - of_claim):
            continue
        of_lines = sum((each.adjusted for each in decided), NOTHING)
        if all(by_line) or differ(amount + of_claim + of_lines, charge):
            yield Spot(paid, 2)


def noncovered_amount_is_charge(claim: LoopInstance) -> Iterator[Spot]:
    """The amount that a payer does not cover (AMT*A8) is the whole charge: it was never sent the claim."""
    charge = stated(head(claim), 2)
    for payer in claim.loops("2320"):
        for segment in payer.segments_of("AMT", "A8"):
            if differ(stated(segment, 2), charge):
                yield Spot(segment, 2)


def patient_paid_within_charge(claim: LoopInstance) -> Iterator[Spot]:
    """The patient did not pay more (AMT*F5) than the charge."""
    for segment in claim.segments_of("AMT", "F5"):
        if exceeds(amount_of(segment, 2), stated(head(claim), 2)):
            yield Spot(segment, 2)


def charge_includes_taxes(line: LoopInstance, *, amounts: frozenset[str]) -> Iterator[Spot]:
    """Taxes and postage (AMT01 of `amounts`), which the charge of a line includes, are not more than it."""
    charge = _charge(line)
    included = line.segments_of("AMT", *amounts)
    if exceeds(sum((amount_of(each, 2) for each in included), NOTHING), charge):
        yield Spot(included[0], 2)


def noncovered_charge_within_line(line: LoopInstance) -> Iterator[Spot]:
    """The charge that is not covered (SV207) is not more than the charge of the line."""
    service, charge = line.first("SV2"), _charge(line)
    if service is None or exceeds(NOTHING, charge):
        return
    if exceeds(amount_of(service, _NONCOVERED_CHARGE), charge):
        yield Spot(service, _NONCOVERED_CHARGE)


def _charge(line: LoopInstance) -> Decimal:
    """Return the charge of a line; unreadable where it has none, for it must have one."""
    for segment in line.segments:
        element = _CHARGE_ELEMENTS.get(segment.node.segment_id)
        if element is not None:
            return stated(segment, element)
    return UNREADABLE


def _by_payer(line: LoopInstance) -> dict[str, list[_LineAdjudication]]:
    """Return what was decided of a line by the payers' ids (SVD01)."""
    by_payer: dict[str, list[_LineAdjudication]] = {}
    for loop in line.loops("2430"):
        segment = head(loop)
        if segment is not None:
            decided = _LineAdjudication(segment, stated(segment, 2), adjusted(loop).total)
            by_payer.setdefault(segment.value(1), []).append(decided)
    return by_payer


def _paying(claim: LoopInstance) -> Iterator[tuple[LoopInstance, Segment]]:
    """Go through the other payers that decided, each with its AMT*D.

    There are none where it cannot be said who decided what: ids that are shared, missing or of nobody, segments that
    have no place.
    """
    payers = claim.loops("2320")
    ids = {_id(payer) for payer in payers}
    deciding = {payer_id for line in claim.loops("2400") for payer_id in _by_payer(line)}
    if len(ids) < len(payers) or "" in ids or not deciding <= ids or not is_whole(claim):
        return
    for payer in payers:
        paid = payer.first("AMT", "D")
        if paid is not None:
            yield payer, paid


def _id(payer: LoopInstance) -> str:
    """Return the id of another payer: NM109 of its 2330B."""
    names = [head(loop) for loop in payer.loops("2330B")]
    return names[0].value(9) if names and names[0] is not None else ""


def _decided_by(payer: LoopInstance, claim: LoopInstance) -> list[list[_LineAdjudication]]:
    """Return what a payer decided of each line of a claim."""
    payer_id = _id(payer)
    return [_by_payer(line).get(payer_id, []) for line in claim.loops("2400")]


def _flat_charge(shape: Shape, _given: Given, columns: Columns) -> FlatCheck | None:
    """Make `claim_charge_balances` for a shape."""
    charges = [
        columns.at(index, _CHARGE_ELEMENTS[node.segment_id])
        for index, node in enumerate(shape)
        if node.segment_id in _CHARGE_ELEMENTS
    ]
    if shape[0].segment_id != "CLM" or not charges:
        return None
    charge = columns.at(0, 2)

    def holds(values: Values, _around: Around) -> bool:
        try:
            return sum([Decimal(values[each] or "") for each in charges]) == Decimal(values[charge] or "")
        except InvalidOperation:
            return False

    return FlatCheck(holds)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {"claim_charge_balances": Screened(claim_charge_balances, flat=_flat_charge)}
    | {
        check.__name__: check
        for check in (
            line_adjudication_balances,
            other_payer_balances,
            other_payer_paid_lines,
            noncovered_amount_is_charge,
            patient_paid_within_charge,
            charge_includes_taxes,
            noncovered_charge_within_line,
        )
    }
)
