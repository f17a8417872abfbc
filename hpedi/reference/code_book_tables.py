"""The files of mappings/code_sets, and of a folder that the user fills, as a `CodeBook`: bytes in, sets out.

`sets.yaml` describes the sets; `<set>.tsv` or `<set>.tsv.gz` is the list of one: UTF-8, tab separated, comment lines
starting with #, a header line with the column `code` and, if dates are known, `from` and `to` (both included; empty is
open). The comment `# covers: CCYY-MM-DD..CCYY-MM-DD` says which days the list knows of; without it, all.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Final

import msgspec
import yaml

from hpedi.reference.code_book import (
    ALWAYS,
    CodeBook,
    CodeList,
    CodeSet,
    CodeSetEntry,
    NotChecked,
    Spans,
)
from hpedi.service_dates import DateSpan

SETS_FILE: Final = "sets.yaml"
SUFFIXES: Final = (".tsv", ".tsv.gz")
_COVERS: Final = "# covers:"
_GZIP: Final = 31
"""How zlib is told that a gzip header stands before the data."""


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A set in sets.yaml; see `CodeSetEntry`."""

    title: str
    source: str
    form: str | None = None
    form_words: str = ""
    identifier: str = ""
    has_headings: bool = False
    is_told_by_guide: bool = False
    told_by_rule: str | None = None
    any_of: tuple[str, ...] = ()
    has_list: bool = True
    table: str = ""
    paired_with: int = 0
    paired_length: int = 0


class _SetsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file sets.yaml."""

    sets: dict[str, _Row]


def read_code_book(standard: Mapping[str, bytes], own: Mapping[str, bytes] | None = None) -> CodeBook:
    """Read the code sets.

    Args:
        standard: The files of mappings/code_sets by name, `sets.yaml` among them.
        own: The files of the user's folder by name: a list there takes the place of ours.

    Raises:
        ValueError: sets.yaml is malformed. A malformed list raises when it is first asked for.
    """
    entries = read_code_set_entries(standard[SETS_FILE])
    ours, theirs = _tables(standard), _tables(own or {})
    not_checked = NotChecked()

    def code_set(entry: CodeSetEntry) -> CodeSet:
        table = entry.table or entry.name
        content = theirs.get(table, ours.get(table))
        read: Callable[[], CodeList] | None = None
        if content is not None:
            read = partial(read_code_list, content, has_headings=entry.has_headings)
        return CodeSet(entry, read, not_checked, is_of_user=table in theirs)

    return CodeBook([code_set(entry) for entry in entries], not_checked)


def read_code_set_entries(sets_file: bytes) -> tuple[CodeSetEntry, ...]:
    """Read sets.yaml.

    Raises:
        ValueError: It does not have its form, or a set takes together one that is not there.
    """
    # The C loader of PyYAML is a safe loader too, and many times as fast.
    document = yaml.load(sets_file, Loader=yaml.CSafeLoader)
    try:
        rows = msgspec.convert(document, _SetsFile).sets
    except msgspec.ValidationError as error:
        raise ValueError(f"{SETS_FILE} is malformed: {error}") from error
    missing = {part for row in rows.values() for part in row.any_of} - rows.keys()
    if missing:
        raise ValueError(f"{SETS_FILE} names sets that it does not have: {', '.join(sorted(missing))}")
    return tuple(_entry(name, row) for name, row in rows.items())


def _entry(name: str, row: _Row) -> CodeSetEntry:
    return CodeSetEntry(
        name=name,
        title=row.title,
        form=_pattern(row.form),
        form_words=row.form_words,
        identifier=row.identifier,
        has_headings=row.has_headings,
        is_told_by_guide=row.is_told_by_guide,
        told_by_rule=_pattern(row.told_by_rule),
        any_of=row.any_of,
        has_list=row.has_list,
        table=row.table,
        paired_with=row.paired_with,
        paired_length=row.paired_length,
    )


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return None if text is None else re.compile(text, re.ASCII)


def set_name(file_name: str) -> str:
    """Return the set that a file is the list of; "" if it is none."""
    for suffix in SUFFIXES:
        if file_name.endswith(suffix):
            return file_name.removesuffix(suffix)
    return ""


def _tables(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: content for file_name, content in files.items() if (name := set_name(file_name))}


def read_code_list(table: bytes, *, has_headings: bool = False) -> CodeList:
    """Read the list of a set.

    Args:
        table: As the module says; compressed by gzip or not.
        has_headings: Whether headings are to be told by longer codes.

    Raises:
        ValueError: There is no column `code`, or a date is none.
    """
    lines = unpacked(table).splitlines()
    covers = _covered(lines)
    days: dict[str, date | None] = {"": None}
    spans: dict[str, Spans] = {}
    for code, first, last in _rows(lines):
        span = _span(days, first, last)
        earlier = spans.get(code)
        spans[code] = span if earlier is None else earlier + span
    return CodeList(spans, covers, tuple(sorted(spans)) if has_headings else ())


def unpacked(table: bytes) -> str:
    """Return the text of a table, compressed or not.

    Raises:
        ValueError: It is no UTF-8, or its compression is broken.
    """
    if table.startswith(b"\x1f\x8b"):
        try:
            table = zlib.decompress(table, wbits=_GZIP)
        except zlib.error as error:
            raise ValueError("the compression is broken") from error
    return table.decode("utf-8-sig")


def _covered(lines: list[str]) -> DateSpan:
    for line in lines:
        if line.startswith(_COVERS):
            first, _, last = line.removeprefix(_COVERS).strip().partition("..")
            return DateSpan(date.fromisoformat(first), date.fromisoformat(last) if last else None)
        if not line.startswith("#"):
            break
    return DateSpan(date.min)


def _rows(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Go through the codes with their days, as text."""
    rows = iter([line for line in lines if line and not line.startswith("#")])
    header = next(rows, "").split("\t")
    if "code" not in header:
        raise ValueError("a table of codes has a column named code")
    if header == ["code", "from", "to"]:
        for row in rows:
            code, first, last, *_ = f"{row}\t\t".split("\t")
            yield code, first, last
        return
    places = [header.index(name) if name in header else len(header) for name in ("code", "from", "to")]
    for row in rows:
        cells = row.split("\t") + [""] * len(header)
        code, first, last = (cells[place] if place < len(header) else "" for place in places)
        yield code, first, last


def _span(days: dict[str, date | None], first: str, last: str) -> Spans:
    if not first and not last:
        return ALWAYS
    start, end = _day(days, first), _day(days, last)
    return (DateSpan(start or date.min, end),)


def _day(days: dict[str, date | None], text: str) -> date | None:
    if text not in days:
        days[text] = date.fromisoformat(text)
    return days[text]
