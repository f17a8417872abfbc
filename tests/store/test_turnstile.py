"""Who waits to write comes before who wrote last: among processes, among threads, and after a kill."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from hpedi.findings import Unavailable
from hpedi.store import database as database_module
from hpedi.store.database import Database
from hpedi.store.turnstile import Turnstile
from tests.contention.workers import start

pytestmark = pytest.mark.storeless
HOG, WAITER = "hog", "waiter"
TURNS = 30
ENDS_WITHIN_SECONDS = 60


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with a table in which each transaction says who it is and whether somebody waits for its end."""
    url = f"sqlite:///{tmp_path / 'books.sqlite3'}"
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE turn (ordinal INTEGER PRIMARY KEY, who TEXT, is_waited_for BOOLEAN)"))
    database.close()
    return url


def write(database: Database, who: str, seconds: float) -> int:
    """Write for so long; return how many turns the waiter had until then."""
    with database.writing() as connection:
        time.sleep(seconds)
        row = {"who": who, "waits": database.somebody_waits}
        connection.execute(text("INSERT INTO turn (who, is_waited_for) VALUES (:who, :waits)"), row)
        waiters = connection.execute(text("SELECT count(*) FROM turn WHERE who = 'waiter'"))
        return int(waiters.scalar_one())


def hog(database: Database) -> None:
    """Write again at once, over and over, until the waiter had its turns."""
    while write(database, HOG, 0.003) < TURNS:
        pass


def wait(database: Database) -> None:
    """Write now and then."""
    for _turn in range(TURNS):
        time.sleep(0.002)
        write(database, WAITER, 0)


def in_process(work: Callable[[Database], None], url: str) -> int:
    """Start work in a process of its own, with a database of its own."""
    return start(lambda: work(Database(url)))


def rows(url: str) -> list[tuple[str, bool]]:
    """Return who wrote, in order, and whether somebody waited."""
    with Database(url).reading() as connection:
        told = connection.execute(text("SELECT who, is_waited_for FROM turn ORDER BY ordinal"))
        return [(row.who, bool(row.is_waited_for)) for row in told]


def hogged(told: list[tuple[str, bool]]) -> list[tuple[bool, str]]:
    """Return, for each turn of the hog, whether somebody waited for its end, and who came next."""
    return [(is_waited_for, after) for (who, is_waited_for), (after, _waits) in pairwise(told) if who == HOG]


def test_who_waits_comes_before_a_process_that_writes_again_at_once(url: str) -> None:
    """One process writes without a pause, another now and then: where it waits, the next turn is its own."""
    children = [in_process(work, url) for work in (hog, wait)]
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    told = hogged(rows(url))
    assert {after for is_waited_for, after in told if is_waited_for} == {WAITER}
    assert sum(is_waited_for for is_waited_for, _after in told) >= TURNS // 6


def test_threads_take_turns_too(url: str) -> None:
    """The same in one process, on one database."""
    database = Database(url)
    threads = [threading.Thread(target=work, args=(database,)) for work in (hog, wait)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(ENDS_WITHIN_SECONDS)
    database.close()
    told = hogged(rows(url))
    assert {after for is_waited_for, after in told if is_waited_for} == {WAITER}
    assert sum(is_waited_for for is_waited_for, _after in told) >= TURNS // 6


def test_all_who_wait_come_before_who_wrote(url: str) -> None:
    """Two wait for the end of a turn: whoever had it lets both go by before it writes again."""
    writing, waiting = Database(url), [Database(url), Database(url)]
    write(writing, HOG, 0)
    with ThreadPoolExecutor(2) as threads:
        with writing.writing():
            waiters = [threads.submit(write, each, WAITER, 0.01) for each in waiting]
            time.sleep(0.2)
        write(writing, "again", 0)
        for each in waiters:
            each.result()
    assert [who for who, _is_waited_for in rows(url)] == [HOG, WAITER, WAITER, "again"]
    for database in (writing, *waiting):
        database.close()


def keep(turnstile: Turnstile, told: int) -> None:
    """Take a turn, say so, and never give it back."""
    with turnstile.turn():
        os.write(told, b".")
        time.sleep(ENDS_WITHIN_SECONDS)


def test_a_kill_gives_the_turn_back(tmp_path: Path) -> None:
    """A process that is killed with its turn, and one in the queue, leave nothing in the way of others."""
    turnstile = Turnstile(tmp_path / "books.sqlite3", ENDS_WITHIN_SECONDS)
    heard, told = os.pipe()
    holder = start(partial(keep, turnstile, told))
    assert os.read(heard, 1) == b"."
    queued = start(partial(keep, turnstile, told))
    while not turnstile.somebody_waits:
        time.sleep(0.01)
    for child in (queued, holder):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with turnstile.turn():
        assert not turnstile.somebody_waits


def test_a_fork_keeps_no_turn(tmp_path: Path) -> None:
    """A process that is forked while one thread writes and another waits has their files open, and nobody's turn."""
    turnstile = Turnstile(tmp_path / "books.sqlite3", 5)

    def take_one() -> None:
        with turnstile.turn():
            pass

    waiter = threading.Thread(target=take_one)
    with turnstile.turn():
        waiter.start()
        while not turnstile.somebody_waits:
            time.sleep(0.001)
        child = start(partial(time.sleep, ENDS_WITHIN_SECONDS))
    waiter.join(ENDS_WITHIN_SECONDS)
    take_one()
    assert not turnstile.somebody_waits
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_who_waits_too_long_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time a waiter is told to try again, and waits no more; whoever writes is not disturbed."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 50)
    writing, waiting = Database(url), Database(url)
    with writing.writing() as connection:
        with pytest.raises(Unavailable), waiting.writing():
            pytest.fail("two write at once")
        assert not writing.somebody_waits
        connection.execute(text("INSERT INTO turn (who) VALUES ('hog')"))
    with waiting.writing() as connection:
        assert connection.execute(text("SELECT count(*) FROM turn")).scalar_one() == 1
    for each in (writing, waiting):
        each.close()


def test_who_has_written_is_told_of_no_failure(tmp_path: Path) -> None:
    """After the end of a turn it cannot be seen who waits: what was written stands all the same."""
    folder = tmp_path / "home"
    folder.mkdir()
    turnstile = Turnstile(folder / "books.sqlite3", 5)
    with turnstile.turn():
        folder.rename(tmp_path / "elsewhere")
    with pytest.raises(Unavailable), turnstile.turn():
        pytest.fail("there is no place for the files")
