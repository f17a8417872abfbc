"""One content, written as a page and as PDF: nothing is left out, nothing breaks out, the same bytes each time."""

from __future__ import annotations

import re
import zlib
from datetime import date
from decimal import Decimal

import pytest

from hpedi.documents.document import (
    Column,
    Document,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Table,
    dollars,
    money_column,
)
from hpedi.documents.html_frame import html_frame
from hpedi.documents.html_page import html_page, html_table
from hpedi.documents.pdf_page import pdf_page

ROWS = Table("Rows", (Column("What"), money_column("Amount")), (("one", "1.00"), ("<two>", "2.00")), ("Sum", "3.00"))
DOCUMENT = Document(
    title="A & B",
    issuer="PLAN",
    day=date(2026, 3, 16),
    blocks=(
        Notice("Not a bill"),
        Facts((("Name", "ANNA"), ("Empty", ""))),
        Heading("Part"),
        Paragraph("Words."),
        ROWS,
        Table("Nothing", (Column("What"),), ()),
    ),
)


def page(document: Document = DOCUMENT) -> str:
    """Return the page."""
    return b"".join(html_page(document)).decode()


def test_a_page_says_all_of_it_escaped() -> None:
    """Each block stands on the page; what is empty is left out, and what could be markup is text."""
    text = page()
    told = ("A &amp; B", "Not a bill", "ANNA", "Part", "Words.", "&lt;two&gt;", "3.00")
    assert [each for each in told if each not in text] == []
    assert not any(each in text for each in ("Empty", "Nothing", "<two>", "<script"))


def test_a_wide_page_prints_on_its_side() -> None:
    """Broad tables ask the printer for landscape."""
    wide = Document(title="W", issuer="", day=DOCUMENT.day, blocks=(ROWS,), wide=True)
    assert "landscape" in page(wide)
    assert "landscape" not in page()


def test_a_frame_runs_its_own_script_alone() -> None:
    """The policy names the digest of the script; without one no script may run at all."""
    framed = b"".join(html_frame("T", ["x"], style="", script="let a;")).decode()
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='", framed)
    assert framed.count("<script>let a;</script>") == 1
    assert "script" not in b"".join(html_frame("T", ["x"], style="")).decode()


def test_rows_may_have_a_class() -> None:
    """Somebody who searches a table finds its rows by their class."""
    assert html_table(ROWS, lambda row: "leaf" if row[0] == "one" else "").count('class="leaf"') == 1


def texts_of(pdf: bytes) -> str:
    """Return what the sheets of a PDF show, in order."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    shown = b"".join(zlib.decompress(each) for each in streams if each.startswith(b"x"))
    return b" ".join(re.findall(rb"\((.*?)\) Tj", shown)).decode("latin-1")


def test_pdf_says_what_the_page_says() -> None:
    """Every text of the document is on the sheets; the same document gives the same bytes."""
    pdf = pdf_page(DOCUMENT)
    assert pdf.startswith(b"%PDF-")
    text = texts_of(pdf)
    told = ("A & B", "Not a bill", "ANNA", "Part", "Words.", "<two>", "3.00", "page 1 of")
    assert [each for each in told if each not in text] == []
    assert pdf == pdf_page(DOCUMENT)


def test_a_long_table_goes_on_to_the_next_sheet() -> None:
    """Two hundred rows need several sheets, each with the head of the table and its number."""
    long = Table("Long", ROWS.columns, tuple((f"row {number}", f"{number}.00") for number in range(200)))
    pdf = pdf_page(Document(title="L", issuer="", day=DOCUMENT.day, blocks=(long,), wide=True))
    assert pdf.count(b"/Type /Page\n") > 3
    assert texts_of(pdf).count("Amount") > 3


def test_what_helvetica_lacks_is_a_question_mark() -> None:
    """A name outside Latin-1 stops no document."""
    assert "M?RIS" in texts_of(pdf_page(Document(title="M\u0100RIS", issuer="", day=DOCUMENT.day, blocks=())))


@pytest.mark.parametrize(("amount", "told"), [("1250", "$1,250.00"), ("-3.5", "-$3.50"), ("0", "$0.00")])
def test_dollars_are_written_with_their_sign_first(amount: str, told: str) -> None:
    """Thousands have commas, and what is below nothing a sign before the dollar."""
    assert dollars(Decimal(amount)) == told
