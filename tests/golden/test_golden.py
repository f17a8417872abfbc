"""The golden scenarios: worked claims with their exact expected money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.golden.comparison import claim_differences, differences
from tests.golden.pure_harness import PureHarness
from tests.golden.scenarios import HERE, Scenario, execute, not_yet_supported, read_scenarios
from tests.golden.world import NotSupported, payer_folder


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each scenario of the folder asked for."""
    if "scenario" in metafunc.fixturenames:
        folder = Path(metafunc.config.getoption("--golden-dir") or HERE)
        scenarios = list(read_scenarios(folder))
        metafunc.parametrize("scenario", scenarios, ids=[scenario.id for scenario in scenarios])


def _run_differences(run: Any, world: Any) -> list[str]:
    harness = PureHarness(payer_folder(world, run["given"]))
    try:
        execute(run, world, harness)
    except NotSupported as reason:
        return [f"not supported: {reason}"]
    return differences(run["expect"], harness, world, run["not_asserted"])


def test_scenario(scenario: Scenario) -> None:
    """Every number of a scenario comes out as worked by hand; one that is listed as not supported yet does not."""
    told = [f"{run['run']}: {each}" for run in scenario.runs for each in _run_differences(run, scenario.world)]
    reason = not_yet_supported().get(scenario.id)
    if reason is None:
        assert not told, "\n".join([scenario.title, *told])
    elif not told:
        pytest.fail(f"{scenario.id} passes now: take it off tests/golden/not_yet_supported.txt")
    else:
        pytest.xfail(reason)


def test_never_wrong_money(scenario: Scenario) -> None:
    """Whatever is decided is decided as worked by hand, also where the scenario goes on to something not supported yet."""
    for run in scenario.runs:
        harness = PureHarness(payer_folder(scenario.world, run["given"]))
        try:
            execute(run, scenario.world, harness)
        except NotSupported:
            pass  # what was decided until then is looked at all the same
        first = {each["claim"]: each for each in reversed(run["expect"]["claims"]) if each["kind"] == "adjudicated"}
        pended = {each.label for each in harness.pended()}
        told = [
            difference
            for each in harness.decided()
            if each.label in first and not pended
            for difference in claim_differences(first[each.label], each.decision)
        ]
        assert not told, "\n".join([scenario.title, *told])
