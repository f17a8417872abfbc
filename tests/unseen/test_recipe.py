"""CONTRIBUTING's recipe for a rule of adjudication, followed to the letter in a copy of the tree.

The rule is one that Medicare has (42 CFR 410.37(g)): a screening is paid again only after its interval.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from tests.shared import PROJECT

RULE: Final = "screening_interval"
ADDED: Final = {
    f"hpedi/adjudication/rules/{RULE}.py": '''"""Screening interval: a screening is paid again after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Verdict
from hpedi.service_dates import add_months

RULE: Final = "screening_interval"


def check_interval(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a screening within so many months of an accepted one.

    Returns:
        `Denies` for reason `screening_interval`.

    Source: mappings/rules/screening_interval.yaml (42 CFR 410.37(g)).
    """
    day = line.terms.day
    codes = context.reference.rule_parameter(RULE, "codes", day)
    months = context.reference.rule_parameter(RULE, "months", day)
    if codes is None or months is None or line.line.code not in codes.values:
        return None
    for past in context.past:
        again = add_months(past.date, int(months.value))
        if past.code == line.line.code and not past.denied and past.date <= day < again:
            return Denies(reason=RULE, parameter=f"again from {again}", source=months.source)
    return None
''',
    f"mappings/rules/{RULE}.yaml": """# How soon a screening is paid again.
rules:
  - rule: screening_interval
    description: A screening is paid again only after so many months.
    date: date of service
    parameters:
      - {name: codes, from: 2025-01-01, values: [G0101, G0105], source: 42 CFR 410.37(g)}
      - {name: months, from: 2025-01-01, to: 2026-05-31, value: "3", unit: months, source: 42 CFR 410.37(g)}
      - {name: months, from: 2026-06-01, value: "2", unit: months, source: 42 CFR 410.37(g)}
""",
    f"tests/rules/{RULE}.yaml": """rule: screening_interval
cases:
  - case: A screening on the day before three months are over is denied.
    after: [{lines: [{code: G0101, date: "2026-02-10"}]}]
    claim: {lines: [{code: G0101, date: "2026-05-09"}]}
    expect: {status277: "F2:1", lines: [{cas: [CO-151 185.00]}]}
  - case: On the day it is paid.
    after: [{lines: [{code: G0101, date: "2026-02-10"}]}]
    claim: {lines: [{code: G0101, date: "2026-05-10"}]}
    expect: {lines: [{cas: [CO-45 145.00, PR-1 40.00]}]}
  - case: From June on two months are enough.
    after: [{lines: [{code: G0101, date: "2026-04-05"}]}]
    claim: {lines: [{code: G0101, date: "2026-06-05"}]}
    expect: {lines: [{cas: [CO-45 145.00, PR-1 40.00]}]}
""",
}
EDITS: Final = "hpedi/adjudication/stages/edits.py"
PAYER: Final = "tests/rules/payer/payer.yaml"
CHANGED: Final = {
    "hpedi/reference/conventions.py": {"EditName = Literal[\n": f'EditName = Literal[\n    "{RULE}",\n'},
    EDITS: {
        "from hpedi.adjudication.rules.sex import": (
            f"from hpedi.adjudication.rules.{RULE} import check_interval\nfrom hpedi.adjudication.rules.sex import"
        ),
        '    "ptp": check_code_pair,\n': f'    "ptp": check_code_pair,\n    "{RULE}": check_interval,\n',
        "CONCERNS: Final[Mapping[str, Concern]] = {\n": (
            f'CONCERNS: Final[Mapping[str, Concern]] = {{\n    "{RULE}": lambda context, _: bool(context.past),\n'
        ),
    },
    PAYER: {
        "component_paid, ptp,": f"component_paid, ptp, {RULE},",
        "reasons:\n": (
            f'reasons:\n  - {{reason: {RULE}, from: 2025-01-01, group: CO, carc: "151", status277: "F2:1"}}\n'
        ),
    },
}
WORLD: Final = "tests/unseen/world-2"
SCENARIO: Final = "HO-99"
STARTED_FROM: Final = "HO-01"
COPIED: Final = ("hpedi", "mappings", "samples", "tests", "pyproject.toml")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree."""
    copy = tmp_path_factory.mktemp("recipe")
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    return copy


def test_a_rule_is_added_as_the_recipe_says(tree: Path) -> None:
    """Cases, data, rule, its place in the lists and a scenario: it works, and no other file was touched."""
    before = _digests(tree)
    for name, content in ADDED.items():
        (tree / name).write_text(content)
    for name, edits in CHANGED.items():
        for old, new in edits.items():
            text = (tree / name).read_text()
            assert text.count(old) == 1, (name, old)
            (tree / name).write_text(text.replace(old, new))
    _add_scenario(tree / WORLD)
    _run(tree, "tests/rules", "-k", RULE, passing=len(("below", "on", "changed", "has cases")))
    _run(
        tree, "tests/golden", "--golden-dir", WORLD, "--database", "sqlite", "-k", f"scenario and {SCENARIO}", passing=1
    )
    checked = subprocess.run([sys.executable, "tests/golden/check.py", WORLD], cwd=tree, check=False)
    assert checked.returncode == 0
    after = _digests(tree)
    touched = {name for name in after if after[name] != before.get(name)}
    assert touched == {*ADDED, *CHANGED, f"{WORLD}/world.json", f"{WORLD}/{SCENARIO}.json"}


def test_the_recipe_names_what_is_touched() -> None:
    """Every file that was touched stands in the recipe, the rule's and the scenario's by their patterns."""
    recipe = (PROJECT / "CONTRIBUTING.md").read_text().split("## Add a rule of adjudication")[1].split("\n## ")[0]
    for name in (*ADDED, *CHANGED):
        assert name.replace(RULE, "<rule>") in recipe
    assert f"{WORLD}/HO-NN.json" in recipe
    assert "`world.json`" in recipe


def _add_scenario(world: Path) -> None:
    """Deny what HO-01 pays again three days later: the deductible of 640.00 is not counted, the rest stays."""
    told = json.loads((world / "world.json").read_text())
    told["conventions"]["edit_order"].insert(-1, RULE)
    told["reason_codes"][RULE] = {"group": "CO", "carc": "151", "status277": "F2:1"}
    (world / "world.json").write_text(json.dumps(told))
    scenario = json.loads((world / f"{STARTED_FROM}.json").read_text())
    scenario.update(id=SCENARIO, title="A screening three days after another one")
    _deny_the_second(scenario["runs"][0])
    (world / f"{SCENARIO}.json").write_text(json.dumps(scenario))


def _deny_the_second(run: Any) -> None:
    """640.00 was allowed, all of it deductible: 800.00 is denied and nothing is counted in the new year."""
    run["why"] = ["a screening three days after another one is denied: 800.00 - 800.00 = 0.00"]
    expect = run["expect"]
    second = expect["claims"][1]
    (line,) = second["lines"]
    line.update(allowed="0.00", counts=[], cas=[{"group": "CO", "carc": "151", "amount": "800.00", "quantity": None}])
    second.update(allowed="0.00", clp05="0.00", status277="F2:1")
    new_year = max(row["period"] for row in expect["accumulators"])
    for row in expect["accumulators"]:
        if row["period"] == new_year:
            row.update(change="0.00", after=row["before"])


def _digests(tree: Path) -> dict[str, str]:
    return {
        str(path.relative_to(tree)): sha256(path.read_bytes()).hexdigest()
        for path in tree.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and ".hypothesis" not in path.parts
    }


def _run(tree: Path, *asked: str, passing: int) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *asked]
    # The copy is what is tried, wherever the package is installed from.
    here = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tree, env=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert f"{passing} passed" in done.stdout, done.stdout[-500:]
