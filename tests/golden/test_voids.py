"""Whatever a scenario's claims are: voided one after another, newest first, they leave every ledger as before."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hpedi.commands.workspace import Workspace, context_for, create, open_workspace
from hpedi.pipeline.correct import standing_decision
from tests.databases import Workspaces
from tests.golden.real_harness import RealHarness
from tests.golden.scenarios import HERE, Scenario, execute, read_scenarios
from tests.golden.world import payer_folder

KEY = base64.b64encode(bytes(range(32))).decode()
VOIDED = frozenset({"14", "19", "22", "25", "29", "30", "32", "35", "44", "46", "47", "48", "49", "55"})
"""Scenarios that use every ledger: authorisations, episodes, withhold, programmes, employers, members, other payers.

Not GS-09: what carries over from last year belongs to no claim and stays.
"""
SCENARIOS = [each for each in read_scenarios(HERE) if each.id.removeprefix("GS-") in VOIDED]


@pytest.fixture
def workspace(workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """An empty workspace."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    create(tmp_path / "home", workspaces.url())
    opened = open_workspace(tmp_path / "home")
    with closing(opened.database):
        yield opened


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[each.id for each in SCENARIOS])
def test_claims_and_their_voids_leave_nothing(scenario: Scenario, workspace: Workspace, tmp_path: Path) -> None:
    """Accumulators, authorisations, pools, employers' charges, payments to members and the ledger are as before."""
    run = scenario.runs[0]
    sent = [step for step in run["steps"] if step["type"] == "receive_claim"]
    harness = RealHarness(payer_folder(scenario.world, run["given"]), workspace, tmp_path)
    before = left_by_claims(workspace, harness)
    execute({**run, "steps": sent}, scenario.world, harness)
    claims = {made.label: made.received.claim for made in harness.decided()}
    last = max(date.fromisoformat(step["date"]) for step in sent) + timedelta(days=1)
    decided = harness.decided()
    for label in reversed(list(dict.fromkeys(each.label for each in decided))):
        if standing_decision([each.decision for each in harness.decided() if each.label == label]) is None:
            continue
        number = harness.control_numbers()[label]
        void = replace(claims[label], frequency="8", original_reference=number)
        harness.receive_claim(f"void of {label}", void, last, last)
    assert left_by_claims(workspace, harness) == before


def left_by_claims(workspace: Workspace, harness: RealHarness) -> dict[str, Any]:
    """Return the sums of all ledgers that are not nothing."""
    funding = harness.funding()
    with workspace.books.reading(context_for(date(2026, 1, 1))) as work:
        ledger = work.ledger.totals()
    return {
        "accumulators": not_nothing(harness.balances().items()),
        "authorisations": dict(harness.authorizations()),
        "pools": not_nothing(
            ((each.movement.key, each.movement.what), each.movement.amount) for each in funding.movements
        ),
        "employers": not_nothing(
            ((each.charge.employer, each.charge.what), each.charge.amount) for each in funding.charges
        ),
        "members": not_nothing((each.payee, each.amount) for each in funding.member_payments),
        "ledger": not_nothing(ledger.items()),
    }


def not_nothing(amounts: Iterable[tuple[Any, Decimal]]) -> dict[Any, Decimal]:
    """Return the sums of amounts by key that are not 0."""
    sums: dict[Any, Decimal] = {}
    for key, amount in amounts:
        sums[key] = sums.get(key, Decimal(0)) + amount
    return {key: amount for key, amount in sums.items() if amount}
