"""A payer at work with a poster at the other end: their books agree to the cent, and others accept what went out.

The whole, ten thousand remittances, is `python -m tests.posting`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.databases import Workspaces, statements_in
from tests.pipeline.conftest import KEY
from tests.posting.comparing import differences
from tests.posting.judging import asks_achkit, asks_oxedi, asks_pyx12
from tests.posting.mutating import AMOUNTS, COUNTS, TOTALS
from tests.posting.refusing import OURS, POSTER, VERIFIED, Refusals, try_mutations
from tests.posting.trial import Size, Trial

SEED = 1
SIZE = Size(days=3, claims_a_day=20, copies=1, families=8)
"""This has all there is to try."""


@pytest.fixture(scope="module")
def trial(standing_workspaces: Workspaces, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A payer that worked for some days."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        made = Trial(tmp_path_factory.mktemp("posting"), SEED, SIZE, standing_workspaces.url())
        made.run()
        yield made
        made.workspace.database.close()


def test_poster_and_payer_agree(trial: Trial) -> None:
    """Every claim, payee and open item has the same balance in both books, and each 835 found its money."""
    assert differences(trial) == []


def test_the_trial_has_what_it_is_to_try(trial: Trial) -> None:
    """All three kinds of claims, reversals, interest, carried balances, dues and voids came out of the small trial."""
    told = trial.receivables.told
    for feature in (
        "status 1",
        "status 2",
        "status 22",
        "interest",
        "denied",
        "claim level",
        "CAS CO-104",
        "CAS OA-23",
        "CAS PR-100",
        "PLB L6-",
        "PLB FB-",
        "PLB FB+",
        "PLB WO+",
        "PLB CT-",
        "method ACH",
        "method CHK",
        "method NON",
    ):
        assert told[feature], feature
    assert trial.did["reissued"]
    assert trial.did["voided"]
    assert trial.did["file D accepted"]
    assert trial.did["file I accepted"]


def test_others_accept_what_went_out(trial: Trial) -> None:
    """Oxedi has nothing to say of any 835 and pyx12 nothing of every fourth; achkit accepts each Nacha file."""
    assert all(asks_oxedi(content) for content in trial.sent.remittances)
    assert all(asks_pyx12(content) for content in trial.sent.remittances[::4])
    assert all(asks_achkit(content) for content in trial.sent.nacha)


def test_a_changed_remittance_is_refused(trial: Trial) -> None:
    """Every field changed is found when what was written is read back; amounts and counts also without knowing it."""
    refusals = Refusals()
    for content in trial.sent.remittances[:4]:
        try_mutations("remittance", content, refusals)
    assert refusals.missed(VERIFIED) == {}
    assert not (AMOUNTS | COUNTS) & refusals.missed(OURS).keys()
    assert not (AMOUNTS | COUNTS) & refusals.missed(POSTER).keys()


def test_a_changed_bank_file_is_refused(trial: Trial) -> None:
    """Likewise every field of a Nacha file; those that a total, hash or other record holds without knowing it."""
    refusals = Refusals()
    for content in trial.sent.nacha[:2]:
        try_mutations("nacha", content, refusals)
    assert refusals.missed(VERIFIED) == {}
    assert not TOTALS & refusals.missed(OURS).keys()
    assert not TOTALS & refusals.missed(POSTER).keys()


def test_a_cent_that_differs_is_told(trial: Trial) -> None:
    """A poster that got one receipt a cent short differs in the payee's cash; the books themselves are as they were."""
    trace, deposit = next(iter(trial.cash.receipts.items()))
    trial.cash.receipts[trace] = replace(deposit, amount=deposit.amount - Decimal("0.01"))
    try:
        assert differences(trial) == [f"{trace}: amount = BPR02"]
    finally:
        trial.cash.receipts[trace] = deposit


def test_a_posting_behind_the_poster_is_told(trial: Trial, tmp_path: Path) -> None:
    """A cent booked for interest that no remittance told is found by payee, and by the payer's own proof."""
    home = trial.workspace.home
    change = "UPDATE posting SET debit = debit {} 1 WHERE id = (SELECT min(id) FROM posting WHERE account = 'interest')"
    statements_in(home, change.format("+"))
    try:
        told = differences(trial)
    finally:
        statements_in(home, change.format("-"))
    assert any(each.startswith("interest: ") for each in told)
    assert any(each.startswith("proof: ") for each in told)
