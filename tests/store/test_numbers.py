"""Counters: no gap, no number twice."""

from __future__ import annotations

import threading

import pytest

from hpedi.findings import Unavailable
from hpedi.pipeline.records import InterchangeIdentity
from hpedi.run_context import RunContext
from hpedi.store.database import Database
from hpedi.store.numbers import StoredNumbers
from hpedi.store.receipts import StoredReceipts


def test_a_counter_starts_at_one_and_has_no_gaps(database: Database) -> None:
    """Reserving one, then three, then one gives 1, 2 to 4, 5; EFT and check numbers start where they cannot meet."""
    with database.writing() as connection:
        numbers = StoredNumbers(connection)
        assert [numbers.reserve("isa13"), numbers.reserve("isa13", 3), numbers.reserve("isa13")] == [1, 2, 5]
        assert (numbers.reserve("eft"), numbers.reserve("check")) == (900_000_001, 100_001)


def test_a_rolled_back_transaction_gives_its_numbers_back(database: Database) -> None:
    """What a failed transaction reserved is handed out again."""
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        assert StoredNumbers(connection).reserve("isa13", 5) / 0
    with database.writing() as connection:
        assert StoredNumbers(connection).reserve("isa13") == 1


def test_a_failed_receipt_leaves_no_gap_in_claim_numbers(database: Database, context: RunContext) -> None:
    """Files and receipts, whose numbers become part of claim numbers, are counted on where a transaction failed."""
    identity = InterchangeIdentity(sender="ZZ:A", receiver="ZZ:B", control_number="000000001", usage="P")

    def begin(digest: str) -> tuple[int, int]:
        with database.writing() as connection:
            receipts = StoredReceipts(connection, context)
            file = receipts.register_file(digest, 1, context.instant, context.as_of)
            receipt = receipts.begin(file, 1, "a", identity)
            if digest == "fails":
                raise ZeroDivisionError
            return file.id, receipt.id

    assert begin("first") == (1, 1)
    with pytest.raises(ZeroDivisionError):
        begin("fails")
    assert begin("second") == (2, 2)


def test_four_writers_never_get_the_same_number(database: Database) -> None:
    """Four threads reserving 25 times each get 1 to 100, each once."""
    with database.writing() as connection:
        StoredNumbers(connection).advance("isa13", 1)
    taken: list[int] = []

    def reserve() -> None:
        for _ in range(25):
            with database.writing() as connection:
                taken.append(StoredNumbers(connection).reserve("isa13"))

    threads = [threading.Thread(target=reserve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 101))


def test_only_one_process_is_the_writer(database: Database) -> None:
    """Over PostgreSQL a second writer is kept away until the first has ended, also from another machine."""
    elsewhere = Database(database.url)
    is_shared = database.writer.dialect.name == "postgresql"
    with database.only_writer() as take, elsewhere.only_writer() as take_elsewhere:
        assert take()
        assert take_elsewhere() is not is_shared
    with elsewhere.only_writer() as take_elsewhere:
        assert take_elsewhere()
    elsewhere.close()


def _fail(*, is_writer: bool) -> None:
    assert is_writer
    raise Unavailable("in the middle")


def test_a_writer_that_fails_gives_its_place_back(database: Database) -> None:
    """A process that lasts and goes on after a failure keeps nobody away by a connection of its pool."""
    elsewhere = Database(database.url)
    with pytest.raises(Unavailable), database.only_writer() as take:
        _fail(is_writer=take())
    with elsewhere.only_writer() as take_elsewhere:
        assert take_elsewhere()
    elsewhere.close()


def test_a_counter_of_a_part_goes_on_where_the_whole_stands(database: Database) -> None:
    """Receivers that had their numbers from one counter never get one of them again; each then counts alone."""
    with database.writing() as connection:
        StoredNumbers(connection).reserve("isa13", 56)
    with database.writing() as connection:
        numbers = StoredNumbers(connection)
        assert [numbers.reserve("isa13:lakes"), numbers.reserve("isa13:lakes"), numbers.peek("isa13:north")] == [
            57,
            58,
            57,
        ]
    with database.writing() as connection:
        numbers = StoredNumbers(connection)
        assert [numbers.peek("isa13:lakes"), numbers.reserve("isa13-test:lakes"), numbers.peek("isa13")] == [59, 1, 57]
