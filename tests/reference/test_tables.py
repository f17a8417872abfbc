"""CSV files of a payer folder."""

from __future__ import annotations

import pytest

from hpedi.findings import Finding
from hpedi.reference.shape import Places
from hpedi.reference.tables import FeeRow, read_table

HEADER = b"fee_schedule,version,from,to,code,modifier,fee\n"
ROW = b"FS,a,2026-01-01,,T1015,,120.00\n"


def read(content: bytes) -> tuple[list[FeeRow], list[Finding], Places]:
    """Read fees."""
    places, findings = Places(), list[Finding]()
    return list(read_table(content, "fees.csv", FeeRow, places, findings)), findings, places


@pytest.mark.parametrize(
    "content",
    [
        HEADER + ROW,
        b"\xef\xbb\xbf" + HEADER + ROW,
        (HEADER + ROW).replace(b"\n", b"\r\n"),
        HEADER + ROW.rstrip(),
        HEADER + b"\n" + ROW,
        b"version,fee_schedule,from,code,fee\na,FS,2026-01-01,T1015,120.00\n",
        HEADER + b'"FS","a",2026-01-01,,"T1015",,"120.00"\n',
    ],
)
def test_forms_of_a_table(content: bytes) -> None:
    """Byte order mark, line ends, quotes, blank lines, order of columns and columns left out make no difference."""
    (row,), findings, _places = read(content)
    assert not findings
    assert (row.fee_schedule, row.version, row.key, str(row.fee), row.end) == ("FS", "a", "T1015", "120.00", None)


def test_modifier_is_part_of_the_key() -> None:
    """A fee of a component is found under code and modifier."""
    (row,), _findings, _places = read(HEADER + b"FS,a,2026-01-01,2026-06-30,G0130,26,20.00\n")
    assert row.key == "G0130-26"


@pytest.mark.parametrize(
    "header", [b"code,fee\n", HEADER.replace(b"fee\n", b"price\n"), HEADER.replace(b"version", b"code"), b""]
)
def test_wrong_header_is_refused(header: bytes) -> None:
    """A header with a column missing, unknown or given twice refuses the file at its first line."""
    rows, findings, _places = read(header + ROW)
    assert not rows
    assert [(finding.code, finding.where.line) for finding in findings] == [("reference-file", 1)]


def test_right_rows_are_read_beside_wrong_ones() -> None:
    """Each wrong cell is told with its line, and the right rows know theirs."""
    rows, findings, places = read(HEADER + ROW + b"FS,a,then,,,,free\n" + b"FS\n" + ROW)
    assert [places.of(row).line for row in rows] == [2, 5]
    assert [finding.where.line for finding in findings] == [3, 3, 3, 4]


@pytest.mark.parametrize("content", [HEADER + b'FS,"a\n', HEADER + b"\xff" + ROW])
def test_what_is_no_csv_is_refused(content: bytes) -> None:
    """An open quote or bytes that are no UTF-8 refuse the file."""
    rows, findings, _places = read(content)
    assert not rows
    assert [finding.code for finding in findings] == ["reference-file"]
