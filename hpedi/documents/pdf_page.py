"""A document as PDF, to be printed, mailed or filed: the same content as its HTML page.

It needs the package fpdf2 (the extra `pdf`). Sheets are of US letter size; the font is Helvetica, which every reader
has, so that nothing is embedded: characters outside Latin-1 are written as question marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Final

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from hpedi.documents.document import Column, Document, Facts, Heading, Notice, Paragraph, Table

_FONT: Final = "Helvetica"
_SIZES: Final = {False: 9.5, True: 7.5}  # points of text, by `Document.wide`
_MARGIN: Final = 13.0  # millimetres
_LINE: Final = 0.46  # height of a line, millimetres a point
_GREY: Final = 120
_HAIRLINE: Final = 0.2  # millimetres
_NARROWEST: Final = 9.0  # millimetres of a column
_PADDING: Final = 1.0


class _Sheets(FPDF):
    """Sheets that are numbered at their foot."""

    def footer(self) -> None:
        """Write which sheet of what it is."""
        self.set_y(-_MARGIN)
        self.set_font(_FONT, "", 7)
        self.set_text_color(_GREY)
        self.cell(0, 5, f"{self.title} - page {self.page_no()} of {{nb}}", align="R")
        self.set_text_color(0)


def pdf_page(document: Document) -> bytes:
    """Return a document as PDF. The same document gives the same bytes."""
    pdf = _opened(document)
    size = _SIZES[document.wide]
    _line(pdf, document.title, size + 7, "B")
    _line(pdf, document.issuer, size + 1)
    pdf.ln(2)
    for block in document.blocks:
        match block:
            case Facts():
                _facts(pdf, block.told, size)
            case Heading(text):
                _heading(pdf, text, size + 3)
            case Notice(text):
                pdf.set_font(_FONT, "B", size + 1)
                pdf.multi_cell(0, (size + 1) * _LINE + 3, _latin(text), border=1, new_x="LMARGIN", new_y="NEXT")
                pdf.ln(2)
            case Paragraph(text):
                _line(pdf, text, size)
                pdf.ln(1)
            case Table():
                _table(pdf, block, size)
    return bytes(pdf.output())


def _opened(document: Document) -> FPDF:
    pdf = _Sheets(orientation="landscape" if document.wide else "portrait", format="letter")
    pdf.set_margin(_MARGIN)
    pdf.set_line_width(_HAIRLINE)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN + 5)
    pdf.set_title(_latin(document.title))
    pdf.set_lang("en-US")
    pdf.set_creation_date(datetime.combine(document.day, time(), UTC))
    pdf.add_page()
    return pdf


def _line(pdf: FPDF, text: str, size: float, style: str = "") -> None:
    pdf.set_font(_FONT, style, size)
    pdf.multi_cell(0, size * _LINE, _latin(text), align="L", new_x="LMARGIN", new_y="NEXT")


def _heading(pdf: FPDF, text: str, size: float) -> None:
    """Begin a part, on a new sheet where nothing of it would stand below its heading."""
    pdf.ln(3)
    if pdf.will_page_break(size * _LINE * 5):
        pdf.add_page()
    _line(pdf, text, size, "B")
    pdf.ln(1)


def _facts(pdf: FPDF, rows: Sequence[tuple[str, str]], size: float) -> None:
    pdf.set_font(_FONT, "B", size)
    width = max((pdf.get_string_width(_latin(name)) for name, _value in rows), default=0.0) + 4
    for name, value in rows:
        pdf.set_font(_FONT, "B", size)
        pdf.cell(width, size * _LINE, _latin(name))
        _line(pdf, value, size)
    pdf.ln(2)


def _table(pdf: FPDF, table: Table, size: float) -> None:
    if not table.rows:
        return
    pdf.ln(1)
    if pdf.will_page_break(size * _LINE * 6):
        pdf.add_page()
    _line(pdf, table.title, size + 0.5, "B")
    pdf.set_draw_color(_GREY)
    pdf.set_font(_FONT, "", size)
    bold = FontFace(emphasis="BOLD")
    with pdf.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=tuple(_widths(pdf, table, size)),
        headings_style=bold,
        line_height=size * _LINE,
        padding=_PADDING,
        v_align="TOP",
        text_align=tuple("RIGHT" if column.right else "LEFT" for column in table.columns),
    ) as drawn:
        drawn.row([_latin(column.title) for column in table.columns])
        for row in table.rows:
            cells = drawn.row()
            for column, cell in zip(table.columns, row, strict=True):
                cells.cell(_latin(cell), style=bold if column.strong else None)
        if table.total:
            drawn.row([_latin(cell) for cell in table.total], style=bold)
    pdf.set_draw_color(0)
    pdf.ln(2)


def _widths(pdf: FPDF, table: Table, size: float) -> Iterator[float]:
    """Yield the columns' widths in millimetres: whole ones as they need, the others share the rest by their need."""
    pdf.set_font(_FONT, "B", size)
    rows = (*table.rows, *((table.total,) if table.total else ()))
    needs = [_needed(pdf, column, [row[place] for row in rows]) for place, column in enumerate(table.columns)]
    pdf.set_font(_FONT, "", size)
    if sum(needs) <= pdf.epw:
        spare = (pdf.epw - sum(needs)) / len(needs)
        yield from (need + spare for need in needs)
        return
    fixed = sum(need for need, column in zip(needs, table.columns, strict=True) if column.whole)
    free = sum(need for need, column in zip(needs, table.columns, strict=True) if not column.whole)
    left = max(pdf.epw - fixed, _NARROWEST)
    for need, column in zip(needs, table.columns, strict=True):
        yield need if column.whole or not free else max(need * left / free, _NARROWEST)


def _needed(pdf: FPDF, column: Column, cells: Sequence[str]) -> float:
    """Return the width in which no cell is broken, and no word of the heading."""
    texts = [*cells, *column.title.split()]
    return max(_NARROWEST, max(pdf.get_string_width(_latin(text)) for text in texts) + 2 * _PADDING + 2)


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
