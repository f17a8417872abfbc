"""Edits of a payer folder that contradict each other, told at the later row."""

from __future__ import annotations

import pytest

from hpedi.reference.edits import Edits
from hpedi.reference.payer_folder import load_payer_folder
from hpedi.reference.records import content_of
from tests.golden.world import standard_files
from tests.reference.test_payer_folder import example

CONTRADICTIONS = [
    ("ptp", "{column1: G0260, column2: G0283, modifier_indicator: '0', from: 2025-06-01}", "code pair"),
    ("mue", "{code: G0283, units: '2'}", "daily maximums of one code"),
    ("mue", "{code: G0260, units: '2', from: 2026-02-01, to: 2026-01-31}", "ends before it begins"),
]


@pytest.mark.parametrize(("table", "row", "message"), CONTRADICTIONS)
def test_a_contradicting_row_is_refused(table: str, row: str, message: str) -> None:
    """A second row of one code in force on the same day, or one that ends before it begins, is told and not loaded."""
    files = example()
    head, _, tail = files["edits.yaml"].decode().partition(f"  {table}:")
    comment, _, rows = tail.partition("\n")
    files["edits.yaml"] = (
        f"{head}  {table}:{comment}\n{rows.split(chr(10))[0]}\n    - {row}\n".encode()
        + "\n".join(rows.split("\n")[1:]).encode()
    )
    loaded = load_payer_folder(files, standard_files())
    assert not loaded.records
    assert [finding.where.file for finding in loaded.findings] == ["edits.yaml"]
    assert message in loaded.findings[0].message


def test_rows_that_follow_each_other_are_right() -> None:
    """A maximum that ends on a day and one that begins on the next contradict nothing."""
    files = example()
    rows = b"""  mue:
    - {code: G0283, units: "1", to: 2026-01-31}
    - {code: G0283, units: "2", from: 2026-02-01}
  sex:"""
    head, _, tail = files["edits.yaml"].partition(b"  mue:")
    files["edits.yaml"] = head + rows + tail.partition(b"  sex:")[2]
    assert not load_payer_folder(files, standard_files()).findings


def test_credentialing_spans_do_not_overlap() -> None:
    """Two spans of one provider that share a day are a fault, told at the later one."""
    files = example()
    spans = b"id: LAKES\n    credentialed: [{from: 2025-01-01, to: 2026-01-31}, {from: 2026-01-31}]"
    files["providers.yaml"] = files["providers.yaml"].replace(b"id: LAKES", spans, 1)
    loaded = load_payer_folder(files, standard_files())
    assert not loaded.records
    assert [finding.where.file for finding in loaded.findings] == ["providers.yaml"]
    assert "credentialing spans of one provider" in loaded.findings[0].message


def test_long_tables_are_read_from_csv() -> None:
    """Code pairs and daily maximums of CSV files stand beside those of the YAML, and contradictions name their line."""
    files = example()
    files["ptp.csv"] = b"column1,column2,modifier_indicator,from\nG0412,G0413,0,2025-01-01\n"
    files["mue.csv"] = b"code,units\nG0412,1\nG0413,2\n"
    (record,) = (each for each in load_payer_folder(files, standard_files()).records if each.kind == "edits")
    edits = content_of(record, Edits)
    assert [(pair.column1, pair.column2) for pair in edits.ptp] == [("G0260", "G0283"), ("G0412", "G0413")]
    assert [limit.code for limit in edits.mue] == ["G0283", "G0412", "G0413"]
    files["mue.csv"] = b"code,units\nG0412,1\nG0283,2\n"
    (finding,) = load_payer_folder(files, standard_files()).findings
    assert (finding.where.file, finding.where.line) == ("mue.csv", 3)
