"""Balancing of claim status inquiries and responses: the charge of a claim and of its lines (005010X212 and X214).

Lines may be left out, so that they never make up the claim: they only cannot be more than it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.balancing_amounts import NOTHING, amount, differ, exceeds, head, stated
from hpedi.acceptance.checks.screen import Around, Columns, FlatCheck, Given, Screened, Shape, Values
from hpedi.acceptance.loops import LoopInstance, Segment, Spot
from hpedi.guides.nodes import SegmentNode

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_LINES: Final = ("2210D", "2210E", "2220D", "2220E")


def claim_charges_agree(status: LoopInstance) -> Iterator[Spot]:
    """Every STC of a claim that states its charge (STC04) states the same one."""
    stating = [segment for segment in status.segments_of("STC") if segment.value(4)]
    for segment in stating[1:]:
        if differ(stated(segment, 4), stated(stating[0], 4)):
            yield Spot(segment, 4)


def line_charges_within_claim(status: LoopInstance) -> Iterator[Spot]:
    """The charges of the lines (SVC02) are not more than that of the claim: AMT*T3 of a 276, else STC04."""
    segment, element = _charge(status)
    lines = [stated(head(line), 2) for loop_id in _LINES for line in status.loops(loop_id)]
    if segment is not None and lines and exceeds(sum(lines, NOTHING), stated(segment, element)):
        yield Spot(segment, element)


def _charge(status: LoopInstance) -> tuple[Segment | None, int]:
    asked = status.first("AMT", "T3")
    return (asked, 2) if asked is not None else (status.first("STC"), 4)


def _flat_lines(shape: Shape, _given: Given, columns: Columns) -> FlatCheck | None:
    """Make `line_charges_within_claim` for a unit of a 276 with one claim."""
    charges = [columns.at(i, 2) for i, node in enumerate(shape) if node.segment_id == "AMT" and _chooses(node, "T3")]
    lines = [columns.at(index, 2) for index, node in enumerate(shape) if node.segment_id == "SVC"]
    if len(charges) != 1 or sum(node.segment_id == "TRN" for node in shape) != 1:
        return None

    def holds(values: Values, _around: Around) -> bool:
        total = sum((amount(values[line] or "") for line in lines), NOTHING)
        return total <= amount(values[charges[0]] or "")

    return FlatCheck(holds)


def _chooses(node: SegmentNode, code: str) -> bool:
    return node.selector is not None and code in node.selector.codes


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        "claim_charges_agree": claim_charges_agree,
        "line_charges_within_claim": Screened(line_charges_within_claim, flat=_flat_lines),
    }
)
