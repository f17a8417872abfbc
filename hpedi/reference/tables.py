"""CSV files of a payer folder: a header line, then typed rows that know their line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final, Literal

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.reference.authorizations import Authorization
from hpedi.reference.dated import Dated, Entry
from hpedi.reference.edits import CodePair, UnitsLimit
from hpedi.reference.marked import Mark
from hpedi.reference.members import CoverageSpan, Member, OtherCoverage
from hpedi.reference.shape import Piece, Places, Shaper, checks_of, fields_of
from hpedi.reference.values import Factor, Fee, Money, Name, Weight


class FeeRow(Dated, frozen=True, kw_only=True):
    """A fee of a version of a fee schedule."""

    fee_schedule: Name
    version: Name
    code: Name
    modifier: str = ""
    fee: Fee

    @property
    def key(self) -> str:
        """How the fee is found: CODE or CODE-MODIFIER."""
        return f"{self.code}-{self.modifier}" if self.modifier else self.code


class DrgRow(Dated, frozen=True, kw_only=True):
    """A weight of a version of a table of DRG weights."""

    drg_table: Name
    version: Name
    drg: Name
    weight: Weight
    mean_days: Weight | None = None


class ApcTableRow(Dated, frozen=True, kw_only=True):
    """A row of a version of an APC table."""

    apc_table: Name
    version: Name
    code: Name
    modifier: str = ""
    apc: str = ""
    status: Name
    rate: Money

    @property
    def key(self) -> str:
        """How the row is found: CODE or CODE-MODIFIER."""
        return f"{self.code}-{self.modifier}" if self.modifier else self.code


class OpeningBalance(Entry, frozen=True, kw_only=True):
    """What an accumulator held before hpedi kept it; with `date` where it is known when the service was."""

    plan: Name
    accumulator: Name
    owner: Name
    period: date
    amount: Factor
    reference: Name
    day: date | None = msgspec.field(name="date", default=None)


class OpeningPayeeBalance(Entry, frozen=True, kw_only=True):
    """What a payee owed before hpedi kept it, US dollars: carried forward (FB), or an overpayment told already (WO)."""

    provider: Name
    kind: Literal["FB", "WO"]
    reference: Name
    amount: Money


TABLES: Final[Mapping[str, type[msgspec.Struct]]] = {
    "members": Member,
    "coverage": CoverageSpan,
    "other-coverage": OtherCoverage,
    "fee-schedules": FeeRow,
    "drg-tables": DrgRow,
    "apc-tables": ApcTableRow,
    "opening-balances": OpeningBalance,
    "opening-payee-balances": OpeningPayeeBalance,
    "authorizations": Authorization,
    "ptp": CodePair,
    "mue": UnitsLimit,
}
"""What a CSV file holds, by the first part of its path."""


def read_table(
    content: bytes, file: str, kind: type[Piece], places: Places, findings: list[Finding]
) -> Iterator[Piece]:
    """Yield the rows of a CSV file that are right; tell what is wrong with the others.

    Args:
        content: The file's bytes, UTF-8, with a header line.
        file: Its name, for findings.
        kind: What a row is.
        places: Takes the line of each row.
        findings: Takes what is wrong.

    Findings:
        reference-file: The file is not UTF-8 CSV, or its header names other columns.
        reference-value: A cell is not of its kind, a row has too many or too few cells.
    """
    try:
        lines = content.decode("utf-8-sig").splitlines(keepends=True)
        rows = csv.reader(lines, strict=True)
        header = next(rows, [])
        if _header_is_wrong(header, kind, file, findings):
            return
        yield from _rows(rows, header, file, kind, places, findings)
    except (UnicodeDecodeError, csv.Error):
        findings.append(found("reference-file", Where(file=file, line=1), "The file is not CSV in UTF-8; save it so."))


def _header_is_wrong(header: list[str], kind: type[Piece], file: str, findings: list[Finding]) -> bool:
    fields = fields_of(kind)
    missing = [name for name, field in fields.items() if field.required and name not in header]
    if missing or set(header) - set(fields) or len(header) != len(set(header)):
        message = f"The header must name the columns {', '.join(fields)}, each at most once."
        findings.append(found("reference-file", Where(file=file, line=1), message))
        return True
    return False


def _rows(
    rows: Iterator[list[str]], header: list[str], file: str, kind: type[Piece], places: Places, findings: list[Finding]
) -> Iterator[Piece]:
    shaper = Shaper(file, places, findings)
    checks = checks_of(kind)
    for cells in rows:
        line = rows.line_num  # type: ignore[attr-defined]
        if not cells:
            continue
        if len(cells) != len(header):
            shaper.refuse(
                line, f"The row has {len(cells)} cells and the header {len(header)}; quote cells that hold a comma."
            )
            continue
        written = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
        row = _converted(written, kind, checks)
        if row is not None:
            places.remember(row, "", Where(file=file, line=line))
        else:
            row = shaper.piece(Mark(line, {name: Mark(line, cell) for name, cell in written.items()}), kind)
        if row is not None:
            yield row


def _converted(
    written: dict[str, str], kind: type[Piece], checks: Mapping[str, Callable[[str], object]]
) -> Piece | None:
    # A whole row at once is ten times as fast as cell by cell; a row with a fault is read again to tell each fault.
    try:
        for name, check in checks.items():
            if name in written:
                check(written[name])
        return msgspec.convert(written, kind, strict=False)
    except ValueError:
        return None
