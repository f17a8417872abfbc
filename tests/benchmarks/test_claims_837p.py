"""The benchmark's file: of the stated size, different in most claims, and the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.claims_837p import claim, write_file
from benchmarks.people import person

CLAIMS = 400


@pytest.mark.parametrize(
    "read",
    [
        lambda number: person(number).last + person(number).first,
        lambda number: (claim(number).patient or claim(number).subscriber).birth_date,
        lambda number: claim(number).patient_control_number,
        lambda number: claim(number).charged,
    ],
    ids=["name", "birth date", "number", "charge"],
)
def test_most_claims_differ(read: object) -> None:
    """Names, dates, numbers and amounts differ in at least 80 % of the claims."""
    assert callable(read)
    assert len({read(number) for number in range(CLAIMS)}) >= 0.8 * CLAIMS


def test_a_file_has_its_claims_and_is_always_the_same(tmp_path: Path) -> None:
    """A file of N claims holds N CLM segments, and a second one is equal."""
    first, second = tmp_path / "first.837", tmp_path / "second.837"
    write_file(first, CLAIMS)
    write_file(second, CLAIMS)
    assert first.read_bytes().count(b"~CLM*") == CLAIMS
    assert first.read_bytes() == second.read_bytes()
