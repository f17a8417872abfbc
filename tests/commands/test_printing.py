"""Printing: tables, JSON lines, and no progress where nobody watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from hpedi.claims.parties import Name
from hpedi.commands.printing import (
    Column,
    as_text,
    drawn,
    drawn_plainly,
    money_column,
    print_json,
    print_table,
    progress,
)
from hpedi.money import Usd, usd


@dataclass(frozen=True, slots=True)
class Line:
    """Something to print."""

    day: date
    paid: Usd


def test_json_keeps_amounts_exact(capsys: pytest.CaptureFixture[str]) -> None:
    """Amounts are strings with both cents, dates CCYY-MM-DD, one object a line."""
    print_json(Line(date(2026, 3, 16), usd("1234.50")))
    assert capsys.readouterr().out == '{"day":"2026-03-16","paid":"1234.50"}\n'


def test_a_table_shows_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets are no markup: a path in a guide is printed as it stands."""
    print_table("", (Column("Place"), money_column("Paid")), [("2000A/REF[EI]", usd("1234.5"))])
    assert capsys.readouterr().out.splitlines()[-2:] == ["2000A/REF[EI]   1,234.50", ""]


def test_what_is_whole_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """A path that is wider than the page is printed to its end, for it is copied from there."""
    path = "/".join(["workspace"] * 40)
    print_table("", (Column("Kind", whole=True), Column("File", whole=True)), [("ach", path)])
    assert f"ach    {path}" in capsys.readouterr().out


def test_a_plain_table_is_drawn_alike_both_ways() -> None:
    """Plain text without breaks looks as rich draws it; anything else is left to rich."""
    columns = [Column("File"), Column("Sets taken", right=True), Column("Why")]
    rows = [["a.837", "1", "-"], ["another one.837", "1,234", "sets, or none"], ["", "", ""]]
    for title in ("", "What came in"):
        plain = drawn_plainly(title, columns, rows)
        assert plain is not None
        assert plain == drawn(title, columns, rows)
    assert drawn_plainly("What came in", columns, [["Ä.837", "1", "-"]]) is None
    assert drawn_plainly("What came in", columns, [["a" * 130, "1", "-"]]) is None


def test_an_empty_table_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Without rows there is no table."""
    print_table("Nothing", (Column("Place"),), [])
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    ("cell", "text"), [(None, ""), (1234, "1,234"), (usd("0"), "0.00"), (True, "True"), ("a", "a")]
)
def test_cells(cell: object, text: str) -> None:
    """Numbers have thousands commas, dollars their cents, nothing is nothing."""
    assert as_text(cell) == text


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the standard error is no terminal, progress prints nothing."""
    with progress("reading", 10) as advance:
        advance(5)
    told = capsys.readouterr()
    assert told.out + told.err == ""


def test_json_says_every_field_of_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    """What a kept model leaves out because it is as usual is printed all the same, also within others."""
    print_json({"names": [Name(last="DUNE", first="MARIT")]})
    assert capsys.readouterr().out == '{"names":[{"last":"DUNE","first":"MARIT","middle":"","suffix":""}]}\n'
