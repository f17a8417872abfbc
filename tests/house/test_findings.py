"""Each kind of finding is provoked by a test."""

from __future__ import annotations

import re

import pytest

from hpedi.acceptance_files import every_rule
from hpedi.finding_kinds import FINDING_KINDS
from tests.house.source_tree import python_tests
from tests.shared import PROJECT

HOUSE = PROJECT / "tests" / "house"


@pytest.fixture(scope="module")
def tests_text() -> str:
    """All tests and their cases, without the house's own."""
    cases = [path for path in (PROJECT / "tests").rglob("*") if path.suffix in {".yaml", ".tsv", ".json", ".txt"}]
    tests = [path for path in python_tests() if not path.is_relative_to(HOUSE)]
    return "\n".join(path.read_text() for path in [*tests, *cases])


def test_each_kind_is_provoked(tests_text: str) -> None:
    """A test outside the house names each kind, each rule by its code or id; uses of code sets are tested by set."""
    told = set(re.findall(r"[A-Za-z0-9-]+", tests_text))
    shapes = ('"{}"', "'{}'", " {}\n", "\t{}\t", "{}, ")
    never = [code for code in FINDING_KINDS if not any(shape.format(code) in tests_text for shape in shapes)]
    assert not never
    unproven = [
        rule.id
        for rule in every_rule()
        if rule.codes is None and rule.severity is not None and not {rule.id, rule.kind.code} & told
    ]
    assert not unproven
