"""No segment of a claim is lost unseen: each place of the guides is read into the models, or told not to be kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from hpedi.guide_files import GuideFiles
from hpedi.transactions.claim_837.claim_types import CLAIM_TYPES
from hpedi.transactions.claim_837.steps import STEPS

ENVELOPE = {("HEADER", "ST"), ("FOOTER", "SE")}
Place = tuple[str, str]


def not_kept() -> set[Place]:
    """Return the places that are told not to be kept, by loop and segment."""
    rows = yaml.safe_load((Path(__file__).parent / "not_kept.yaml").read_text())
    return {(loop, segment) for row in rows for loop in row["loops"] for segment in row["segments"]}


def places(version: str) -> set[Place]:
    """Return the places of a guide, less the envelope."""
    guide = GuideFiles().guide_for("HC", version, "837")
    assert guide is not None
    return {(node.loop_id, node.segment_id) for node in guide.root.segments()} - ENVELOPE


@pytest.mark.parametrize("version", CLAIM_TYPES)
def test_every_place_of_a_guide_is_read_or_told_not_to_be(version: str) -> None:
    """A segment that a guide has and no step reads stands in the table of what is not kept, with a reason."""
    assert {place for place in places(version) if place not in STEPS} <= not_kept()


def test_what_is_not_kept_is_a_place_that_nothing_reads() -> None:
    """No row of the table is out of date: each names a place of some guide that no step reads."""
    known = set().union(*(places(version) for version in CLAIM_TYPES))
    assert not_kept() <= known - set(STEPS)


def test_every_step_is_of_a_place() -> None:
    """Each loop that a step reads stands in some guide."""
    known = {loop for version in CLAIM_TYPES for loop, _segment in places(version)}
    assert {loop for loop, _segment in STEPS} <= known
