"""The rules of adjudication, one YAML of cases each, both sides of every limit."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.rules.cases import HERE, Json, decide, outcome

RULES = HERE.parent.parent / "hpedi" / "adjudication"
FILES = sorted(HERE.glob("*.yaml"))
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['case']}")
    for path in FILES
    for case in yaml.safe_load(path.read_text())["cases"]
]
NO_RULES = {"__init__", "price", "reasons", "sources", "line_methods", "stay"}
"""Modules beside the methods of pricing that put them together."""


@pytest.mark.parametrize("case", CASES)
def test_case(case: Json) -> None:
    """A case of a rule comes out as its sentence says."""
    assert outcome(decide(case), case["expect"]) == case["expect"]


@pytest.mark.parametrize("rule", sorted(path.stem for path in (*RULES.glob("rules/*.py"), *RULES.glob("pricing/*.py"))))
def test_every_rule_has_cases(rule: str) -> None:
    """Each rule file has its file of cases."""
    assert rule in NO_RULES or (Path(HERE) / f"{rule}.yaml").is_file()
