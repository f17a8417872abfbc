"""The page that `hpedi explain --html` writes: versions that fold, each from charge to paid, with tables that print.

It is one page of the same make as that of `hpedi view`: nothing outside itself, one script of its own, all escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape
from typing import Final

from hpedi.adjudication.decision import Pend, TrailStep
from hpedi.commands.explained_rows import (
    ACCUMULATORS,
    CHANGES,
    NEAR,
    STEPS,
    TAKEN_OFF,
    accumulator_rows,
    changed_rows,
    heading_of,
    near_rows,
    step_rows,
    sums_of,
    taken_off_rows,
)
from hpedi.commands.printing import as_text
from hpedi.commands.shown_outline import page
from hpedi.documents.document import Column, Table
from hpedi.documents.html_page import html_table
from hpedi.pipeline.explaining import ExplainedVersion

STYLE: Final = """
table{border-collapse:collapse;margin:.3rem 0 1rem 1rem;font-size:.92rem}
caption{text-align:left;font-weight:600;padding:.2rem 0}
th,td{text-align:left;vertical-align:top;padding:.15rem .6rem .15rem 0;border-bottom:1px solid #ccc}
td{overflow-wrap:anywhere}
.right{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;overflow-wrap:normal}
.whole{white-space:nowrap;overflow-wrap:normal}
tr.sum td{font-weight:600}
.scroll{overflow-x:auto}
.scroll:focus-visible{outline:3px solid #0550ae}
@media (prefers-color-scheme:dark){th,td{border-color:#555}}
@media print{header{position:static}header label,header input,header button,header span{display:none}
body{max-width:none;color:#000;background:#fff}.scroll{overflow:visible}table{font-size:.8rem}tr{break-inside:avoid}}
"""


def explained_page(
    claim: str, state: str, versions: Sequence[ExplainedVersion], pends: Iterable[Pend]
) -> Iterator[bytes]:
    """Yield the page of a claim.

    Args:
        claim: Our number.
        state: Where it stands, in words.
        versions: Its decisions, explained.
        pends: Why it waits.
    """
    return page(f"Claim {claim}: {state}", _body(versions, pends), STYLE)


def _body(versions: Sequence[ExplainedVersion], pends: Iterable[Pend]) -> Iterator[str]:
    for pend in pends:
        yield _branch(f"Waits: {pend.message} ({pend.status277})", _table("How far deciding came", STEPS, pend.trail))
    for version in versions:
        yield _branch(heading_of(version), "".join(_version(version)))


def _version(version: ExplainedVersion) -> Iterator[str]:
    yield f'<p class="leaf">{escape(sums_of(version))}</p>\n'
    yield _rows_table("From charge to paid, US dollars", TAKEN_OFF, taken_off_rows(version.units))
    if version.shares:
        yield _rows_table("Shares of the lines, US dollars", TAKEN_OFF, taken_off_rows(version.shares))
    yield _rows_table("What changed", CHANGES, changed_rows(version.changed))
    yield _rows_table("Accumulators before and after", ACCUMULATORS, accumulator_rows(version.steps))
    yield _rows_table("How near the limits were", NEAR, near_rows(version.near))
    yield _table("Why, in order", STEPS, version.steps)


def _branch(heading: str, content: str) -> str:
    return f'<details open class="branch"><summary>{escape(heading)}</summary>\n{content}</details>\n'


def _table(title: str, columns: Sequence[Column], steps: Iterable[TrailStep]) -> str:
    return _rows_table(title, columns, step_rows(steps))


def _rows_table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> str:
    """Return a table, each row of which the search knows; nothing where there is none."""
    return html_table(Table(title, tuple(columns), tuple(tuple(map(_text, row)) for row in rows)), _class)


def _text(cell: object) -> str:
    return as_text(cell) if isinstance(cell, Decimal | int) or cell is None else str(cell)


def _class(row: Sequence[str]) -> str:
    return "leaf sum" if "Paid" in row or "Charged" in row else "leaf"
