"""Accumulators: an append-only ledger whose sums are exact, also with several writers."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey
from hpedi.store.accumulators import StoredAccumulators
from hpedi.store.database import Database

OWN = AccumulatorKey("GOLD", "ded_ind_inn", "member-1", date(2026, 1, 1))
POSTED = date(2026, 4, 9)
FAMILY = AccumulatorKey("GOLD", "ded_fam_inn", "family-1", date(2026, 1, 1))


def entry(key: AccumulatorKey, amount: str, source: str) -> AccumulatorEntry:
    """Return an entry of so many dollars."""
    return AccumulatorEntry(key, Decimal(amount), source)


def test_a_balance_is_the_sum_of_its_entries(database: Database) -> None:
    """80.10 and 33.33 less a reversal of 80.10 leave 33.33; a counter without entries is absent."""
    with database.writing() as connection:
        accumulators = StoredAccumulators(connection)
        accumulators.append(
            [
                entry(OWN, "80.10", "claim:A/1/1"),
                entry(OWN, "33.33", "claim:B/1/1"),
                entry(OWN, "-80.10", "claim:A/2/1"),
            ],
            POSTED,
        )
        assert accumulators.balances(["member-1", "family-1"]) == {OWN: Decimal("33.33")}
        assert list(accumulators.differing()) == []


def test_a_source_counts_once(database: Database) -> None:
    """The same source cannot add to a counter twice."""
    with database.writing() as connection:
        StoredAccumulators(connection).append([entry(OWN, "80.00", "claim:A/1/1")], POSTED)
    with pytest.raises(IntegrityError), database.writing() as connection:
        StoredAccumulators(connection).append([entry(OWN, "80.00", "claim:A/1/1")], POSTED)


def test_opening_balances_load_once(database: Database) -> None:
    """Loading the same opening balances again adds none."""
    opening = [entry(OWN, "1420.00", "opening:2026"), entry(FAMILY, "1420.00", "opening:2026")]
    with database.writing() as connection:
        assert StoredAccumulators(connection).append_new(opening, POSTED) == 2
        assert StoredAccumulators(connection).append_new(opening, POSTED) == 0
        assert StoredAccumulators(connection).balances(["family-1"]) == {FAMILY: Decimal("1420.00")}


def test_four_writers_under_the_lock_never_pass_a_limit(database: Database) -> None:
    """Four writers that each read the family's balance and add a dollar while it is under 60 stop at exactly 60."""
    with database.writing() as connection:
        StoredAccumulators(connection).lock(["family-1"])

    def add(writer: int) -> None:
        for turn in range(20):
            with database.writing() as connection:
                accumulators = StoredAccumulators(connection)
                accumulators.lock(["family-1"])
                used = accumulators.balances(["family-1"]).get(FAMILY, Decimal(0))
                if used < 60:
                    accumulators.append([entry(FAMILY, "1.00", f"claim:{writer}-{turn}/1/1")], POSTED)

    threads = [threading.Thread(target=add, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as connection:
        assert StoredAccumulators(connection).balances(["family-1"]) == {FAMILY: Decimal("60.00")}
