"""How many claims a transaction takes: it is cut short where somebody waits for its end, and grows again afterwards."""

from __future__ import annotations

import pytest

from hpedi.pipeline.pace import FEW, Pace

pytestmark = pytest.mark.storeless


def test_a_transaction_ends_early_where_somebody_waits() -> None:
    """Somebody who comes while claims are decided waits for few of them; those that are left come next."""
    waits = iter([False, False, True])
    pace = Pace(1_000, lambda: next(waits))
    assert list(pace.of(range(1_000))) == list(range(3 * FEW))
    assert pace.taken == 3 * FEW


def test_transactions_are_short_while_somebody_waits_and_grow_again() -> None:
    """Whoever waited at the end of one makes the next one short; without anybody each is twice as long, up to all."""
    waits = iter([False, True, False, False, *[False] * 10])
    pace = Pace(1_000, lambda: next(waits))
    sizes = []
    for _transaction in range(5):
        pace.look()
        sizes.append(pace.claims)
    assert sizes == [1_000, FEW, 2 * FEW, 4 * FEW, 8 * FEW]
    for _transaction in range(5):
        pace.look()
    assert pace.claims == 1_000


def test_a_transaction_takes_one_claim_at_least() -> None:
    """However many wait, the job goes on."""
    pace = Pace(5, lambda: True)
    pace.look()
    assert pace.claims == 5
    assert list(pace.of("abcde")) == list("abcde")
