"""A partner's own limits."""

from __future__ import annotations

from msgspec import structs

from hpedi.findings import Finding
from hpedi.partners.limits import limits_of
from hpedi.x12.limits import Limits
from hpedi.x12.reader import read_x12
from tests.partners.profiles import LAKES, NORTH
from tests.partners.test_ownership import claim_file

USUAL = Limits(segment_bytes=1000)


def test_own_limits_stand_beside_the_usual_ones() -> None:
    """What a profile does not limit is limited as for everybody; the limit of a file is nobody's own."""
    small = structs.replace(LAKES, limits={"elements": 8, "interchanges_in_file": 1})
    assert limits_of(small, USUAL) == Limits(segment_bytes=1000, elements=8)
    assert limits_of(NORTH, USUAL) is USUAL
    assert limits_of(None, USUAL) is USUAL


def test_each_interchange_of_a_file_has_the_limits_of_its_sender() -> None:
    """Of two interchanges in one file only the one whose sender has a lower limit is over it."""
    content = claim_file() + claim_file(isa="30*419000001      ").replace(b"*000000001*", b"*000000002*")
    limits = {"LAKES": Limits(segments_in_set=3)}
    events = read_x12([content], limits_for=lambda start: limits.get(start.elements[6].strip(), Limits()))
    over = [each for each in events if isinstance(each, Finding) and each.code == "limit-exceeded"]
    assert [each.where.interchange for each in over] == ["000000001"]
