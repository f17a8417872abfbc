"""Samples are synthetic: identifiers that were never given to anybody."""

from __future__ import annotations

import re

from hpedi.identifiers import npi
from tests.shared import PROJECT

FIRST_ISSUED_NPI = "1003000100"
TEN_DIGITS = re.compile(r"(?<!\d)[12]\d{9}(?!\d)")
SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")


def sample_texts() -> dict[str, str]:
    """Return every sample file's text by its name."""
    files = (path for path in (PROJECT / "samples").rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path.relative_to(PROJECT)): path.read_text(encoding="latin-1") for path in files}


def test_npis_of_samples_were_never_issued() -> None:
    """Every NPI with a right check digit in the samples lies below the first one that was ever issued."""
    live = [
        f"{name}: {number}"
        for name, text in sample_texts().items()
        for number in TEN_DIGITS.findall(text)
        if npi.is_valid(number) and number >= FIRST_ISSUED_NPI
    ]
    assert not live


def test_samples_hold_no_social_security_number() -> None:
    """Nothing in the samples has the form of a social security number."""
    assert not [name for name, text in sample_texts().items() if SSN.search(text)]
