"""Lists of codes as their owners publish them, read into dated rows, and written as a table of a code book.

Known shapes: a delimited file whose header names its columns (NUCC taxonomy, CMS HCPCS as CSV, X12 external lists, our
own tables), the fixed columns of the CMS HCPCS contractor file, and one code a line. Only codes and dates are taken, no
titles. What is wrong is told by line, and then the list is not to be used.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.reference.code_book import CodeSetEntry
from hpedi.reference.code_book_tables import set_name, unpacked
from hpedi.service_dates import DateSpan

_CODE_TITLES: Final = frozenset(
    {"code", "hcpc", "hcpcs", "hcpcs code", "cpt", "cpt code", "code value", "carc", "rarc", "taxonomy code"}
    | {"revenue code", "rev code", "ndc", "modifier", "condition code", "value code", "occurrence code", "cdt code"}
)
_FIRST_TITLES: Final = (
    *("from", "valid_from", "start", "start date", "effective date", "code effective date", "add dt", "add date"),
    *("begin date", "effective"),
)
_LAST_TITLES: Final = (
    *("to", "valid_to", "end", "end date", "term dt", "term date", "termination date", "last day", "thru date"),
    *("deactivation date", "deactivated"),
)
_STOP_TITLES: Final = ("stop", "stop date")
"""The first day a code is no longer in force, as X12 gives it; all others are the last day it is."""

_DELIMITERS: Final = ("\t", ",", ";", "|")
_HEADER_WITHIN: Final = 20
"""How many lines of title and copyright may stand before a header."""

_ISO_DATE: Final = re.compile(r"(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)")
_US_DATE: Final = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})")
_NO_DATE: Final = frozenset({"", "00000000", "99991231", "N/A"})


class CodeRow(NamedTuple):
    """A code of a published list and when it is in force; None where that is open or not said."""

    code: str
    first: date | None
    last: date | None
    line: int


@dataclass(frozen=True, slots=True)
class PublishedList:
    """What a file holds.

    Attributes:
        rows: Its codes in order, each span once.
        findings: What is wrong with it; with any, the list is not to be used.
    """

    rows: tuple[CodeRow, ...]
    findings: tuple[Finding, ...]


class _Cells(NamedTuple):
    """The texts of one row, and the line they stand on."""

    code: str
    first: str
    last: str
    stop: str
    line: int


def read_published_list(content: bytes, file: str, entry: CodeSetEntry) -> PublishedList:
    """Read a list of codes.

    Args:
        content: The file, UTF-8 or Windows-1252.
        file: What to call it.
        entry: The set that it is a list of: its codes must have the form of the set.

    Findings:
        reference-file: No shape fits, or no code is in it.
        reference-value: A code does not have its form, a date is none, a span ends before it begins, or two spans of a
            code share a day.
    """
    lines = _text(content).splitlines()
    cells = next(rows for rows in (shape(lines, entry) for shape in _SHAPES) if rows is not None)
    findings: list[Finding] = []
    rows: list[CodeRow] = []
    try:
        rows.extend(row for each in cells if (row := _row(each, file, entry, findings)) is not None)
    except csv.Error:
        where = Where(file=file)
        findings.append(found("reference-file", where, "A cell is too long or not closed. Save the list as CSV again."))
    if not rows and not findings:
        where = Where(file=file, line=1)
        findings.append(
            found("reference-file", where, "No code can be read. Give one code a line, or a column `code`.")
        )
    return PublishedList(tuple(_without_overlaps(rows, file, findings)), tuple(findings))


def check_code_tables(files: Mapping[str, bytes], entries: Mapping[str, CodeSetEntry]) -> tuple[Finding, ...]:
    """Check the lists in a folder that the user fills, by hand perhaps, before a code book is read from it.

    Args:
        files: The files by name.
        entries: The sets by name.

    Findings:
        reference-link: A file is named after no set that can have a list.
        reference-file, reference-value: As `read_published_list`.
    """
    findings: list[Finding] = []
    for file, content in files.items():
        entry = entries.get(set_name(file))
        if entry is None or not entry.has_list or entry.table:
            message = "The file is named after no set that can have a list: see hpedi codes list."
            findings.append(found("reference-link", Where(file=file), message))
            continue
        try:
            text = unpacked(content)
        except ValueError:
            findings.append(
                found("reference-file", Where(file=file), "The file is no UTF-8 text, or its gzip is broken.")
            )
            continue
        findings.extend(read_published_list(text.encode(), file, entry).findings)
    return tuple(findings)


def write_code_table(entry: CodeSetEntry, rows: Sequence[CodeRow], file: str, since: date | None) -> bytes:
    """Write a list as a table that `code_book_tables` reads.

    Args:
        entry: The set.
        rows: Its codes.
        file: The file they come from, for a comment.
        since: The first day that the list tells about; None if it tells about all.
    """
    lines = [f"# {entry.title}: codes and dates only.", f"# Source: {file}, by hpedi codes import."]
    if since is not None:
        lines.append(f"# covers: {since}..")
    lines.append("code\tfrom\tto")
    lines.extend(f"{row.code}\t{row.first or ''}\t{row.last or ''}" for row in rows)
    return "\n".join(lines).encode() + b"\n"


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


# --- shapes -----------------------------------------------------------------------------------------------------------

_HCPCS_LENGTH: Final = 292
_HCPCS_CODE, _HCPCS_RECORD = slice(0, 5), slice(10, 11)
_HCPCS_ADDED, _HCPCS_TERMINATED = slice(268, 276), slice(284, 292)
_HCPCS_PROCEDURE, _HCPCS_MODIFIER = "3", "7"
"""Records that begin a code; 4 and 8 go on with its title."""


def _fixed_columns(lines: Sequence[str], entry: CodeSetEntry) -> Iterator[_Cells] | None:
    """Read the HCPCS contractor file of CMS (record layout of 320 characters): procedures, or modifiers."""
    if not lines or len(lines[0]) < _HCPCS_LENGTH or not lines[0][_HCPCS_RECORD].isdigit():
        return None
    wanted = _HCPCS_MODIFIER if entry.name == "modifier" else _HCPCS_PROCEDURE
    return (
        _Cells(line[_HCPCS_CODE].strip(), line[_HCPCS_ADDED].strip(), line[_HCPCS_TERMINATED].strip(), "", number)
        for number, line in enumerate(lines, start=1)
        if line[_HCPCS_RECORD] == wanted
    )


def _delimited(lines: Sequence[str], _entry: CodeSetEntry) -> Iterator[_Cells] | None:
    """Read a file with a header, comments and titles before it left out."""
    for at, line in enumerate(lines[:_HEADER_WITHIN]):
        for delimiter in _DELIMITERS:
            titles = [cell.strip().strip('"').casefold() for cell in line.split(delimiter)]
            if not line.startswith("#") and _CODE_TITLES.intersection(titles):
                return _below(lines, at, delimiter, titles)
    return None


def _below(lines: Sequence[str], at: int, delimiter: str, titles: Sequence[str]) -> Iterator[_Cells]:
    code = next(index for index, title in enumerate(titles) if title in _CODE_TITLES)
    first, last, stop = (_place(titles, names) for names in (_FIRST_TITLES, _LAST_TITLES, _STOP_TITLES))
    reader = csv.reader(lines[at + 1 :], delimiter=delimiter)
    for row in reader:
        cells = [cell.strip() for cell in row] + [""] * len(titles)
        if any(row) and not cells[0].startswith("#"):
            begins, ends, stops = ("" if place is None else cells[place] for place in (first, last, stop))
            yield _Cells(cells[code], begins, ends, stops, at + 1 + reader.line_num)


def _place(titles: Sequence[str], names: Sequence[str]) -> int | None:
    """Return where the first of these titles stands."""
    return next((titles.index(name) for name in names if name in titles), None)


def _one_a_line(lines: Sequence[str], _entry: CodeSetEntry) -> Iterator[_Cells] | None:
    """Read one code a line; what follows it after a blank is its title."""
    return (
        _Cells(line.split()[0], "", "", "", number)
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    )


_SHAPES: Final[tuple[Callable[[Sequence[str], CodeSetEntry], Iterator[_Cells] | None], ...]] = (
    _fixed_columns,
    _delimited,
    _one_a_line,
)

# --- rows -------------------------------------------------------------------------------------------------------------


def _row(cells: _Cells, file: str, entry: CodeSetEntry, findings: list[Finding]) -> CodeRow | None:
    """Make a row of its texts; tell what is wrong with them."""
    where = Where(file=file, line=cells.line)
    if not cells.code or (entry.form is not None and not entry.form.fullmatch(cells.code)):
        words = entry.form_words or "not empty"
        findings.append(found("reference-value", where, f"No code of {entry.title}: a code is {words}."))
        return None
    days = []
    for text in (cells.first, cells.last, cells.stop):
        try:
            days.append(_day(text))
        except ValueError:
            message = "A date cannot be read. Give CCYY-MM-DD, CCYYMMDD or MM/DD/CCYY."
            findings.append(found("reference-value", where, message))
            return None
    first, last, stop = days
    if last is None and stop is not None:
        last = stop - timedelta(days=1)
    if first is not None and last is not None and last < first:
        findings.append(found("reference-value", where, "The code ends before it begins. Correct one of the dates."))
        return None
    return CodeRow(cells.code, first, last, cells.line)


def _day(text: str) -> date | None:
    """Read a date in any form that owners of lists use.

    Raises:
        ValueError: It is none.
    """
    if text in _NO_DATE:
        return None
    match = _ISO_DATE.fullmatch(text) or _US_DATE.fullmatch(text)
    if match is None:
        raise ValueError("no date")
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def _without_overlaps(rows: Sequence[CodeRow], file: str, findings: list[Finding]) -> Iterator[CodeRow]:
    """Yield the rows in order of their codes, one that stands twice once; tell spans that share a day."""
    known: dict[str, list[CodeRow]] = {}
    for row in rows:
        same = known.setdefault(row.code, [])
        if any((row.first, row.last) == (other.first, other.last) for other in same):
            continue
        if any(_share_a_day(row, other) for other in same):
            message = f"The code stands on line {same[0].line} too, for some of the same days. Keep one of them."
            findings.append(found("reference-value", Where(file=file, line=row.line), message))
        same.append(row)
    for code in sorted(known):
        yield from sorted(known[code], key=lambda row: row.first or date.min)


def _share_a_day(row: CodeRow, other: CodeRow) -> bool:
    spans = [DateSpan(each.first or date.min, each.last) for each in (row, other)]
    return spans[0].covers(spans[1].start) or spans[1].covers(spans[0].start)
