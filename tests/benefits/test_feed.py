"""Amounts from elsewhere: read with their faults by line, counted within limits, and each reference once."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.benefits.accumulators import AccumulatorKey, Balances
from hpedi.benefits.feed import Counted, count_feed, read_feed
from hpedi.findings import Severity
from hpedi.money import usd
from tests.rules.cases import PLAN, YEAR, payer

HEADER = "reference,member_id,birth_date,date,tier,deductible,out_of_pocket\n"
MARY = "942670000101,1964-11-20"
FIRST = AccumulatorKey(PLAN, "ded_ind_inn", "MARY", date.fromisoformat(YEAR))


def counted(rows: str, balances: Balances | None = None, known: tuple[str, ...] = ()) -> Counted:
    """Return what the rows of a feed count for the payer of the rule cases."""
    reference, membership, _members = payer()
    families = {family.id: family for found in membership.families.values() for family in found}
    return count_feed(
        read_feed((HEADER + rows).encode(), "feed.csv"), families.values(), reference, balances or {}, known
    )


def amounts(made: Counted) -> dict[str, str]:
    """Return what was counted, by accumulator and owner."""
    return {f"{each.key.accumulator} {each.key.owner}": str(each.amount) for each in made.entries}


def test_a_row_counts_to_member_and_family() -> None:
    """An amount counts as a claim's would: to the member's and the family's accumulators of its tier and year."""
    made = counted(f"RX1,{MARY},2026-03-03,INN,50.00,60.00\n")
    assert not made.findings
    assert amounts(made) == {
        "ded_ind_inn MARY": "50.00",
        "ded_fam_inn LAKES": "50.00",
        "oop_ind_inn MARY": "60.00",
        "oop_fam_inn LAKES": "60.00",
    }
    assert {(each.source, each.day) for each in made.entries} == {("feed:RX1", date(2026, 3, 3))}


def test_what_stands_already_counts_nothing() -> None:
    """A reference that was counted before counts nothing more."""
    assert not counted(f"RX1,{MARY},2026-03-03,INN,50.00,\n", known=("feed:RX1",)).entries


@pytest.mark.parametrize(("used", "counts"), [("1450.00", "50.00"), ("1450.01", "49.99"), ("1500.00", None)])
def test_nothing_counts_above_a_limit(used: str, counts: str | None) -> None:
    """Of 50.00 as much counts as the limit of 1,500.00 leaves, to the family's as to the member's."""
    made = counted(f"RX1,{MARY},2026-03-03,INN,50.00,\n", {FIRST: usd(used)})
    told = amounts(made)
    assert (told.get("ded_ind_inn MARY"), told.get("ded_fam_inn LAKES")) == (counts, counts)
    assert [each.severity for each in made.findings] == ([] if counts == "50.00" else [Severity.WARNING])


def test_taking_back_stops_at_nothing() -> None:
    """An amount below zero takes back what was counted, and no more."""
    made = counted(f"RX1,{MARY},2026-03-03,INN,50.00,\nRX2,{MARY},2026-03-03,INN,-80.00,\n")
    assert sum(each.amount for each in made.entries if each.key == FIRST) == 0
    assert [each.where.line for each in made.findings] == [3]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("RX1,942670000101,1964-11-21,2026-03-03,INN,5.00,", "reference-link"),
        ("RX1,999,1964-11-20,2026-03-03,INN,5.00,", "reference-link"),
        (f"RX1,{MARY},2024-12-31,INN,5.00,", "reference-link"),
        (f"RX1,{MARY},2026-03-03,INN,5.001,", "reference-value"),
        (f"RX1,{MARY},2026-03-03,MID,5.00,", "reference-value"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(row: str, code: str) -> None:
    """A row that means nobody, a day without coverage or no amount is told; the one beside it counts."""
    text = HEADER + f"RX0,{MARY},2026-03-03,INN,5.00,\n{row}\n"
    feed = read_feed(text.encode(), "feed.csv")
    made = counted(text.removeprefix(HEADER))
    findings = [*feed.findings, *made.findings]
    assert [(each.code, each.where.line) for each in findings] == [(code, 3)]
    assert {each.source for each in made.entries} == {"feed:RX0"}


def test_a_reference_stands_once_in_a_file() -> None:
    """The second row of a reference is told and does not count."""
    feed = read_feed((HEADER + f"RX1,{MARY},2026-03-03,INN,5.00,\n" * 2).encode(), "feed.csv")
    assert (len(feed.rows), [each.where.line for each in feed.findings]) == (1, [3])
