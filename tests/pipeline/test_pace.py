"""How many claims a transaction takes: few at first, more and more, and few where somebody waits for its end."""

from __future__ import annotations

import pytest

from hpedi.pipeline.pace import FEW, REMEMBERED, Pace

pytestmark = pytest.mark.storeless


def test_a_transaction_ends_early_where_somebody_waits() -> None:
    """Somebody who comes while claims are decided waits for few of them; those that are left come next."""
    waits = iter([False, False, True])
    pace = Pace(1_000, lambda: next(waits))
    assert list(pace.of(range(1_000))) == list(range(3 * FEW))
    assert pace.taken == 3 * FEW


def test_transactions_begin_short_and_grow_until_somebody_waits() -> None:
    """Each is twice as long, up to all; whoever waited at the end of one makes the next one short."""
    waits = iter([*[False] * 7, True])
    pace = Pace(1_000, lambda: next(waits))
    sizes = [pace.claims]
    for _transaction in range(8):
        pace.look()
        sizes.append(pace.claims)
    assert sizes == [FEW, 2 * FEW, 4 * FEW, 8 * FEW, 16 * FEW, 32 * FEW, 1_000, 1_000, FEW]


def test_who_waited_is_remembered() -> None:
    """After somebody waited transactions stay short for a while, in which somebody else begins it anew."""
    waits = iter([True, *[False] * (REMEMBERED - 1), True, *[False] * (REMEMBERED + 1)])
    pace = Pace(1_000, lambda: next(waits))
    assert not pace.is_short
    for _transaction in range(2 * REMEMBERED):
        pace.look()
        assert (pace.claims, pace.is_short) == (FEW, True)
    pace.look()
    assert (pace.claims, pace.is_short) == (FEW, False)
    pace.look()
    assert (pace.claims, pace.is_short) == (2 * FEW, False)


def test_a_transaction_takes_one_claim_at_least() -> None:
    """However many wait, the job goes on."""
    pace = Pace(5, lambda: True)
    pace.look()
    assert pace.claims == 5
    assert list(pace.of("abcde")) == list("abcde")
