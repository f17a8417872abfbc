"""Another payer's world in the golden format: it is sound by the independent checker, and nothing of ours knows either.

`world-2` was made beside the golden files: other plans (a year from July, an aggregate family, copay and coinsurance),
contracts, codes, reasons and order of edits. Its scenarios run with the golden ones (tests/golden/test_golden.py).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared import PROJECT

GOLDEN = PROJECT / "tests" / "golden"
WORLDS = (GOLDEN, Path(__file__).resolve().parent / "world-2")
SCENARIO = re.compile(r"\b(GS|HO)-\d{2}\b")
SHORT = 4
"""Ids of fewer letters (P1, A) may be anything."""


@pytest.mark.parametrize("folder", WORLDS, ids=lambda folder: str(folder.name))
def test_world_is_sound(folder: Path) -> None:
    """Structure, references and arithmetic of a folder hold by a checker that prices nothing."""
    done = subprocess.run([sys.executable, GOLDEN / "check.py", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def names_of(world: dict[str, list[dict[str, object]]]) -> Iterator[str]:
    """Yield the ids and numbers by which a world calls its members, payees, contracts and tables."""
    for member in world["members"]:
        yield str(member["member_id"])
    for provider in world["providers"]:
        yield from (str(provider["npi"]), str(provider["tin"]), str(provider["name"]))
    for kind in ("contracts", "fee_schedules", "drg_tables", "apc_tables"):
        yield from (str(each["id"]) for each in world[kind])


@pytest.mark.parametrize("folder", WORLDS, ids=lambda folder: str(folder.name))
def test_nothing_of_ours_knows_the_world(folder: Path) -> None:
    """No scenario, member, payee, contract or table of a world stands in the package or in what comes with it."""
    world = json.loads((folder / "world.json").read_text())
    names = sorted({name for name in names_of(world) if len(name) > SHORT or "-" in name}, key=len, reverse=True)
    known = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])|{SCENARIO.pattern}")
    found = [
        f"{path.relative_to(PROJECT)}: {match.group()}"
        for part in ("hpedi", "mappings")
        for path in sorted((PROJECT / part).rglob("*"))
        if path.is_file() and path.suffix in {".py", ".yaml", ".tsv", ".csv", ".xml", ".html", ".json"}
        for match in known.finditer(path.read_text())
    ]
    assert not found
