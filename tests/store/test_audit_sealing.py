"""Every committed entry gets its seal once: with several writers, after a kill, and in a long run."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select, text

from hpedi.run_context import Principal, RunContext
from hpedi.safekeeping.anchor_file import AnchorFile
from hpedi.safekeeping.vault import Vault
from hpedi.store import audit_seals, schema
from hpedi.store.audit import Sought
from hpedi.store.audit_seals import head_of
from hpedi.store.database import Database
from hpedi.store.tables import audit_entry, audit_seal
from tests.store.audit_logs import KeptLog

BARE = (
    "INSERT INTO audit_entry (at, principal, action, subject, member, reason, result) "
    "VALUES ('2026-03-01 09:00:00', 'p', 'load', 's', '', '', '')"
)


@pytest.fixture
def log(database: Database, vault: Vault, context: RunContext, tmp_path: Path) -> KeptLog:
    """An empty log."""
    return KeptLog.of(database, vault, context, AnchorFile(tmp_path / "state" / "anchor"))


def sealed_ids(log: KeptLog) -> list[str]:
    """Return the ids that each seal covers."""
    with log.database.reading() as connection:
        return list(connection.execute(select(audit_seal.c.ids).order_by(audit_seal.c.number)).scalars())


def test_an_entry_says_who_for_whom_what_and_why(log: KeptLog) -> None:
    """What is recorded is read back, newest first, by each thing one may look for."""
    partner = Principal("partner:lakes", "partner", "Lakes", organisation="clinic")
    asking = RunContext(partner, log.context.instant, log.context.as_of)
    log.write(2)
    with log.books.writing(asking) as work:
        work.audit.record("inquire", "payment:1", members=["M7"], recipient="lakes", reason="inquiry", result="found")
    with log.books.reading(log.context) as work:
        (found,) = work.audit.find(Sought(member="M7"))
        assert found == next(work.audit.find(Sought(), 1))
        assert list(work.audit.find(Sought(principal="organisation:clinic"))) == [found]
        assert list(work.audit.find(Sought(action="inquire", since=found.at))) == [found]
        assert [each.id for each in work.audit.find(Sought(before=found.at))] == [2, 1]
    told = (found.principal, found.on_behalf_of, found.action, found.subject, found.member, found.recipient)
    assert told == ("partner:lakes", "organisation:clinic", "inquire", "payment:1", "M7", "lakes")
    assert (found.reason, found.result) == ("inquiry", "found")


def test_sealing_twice_seals_once(log: KeptLog) -> None:
    """A seal covers what came since the last one, and nothing is no seal."""
    assert log.sealer.seal() == 0
    log.write(3)
    assert (log.sealer.seal(), log.sealer.seal()) == (3, 0)
    log.write(2)
    assert log.verify().unsealed == 2
    assert log.sealer.seal() == 2
    assert sealed_ids(log) == ["1-3", "4-5"]
    assert len(log.anchor.last_lines()) == 2


def test_many_entries_lie_under_several_seals(log: KeptLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A seal covers a bounded number of entries."""
    monkeypatch.setattr(audit_seals, "ROWS_A_SEAL", 4)
    log.write(10)
    assert log.sealer.seal() == 10
    assert sealed_ids(log) == ["1-4", "5-8", "9-10"]
    assert log.verify().is_whole


def test_a_long_run_seals_when_it_is_due(log: KeptLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing happens before the seconds have passed."""
    log.write(1)
    log.sealer.seal_when_due()
    assert sealed_ids(log) == []
    monkeypatch.setattr(audit_seals, "SECONDS_UNSEALED", 0.0)
    log.sealer.seal_when_due()
    assert sealed_ids(log) == ["1"]


def test_entries_older_than_macs_lie_under_the_first_seal(database: Database, log: KeptLog) -> None:
    """What was written before the log was sealed is sealed as it stands; later nothing without a mac passes."""
    log.write(1)
    with log.books.writing(log.context) as work:
        work.audit.record("load", "s", result="long " * 20)
    schema.downgrade(database, "0001")
    bare = text(BARE)
    with database.writing() as connection:
        connection.execute(bare)
    schema.upgrade(database)
    log.write(1)
    assert log.verify().is_whole
    assert log.sealer.seal() == 4
    assert log.verify().is_whole
    with database.writing() as connection:
        connection.execute(bare)
    assert log.first_fault() is not None


@pytest.mark.usefixtures("only_postgresql")
def test_an_entry_that_commits_late_is_sealed_by_the_next(log: KeptLog) -> None:
    """Of two transactions on PostgreSQL the one with lower ids may commit last: its entries are not passed over."""
    with log.books.writing(log.context) as early:
        early.audit.record("adjudicate", "claim:1", members=["M1", "M2"])
        early.audit.write()
        early.audit._told.clear()  # the block writes what is recorded at its end; here it is written before
        log.write(2)
        assert log.sealer.seal() == 2
        with log.database.reading() as connection:
            head = head_of(connection)
        assert head is not None
        assert (head.ids, head.open_ids) == ("3-4", "1-2")
        assert log.verify().is_whole
    assert log.verify().unsealed == 2
    assert log.sealer.seal() == 2
    assert sealed_ids(log) == ["3-4", "1-2"]
    assert log.verify().is_whole


def test_ids_of_a_failed_transaction_stay_open(log: KeptLog) -> None:
    """A transaction that fails leaves no entry, and no fault."""
    with suppress(KeyError), log.books.writing(log.context) as work:
        work.audit.record("adjudicate", "claim:1")
        work.audit.write()
        raise KeyError
    log.write(2)
    assert log.sealer.seal() == 2
    assert log.verify().is_whole


def test_writers_and_sealers_at_once_lose_nothing(log: KeptLog) -> None:
    """Two writers and two sealers at once: in the end every entry lies under one seal, and all are there."""
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(lambda: [log.write(3) for _ in range(40)]) for _ in range(2)]
        while not all(each.done() for each in work):
            sealing = [pool.submit(log.sealer.seal) for _ in range(2)]
            assert sum(each.result() for each in sealing) >= 0
        for each in work:
            each.result()
    log.sealer.seal()
    found = log.verify()
    assert (found.is_whole, found.sealed, found.unsealed) == (True, 240, 0)
    with log.database.reading() as connection:
        assert len(connection.execute(select(audit_entry.c.id)).all()) == 240


def test_a_kill_before_the_seal_leaves_a_tail_that_is_told(log: KeptLog) -> None:
    """Entries of a killed process stand, unsealed and counted, until the next seal."""
    log.write(1)
    log.sealer.seal()
    log.database.close()
    child = os.fork()
    if child == 0:
        log.write(3)
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    found = log.verify()
    assert (found.is_whole, found.sealed, found.unsealed) == (True, 1, 3)
    assert found.unsealed_since is not None
    assert log.sealer.seal() == 3
    assert log.verify().unsealed == 0


def test_a_kill_before_the_anchor_leaves_one_seal_that_is_told(log: KeptLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A seal whose line is not in the anchor yet is counted, and the next seal brings the line."""
    log.write(1)
    log.database.close()
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(AnchorFile, "append", lambda _file, _lines: os.kill(os.getpid(), signal.SIGKILL))
        log.sealer.seal()
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    found = log.verify()
    assert (found.is_whole, found.unsealed, found.unanchored) == (True, 0, 1)
    log.sealer.seal()
    assert log.verify().unanchored == 0


def test_a_torn_line_of_the_anchor_is_written_again(log: KeptLog) -> None:
    """What a kill left of the last line does no harm."""
    log.write(1)
    log.sealer.seal()
    log.anchor.path.write_text(log.anchor.path.read_text()[:40])
    assert log.verify().unanchored == 1
    log.sealer.seal()
    assert log.verify().is_whole
    assert log.verify().unanchored == 0
