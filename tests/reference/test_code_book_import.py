"""Published lists of codes: each shape read into dated rows, and every bad row told with its line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.code_files import code_book
from hpedi.reference.code_book_import import PublishedList, check_code_tables, read_published_list, write_code_table
from hpedi.reference.code_book_tables import read_code_list

ENTRIES = {name: each.entry for name, each in code_book().sets.items()}

NUCC = """\
Code,Grouping,Classification,Specialization,Definition,Effective Date,Deactivation Date,Last Modified Date
207Q00000X,Allopathic,Family Medicine,,"A doctor, ""of families""
over two lines",4/1/2003,,7/1/2011
208D00000X,Allopathic,General Practice,,,4/1/2003,12/31/2024,
"""
HCPCS_CSV = """\
2026 HCPCS Alpha-Numeric
Copyright of CMS
HCPC,SEQNUM,RECID,LONG DESCRIPTION,ADD DT,ACT EFF DT,TERM DT,ACTION CD
J3301,00100,3,Injection,20080101,20080101,,N
G0127,00100,3,Trimming,19980701,20200101,20251231,D
"""
X12_LIST = "code\tdescription\tstart\tstop\n1\tDeductible\t01/01/1995\t\n15\tAuthorization\t01/01/1995\t05/01/2018\n"


def read(text: str | bytes, name: str) -> PublishedList:
    """Return what a file holds, read as the list of a set."""
    return read_published_list(text.encode() if isinstance(text, str) else text, "list.txt", ENTRIES[name])


def rows(published: PublishedList) -> list[tuple[str, date | None, date | None]]:
    """Return the rows of a right list without their lines."""
    assert not published.findings
    return [(row.code, row.first, row.last) for row in published.rows]


def hcpcs_line(code: str, record: str, added: str, ended: str = "") -> str:
    """Return a line of the HCPCS contractor file: code 1-5, record 11, added 269-276, terminated 285-292."""
    line = f"{code:<5}00100{record}"
    return f"{line:<268}{added:<8}{added:<8}{ended:<8}N{'':27}"


def test_the_nucc_taxonomy_is_read() -> None:
    """NUCC publishes a CSV file with effective and deactivation dates; cells may go over several lines."""
    assert rows(read(NUCC, "taxonomy")) == [
        ("207Q00000X", date(2003, 4, 1), None),
        ("208D00000X", date(2003, 4, 1), date(2024, 12, 31)),
    ]


def test_hcpcs_as_csv_is_read_below_its_titles() -> None:
    """CMS writes lines of title before the header; codes come in order."""
    assert rows(read(HCPCS_CSV, "hcpcs")) == [
        ("G0127", date(1998, 7, 1), date(2025, 12, 31)),
        ("J3301", date(2008, 1, 1), None),
    ]


def test_hcpcs_in_fixed_columns_is_read() -> None:
    """The contractor file holds procedures and modifiers, each with lines that only go on with the title."""
    text = "\n".join(
        [
            hcpcs_line("J3301", "3", "20080101"),
            hcpcs_line("J3301", "4", "20080101"),
            hcpcs_line("G0127", "3", "19980701", "20251231"),
            hcpcs_line("   RT", "7", "19820101"),
            hcpcs_line("   RT", "8", "19820101"),
        ]
    )
    assert rows(read(text, "hcpcs")) == [
        ("G0127", date(1998, 7, 1), date(2025, 12, 31)),
        ("J3301", date(2008, 1, 1), None),
    ]
    assert rows(read(text, "modifier")) == [("RT", date(1982, 1, 1), None)]


def test_an_x12_list_stops_the_day_before_its_stop_date() -> None:
    """X12's stop date is the first day a code is no longer in force."""
    assert rows(read(X12_LIST, "adjustment_reason")) == [
        ("1", date(1995, 1, 1), None),
        ("15", date(1995, 1, 1), date(2018, 4, 30)),
    ]


@pytest.mark.parametrize("text", ["0120\n0450\n", "0120 Room\r\n\r\n0450 Emergency\r\n", "# ours\n0450\n0120\n0120\n"])
def test_one_code_a_line_is_read(text: str) -> None:
    """A plain list has no dates; titles, empty lines, comments and codes that stand twice are passed over."""
    assert rows(read(text, "revenue")) == [("0120", None, None), ("0450", None, None)]


def test_windows_files_are_read() -> None:
    """Files saved by Excel may be Windows-1252, or begin with a byte order mark."""
    assert rows(read(b"code,title\n0450,\x93Emergency\x94\n", "revenue")) == [("0450", None, None)]
    assert rows(read(b"\xef\xbb\xbfcode\n0450\n", "revenue")) == [("0450", None, None)]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("code\tfrom\nJ3301\t2026-01-01\nJ33\t2026-01-01\n", 3, "reference-value"),
        ("code\tfrom\nJ3301\t2026-13-01\n", 2, "reference-value"),
        ("code\tfrom\nJ3301\tsoon\n", 2, "reference-value"),
        ("code\tfrom\tto\nJ3301\t2026-01-01\t2025-01-01\n", 2, "reference-value"),
        ("code\tfrom\tto\nJ3301\t2020-01-01\t\nJ3301\t2022-01-01\t\n", 3, "reference-value"),
        ("code\tfrom\n\t2026-01-01\n", 2, "reference-value"),
        ("J3301\nQWERTY\n", 2, "reference-value"),
        ("", 1, "reference-file"),
        ("code\tfrom\n", 1, "reference-file"),
    ],
)
def test_a_bad_row_is_told_with_its_line(text: str, line: int, code: str) -> None:
    """One bad row gives one finding that names file and line and shows no value."""
    (finding,) = read(text, "hcpcs").findings
    assert (finding.code, finding.where.file, finding.where.line) == (code, "list.txt", line)
    assert "QWERTY" not in finding.message


def test_what_is_written_is_read_again() -> None:
    """The table holds codes and dates, says where it is from, and covers the days from the one given."""
    published = read(HCPCS_CSV, "hcpcs")
    table = write_code_table(ENTRIES["hcpcs"], published.rows, "hcpcs.csv", date(2026, 1, 1))
    assert table.decode().splitlines() == [
        "# HCPCS level II: codes and dates only.",
        "# Source: hcpcs.csv, by hpedi codes import.",
        "# covers: 2026-01-01..",
        "code\tfrom\tto",
        "G0127\t1998-07-01\t2025-12-31",
        "J3301\t2008-01-01\t",
    ]
    read_again = read_code_list(table)
    assert (read_again.covers.start, read_again.covers.end) == (date(2026, 1, 1), None)
    assert read_again.spans["G0127"][0].end == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("file", "content", "code", "line"),
    [
        ("hcpcs.tsv", b"code\tfrom\tto\nJ3301\t\t\nJ33\t\t\n", "reference-value", 3),
        ("hcpcs.tsv", b"# ours\nkode\nJ3301\n", "reference-value", 2),
        ("hcpcs.tsv.gz", b"\x1f\x8bnothing", "reference-file", None),
        ("hcpcs.tsv", b"\xff\xfe", "reference-file", None),
        ("trees.tsv", b"code\nOAK\n", "reference-link", None),
        ("npi.tsv", b"code\n1234567893\n", "reference-link", None),
    ],
)
def test_a_list_written_by_hand_is_checked_before_use(file: str, content: bytes, code: str, line: int | None) -> None:
    """A folder's file that is malformed, or named after no set, is a finding and no bug."""
    (finding, *_) = check_code_tables({file: content}, ENTRIES)
    assert (finding.code, finding.where.file, finding.where.line) == (code, file, line)
    assert check_code_tables({"hcpcs.tsv": b"code\tfrom\tto\nJ3301\t\t\n"}, ENTRIES) == ()


@given(st.binary(max_size=400) | st.text('code,\t;01/-ABJ3"\n', max_size=200).map(str.encode))
def test_any_file_is_read_or_told(content: bytes) -> None:
    """Whatever the bytes: rows or findings, and no row without the form of its set."""
    published = read_published_list(content, "list.txt", ENTRIES["hcpcs"])
    form = ENTRIES["hcpcs"].form
    assert form is not None
    assert published.rows or published.findings
    assert all(form.fullmatch(row.code) for row in published.rows)
