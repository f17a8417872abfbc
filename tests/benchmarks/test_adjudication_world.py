"""The claims of the benchmark of deciding: as many members at every size, and no claim twice."""

from __future__ import annotations

from benchmarks.adjudication_world import MEMBERS, SHARED, claim, members


def test_each_member_has_a_claim_before_one_has_two() -> None:
    """The first claims are of as many members as there are claims."""
    first = [claim(number) for number in range(2_000)]
    assert len({(each.patient or each.subscriber).name for each in first}) == len(first)


def test_half_of_the_claims_go_through_deductible_and_coinsurance() -> None:
    """Every second claim has none but services with cost share, three lines each."""
    codes = [[line.code for line in claim(number).lines] for number in range(100)]
    assert [set(each) <= set(SHARED) for each in codes] == [True, False] * 50
    assert {len(each) for each in codes} == {3}


def test_the_claims_of_a_member_have_days_of_their_own() -> None:
    """Ten claims of a member are on ten days."""
    days = [claim(7 + turn * MEMBERS).first_date for turn in range(10)]
    assert len(set(days)) == 10
    assert len(members()) == MEMBERS
