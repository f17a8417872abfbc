"""A document as one HTML page: no script, nothing from outside, to be read on a screen or printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final

from hpedi.documents.document import Block, Column, Document, Facts, Heading, Notice, Paragraph, Table
from hpedi.documents.html_frame import html_frame

_STYLE: Final = """
body { font: 16px/1.5 "Helvetica Neue", Arial, sans-serif; color: #1a1a1a; background: #fff; }
body { margin: 0; } main { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; } main.wide { max-width: 84rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .3rem; }
h1 + p { margin-top: .2rem; color: #555; }
.notice { font-weight: bold; border: 1px solid #1a1a1a; padding: .5rem 1rem; margin: 1rem 0; }
.scroll { overflow-x: auto; margin: .6rem 0 1rem; }
.scroll:focus-visible { outline: 3px solid #0550ae; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: bold; padding: .4rem 0; }
.wide table { font-size: .85rem; }
th, td { border-bottom: 1px solid #b5b5b5; padding: .35rem .5rem; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid #1a1a1a; vertical-align: bottom; }
td { overflow-wrap: anywhere; }
.right { text-align: right; font-variant-numeric: tabular-nums; }
td.strong { background: #f2f2f2; font-weight: bold; }
td.whole { white-space: nowrap; overflow-wrap: normal; }
tfoot td { font-weight: bold; border-top: 2px solid #1a1a1a; border-bottom: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .6rem 0; }
dt { font-weight: bold; } dd { margin: 0; overflow-wrap: anywhere; }
@media print { main, main.wide { margin: 0; max-width: none; font-size: 10pt; } .wide table { font-size: 7.5pt; } }
@media print { .scroll { overflow: visible; } tr, dl { break-inside: avoid; } h2, caption { break-after: avoid; } }
"""
_PAGE: Final = {False: "", True: "@page { size: letter landscape; margin: 1.2cm; }"}


def html_page(document: Document) -> Iterator[bytes]:
    """Yield the page of a document."""
    style = _STYLE + _PAGE[document.wide]
    return html_frame(document.title, _body(document), style=style)


def _body(document: Document) -> Iterator[str]:
    yield '<main class="wide">\n' if document.wide else "<main>\n"
    yield f"<h1>{escape(document.title)}</h1>\n<p>{escape(document.issuer)}</p>\n"
    for block in document.blocks:
        yield _drawn(block)
    yield "</main>\n"


def _drawn(block: Block) -> str:
    match block:
        case Facts():
            told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in block.told)
            return f"<dl>{told}</dl>\n" if told else ""
        case Heading(text):
            return f"<h2>{escape(text)}</h2>\n"
        case Notice(text):
            return f'<p class="notice">{escape(text)}</p>\n'
        case Paragraph(text):
            return f"<p>{escape(text)}</p>\n"
        case Table():
            return html_table(block)


def html_table(table: Table, class_of: Callable[[Sequence[str]], str] = lambda _row: "") -> str:
    """Return a table; nothing where it has no rows.

    Args:
        table: What it says.
        class_of: The class of a row, for a script or style to find.
    """
    if not table.rows:
        return ""
    heads = "".join(f'<th scope="col"{_class(column)}>{escape(column.title)}</th>' for column in table.columns)
    body = "".join(f"<tr{_of_class(class_of(row))}>{_cells(table.columns, row)}</tr>\n" for row in table.rows)
    foot = f"<tfoot><tr>{_cells(table.columns, table.total)}</tr></tfoot>" if table.total else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}"><table>'
        f"<caption>{escape(table.title)}</caption><thead><tr>{heads}</tr></thead>\n<tbody>{body}</tbody>{foot}"
        "</table></div>\n"
    )


def _cells(columns: Sequence[Column], row: Sequence[str]) -> str:
    return "".join(f"<td{_class(column)}>{escape(cell)}</td>" for column, cell in zip(columns, row, strict=True))


def _class(column: Column) -> str:
    told = (("right", column.right), ("whole", column.whole), ("strong", column.strong))
    return _of_class(" ".join(name for name, is_so in told if is_so))


def _of_class(names: str) -> str:
    return f' class="{names}"' if names else ""
