"""Deciding claims: how they are cut into transactions changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from hpedi.adjudication.decision import ClaimDecision
from hpedi.commands.workspace import open_workspace
from hpedi.payments.ledger import LedgerAccount
from hpedi.pipeline import adjudicate as adjudicate_module
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, clearinghouse_claims, interchange
from tests.databases import Workspaces
from tests.pipeline.conftest import Demo

CLAIMS = clearinghouse_claims()
FILES = tuple(
    interchange(PRAIRIELINK, CLEARINGHOUSE, 501 + number, [claim_set("0001", [claim])])
    for number, claim in enumerate(CLAIMS)
)

Outcome = tuple[Mapping[str, ClaimDecision], Mapping[tuple[str, LedgerAccount], object]]


def outcome_of(demo: Demo, *, at_once: bool) -> Outcome:
    """Receive the files, decide after each or after all, and return decisions and ledger."""
    for content in FILES:
        demo.receive(content)
        if not at_once:
            demo.jobs.adjudicate()
    demo.jobs.adjudicate()
    demo.jobs.pay()
    with demo.workspace.books.reading(demo.jobs.context) as work:
        ledger = work.ledger.totals()
    return demo.decisions(), ledger


@pytest.mark.parametrize("size", [1, 2, 250])
def test_transactions_of_any_size_decide_the_same(
    demo: Demo,
    workspaces: Workspaces,
    loaded_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
) -> None:
    """Claim by claim, two by two or all at once: the same decisions, entries and postings."""
    other = Demo(open_workspace(workspaces.copy(loaded_home, tmp_path / "other")), tmp_path)
    expected = outcome_of(demo, at_once=False)
    monkeypatch.setattr(adjudicate_module, "CLAIMS_A_TRANSACTION", size)
    try:
        assert outcome_of(other, at_once=True) == expected
    finally:
        other.workspace.database.close()
    assert len(expected[0]) > 2
