"""The dated code lists of mappings/code_sets are well formed and hold what the plan must send and never send."""

from __future__ import annotations

from datetime import date

import pytest
from lxml import etree

from hpedi.crosscheck.map_folder import code_tables, map_entries

COLUMNS = ["code", "from", "to", "meaning", "note"]
TABLES = code_tables()


def lines_of(name: str) -> list[str]:
    """Lines of a table without its comments."""
    return [line for line in TABLES[name].decode().splitlines() if not line.startswith("#")]


def columns(name: str) -> list[str]:
    """Columns of a table: meaning and note may be left out."""
    return lines_of(name)[0].split("\t")


def rows(name: str) -> dict[str, dict[str, str]]:
    """Rows of a table by code."""
    _, *lines = lines_of(name)
    found = [dict(zip(columns(name), line.split("\t"), strict=True)) for line in lines]
    assert len({row["code"] for row in found}) == len(found), "a code stands twice"
    return {row["code"]: row for row in found}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_names_its_source_and_has_the_columns(name: str) -> None:
    """Each table says where it is from, has the columns, and its days are dates, the first not after the last."""
    assert "# Source: " in TABLES[name].decode()
    assert columns(name)[:3] == COLUMNS[:3]
    assert set(columns(name)) <= set(COLUMNS)
    for row in rows(name).values():
        first, last = (date.fromisoformat(row[end]) if row[end] else None for end in ("from", "to"))
        assert first is None or last is None or first <= last


def test_every_outside_list_of_a_map_has_a_table() -> None:
    """Whatever list a map calls `external` is one of our tables."""
    asked = {
        valid.get("external")
        for entry in map_entries()
        for valid in etree.fromstring(entry.read()).iterfind(".//valid_codes[@external]")
    }
    assert asked <= TABLES.keys()


@pytest.mark.parametrize("code", ["15", "17", "38", "42", "62", "125", "138", "165", "B5"])
def test_deactivated_reasons_have_a_last_day(code: str) -> None:
    """A reason code that X12 withdrew has a last day, so that it is never sent."""
    assert rows("adjustment_reason")[code]["to"] < "2019-01-01"


def test_reasons_in_use_are_open() -> None:
    """The reason codes this plan sends are in use without an end."""
    used = (
        "1 2 3 4 6 7 11 18 22 23 24 26 27 29 31 35 39 45 50 55 59 70 94 96 97 100 104 119 133 149 151 181 182 197 198 "
        "200 202 204 236 242 245 279 284 296 302 A8 B7"
    )
    reasons = rows("adjustment_reason")
    assert [code for code in used.split() if reasons[code]["to"]] == []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("remark_code", "MA04 N362 N383 N862 N864 N877 N919"),
        ("states", "MN NL NU PW"),
        ("claim_status", "20 19 21 116 153 178 562 772"),
        ("claim_status_cat", "A0 A1 A2 A3 A6 A7 A8 P1 F1"),
        ("pos", "02 10 11 21 22 23"),
    ],
)
def test_codes_the_plan_meets_are_listed(name: str, codes: str) -> None:
    """Codes that pyx12's lists of 2014 lack, and those our answers use, are in the tables."""
    assert set(codes.split()) <= rows(name).keys()
