"""Edits of a payer folder that contradict each other, told at the later row."""

from __future__ import annotations

import pytest

from hpedi.reference.payer_folder import load_payer_folder
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
