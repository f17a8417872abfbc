"""The golden scenarios: worked claims with their exact expected money."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from hpedi.commands.workspace import Workspace, create, open_workspace
from tests.databases import Workspaces
from tests.golden.comparison import differences
from tests.golden.real_harness import RealHarness
from tests.golden.scenarios import HERE, Scenario, execute, read_scenarios
from tests.golden.world import NotSupported, payer_folder

Start: TypeAlias = Callable[[Any, Any], RealHarness]
FOLDERS = (HERE, HERE / "self-insured", HERE.parent / "unseen" / "world-2")
"""What runs when no folder is asked for."""
KEY = base64.b64encode(bytes(range(32))).decode()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each scenario of the folder asked for; without one, of ours and of another payer's world."""
    if "scenario" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--golden-dir")
        scenarios = [each for folder in ([Path(asked)] if asked else FOLDERS) for each in read_scenarios(folder)]
        metafunc.parametrize("scenario", scenarios, ids=[scenario.id for scenario in scenarios])


@pytest.fixture(scope="session")
def empty_home(standing_workspaces: Workspaces, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace, to be copied for each run."""
    home = tmp_path_factory.mktemp("golden") / "empty"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        create(home, standing_workspaces.url())
    return home


@pytest.fixture
def start(workspaces: Workspaces, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a run: its world and given state loaded into a workspace of its own."""
    monkeypatch.setenv("HPEDI_KEY", KEY)

    def started(run: Any, world: Any) -> RealHarness:
        opened.append(open_workspace(workspaces.copy(empty_home, tmp_path / run["run"])))
        return RealHarness(payer_folder(world, run["given"]), opened[-1], tmp_path)

    opened: list[Workspace] = []
    yield started
    for workspace in opened:
        workspace.database.close()


def _run_differences(run: Any, world: Any, start: Start) -> list[str]:
    harness = start(run, world)
    try:
        execute(run, world, harness)
    except NotSupported as reason:
        return [f"not supported: {reason}"]
    return differences(run["expect"], harness, world, run["not_asserted"])


def test_scenario(scenario: Scenario, start: Start) -> None:
    """Every number of a scenario comes out as worked by hand."""
    told = [f"{run['run']}: {each}" for run in scenario.runs for each in _run_differences(run, scenario.world, start)]
    assert not told, "\n".join([scenario.title, *told])


BATCH_HEADER = "5"
NACHA_RECORDS = (BATCH_HEADER, "6", "7", "8", "9")


@pytest.mark.parametrize("name", ["main", "as_printed"])
def test_on_the_wire(name: str, start: Start) -> None:
    """A payment run stands on the wire as printed, segment by segment and record by record, but for our EFT number."""
    scenario = next(each for each in read_scenarios(HERE) if each.id == "GS-56")
    told = json.loads((HERE / "GS-56.json").read_text())["facts"]
    run = next(each for each in scenario.runs if each["run"] == name)
    harness = start(run, scenario.world)
    execute(run, scenario.world, harness)
    (remitted,) = harness.remitted()
    printed_number, number = run["expect"]["remits"][0]["trn"], remitted.remittance.trace_number
    wire = next(each for each in (told["wire"], told["wire_main"]) if each["run"] == name)
    segments = harness.sent["835"].decode().upper().split("~")
    for segment in ("bpr", "trn", "ref2u", "plb"):
        assert wire[segment].replace(printed_number, number).rstrip("~").upper() in segments
    printed = (HERE / told["nacha"][name]["file"]).read_text().splitlines()
    sent = harness.sent["ach"].decode().splitlines()
    assert _money_records(sent, number) == _money_records(printed, printed_number)


def _money_records(records: list[str], number: str) -> list[str]:
    """Return the records of a Nacha file but its header, without our EFT number and the day on which it was written."""
    found = [each.replace(number, "NUMBER") for each in records if each[:1] in NACHA_RECORDS]
    undated = [each[:63] + each[69:] if each[:1] == BATCH_HEADER else each for each in found]
    return [" ".join(each.split()) for each in undated]
