"""The scenarios of a golden folder, and how their steps are done."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.golden.changes import WORLD_CHANGES
from tests.golden.harness import Harness
from tests.golden.settlements import SETTLEMENTS
from tests.golden.world import NotSupported, claim_of, payer_folder

Json = Any

HERE = Path(__file__).resolve().parent
SCENARIO_FILE = re.compile(r"[A-Z]{2}-\d{2,}\.json")
"""A scenario's file is named for its id: GS-01, HO-01 ..."""
APPEAL, OVERTURNED = "appeal_overturn", "overturned"
OPTIONAL_FEATURES = frozenset({"manual_interest"})
"""Optional features (`requires` of a run) that are supported."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario file, its folder and its world."""

    folder: Path
    id: str
    title: str
    world: Json
    runs: tuple[Json, ...]


def read_scenarios(folder: Path) -> Iterator[Scenario]:
    """Yield the scenarios of a folder in the order of their ids."""
    worlds: dict[str, Json] = {}
    for path in sorted(path for path in folder.glob("*.json") if SCENARIO_FILE.fullmatch(path.name)):
        told = json.loads(path.read_text())
        name = told["world"]
        worlds[name] = worlds.get(name) or json.loads((folder / name).read_text())
        runs = tuple(run for run in told["runs"] if set(run["requires"]) <= OPTIONAL_FEATURES)
        yield Scenario(folder, told["id"], told["title"], worlds[name], runs)


def reprocess(harness: Harness, asked: Sequence[Json], day: date) -> None:
    """Decide claims again, each for its reason."""
    for each in asked:
        number = harness.control_numbers()[each["claim"]]
        harness.reprocess(number, each["reason"], each.get("waive", ()), day)


def execute(run: Json, world: Json, harness: Harness) -> None:
    """Do the steps of a run in order.

    Raises:
        NotSupported: A step, or a claim of one, is of a kind that the format has not.
    """
    given = run["given"]
    for step in run["steps"]:
        day = date.fromisoformat(step["date"])
        if step["type"] == "receive_claim":
            claim = claim_of(step["claim"], world, harness.control_numbers())
            harness.receive_claim(step["claim"]["label"], claim, date.fromisoformat(step["received"]), day)
        elif step["type"] == "payment_run":
            harness.payment_run(step["step"], day)
        elif step["type"] in SETTLEMENTS:
            harness.settle(step["step"], SETTLEMENTS[step["type"]](step), day)
        elif step["type"] in WORLD_CHANGES:
            world, given = WORLD_CHANGES[step["type"]](step, world, given)
            harness.load(payer_folder(world, given), day)
            reprocess(harness, step.get("reprocess", ()), day)
        elif step["type"] == "manual_interest":
            harness.set_interest(harness.control_numbers()[step["claim"]], step["amount"], day)
        elif step["type"] == "reprocess":
            reprocess(harness, [step], day)
        elif step["type"] == "appeal_decision":
            appealed = {"claim": step["claim"], "reason": APPEAL, "waive": step["waive"]}
            reprocess(harness, [appealed] if step["decision"] == OVERTURNED else [], day)
        else:
            raise NotSupported(f"step {step['type']}")
