"""Names are compared as CORE 258 asks: a table of names, with why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from hpedi.inquiries.eligibility_names import first_agrees, last_agrees, normalised
from hpedi.inquiries.eligibility_rules import NameRules
from hpedi.inquiry_files import inquiry_data

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(Path(__file__).with_name("eligibility_names.yaml").read_text())
RULES: NameRules = inquiry_data().eligibility.on(date(2026, 3, 2)).names


@pytest.mark.parametrize("case", CASES["normalised"], ids=[each["why"] for each in CASES["normalised"]])
def test_last_names_are_normalised(case: dict[str, str]) -> None:
    """A last name is compared without case, suffixes that stand apart, and signs."""
    assert normalised(case["name"], RULES) == case["is"]


@pytest.mark.parametrize("case", CASES["first"])
def test_first_names_are_compared(case: dict[str, Any]) -> None:
    """A first name is compared by its letters; a single letter stands for the name it begins."""
    assert first_agrees(case["sent"], case["on_file"], RULES) is case["agrees"]


def test_a_name_of_signs_agrees_with_none() -> None:
    """What normalises to nothing is no name, not everybody's."""
    assert not last_agrees("-", "'", RULES)
