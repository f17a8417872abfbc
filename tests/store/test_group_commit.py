"""Changes of many at the same time are committed together: each under its own name, none for another's fault."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from hpedi.commands.workspace import context_for
from hpedi.run_context import Principal, RunContext
from hpedi.store.audit import Sought
from hpedi.store.books import StoredWork
from hpedi.store.group_commit import GroupCommit
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.conftest import demo as demo  # noqa: PLC0414 - a fixture
from tests.pipeline.conftest import loaded_home as loaded_home  # noqa: PLC0414 - a fixture


def someone(number: int) -> RunContext:
    """Return somebody who changes something."""
    return replace(context_for(AS_OF), principal=Principal(f"machine:{number}", "partner", "A machine"))


def numbered(work: StoredWork) -> int:
    """Take a number, and say so."""
    work.audit.record("test", "number")
    return work.numbers.reserve("test-numbers")


def test_each_change_has_its_number_and_its_own_audit_row(demo: Demo) -> None:
    """Forty at once: forty numbers, and a row under the name of each."""
    with closing(GroupCommit(demo.workspace.books)) as group, ThreadPoolExecutor(40) as askers:
        numbers = list(askers.map(lambda number: group.write(someone(number), numbered), range(40)))
    assert sorted(numbers) == list(range(1, 41))
    with demo.workspace.books.reading(context_for(AS_OF)) as work:
        told = {entry.principal for entry in work.audit.find(Sought(action="test"))}
    assert told == {f"machine:{number}" for number in range(40)}
    assert demo.workspace.sealer.verify().is_whole


def test_a_change_that_fails_does_not_concern_who_came_with_it(demo: Demo) -> None:
    """Thirty wait behind a slow one, and one of them fails: only that one is told, and leaves no row and no number."""
    has_begun = threading.Event()

    def slow(work: StoredWork) -> int:
        has_begun.set()
        time.sleep(0.5)
        return numbered(work)

    def failing(work: StoredWork) -> int:
        numbered(work)
        raise LookupError("a bug")

    with closing(GroupCommit(demo.workspace.books)) as group, ThreadPoolExecutor(40) as askers:
        first = askers.submit(group.write, someone(0), slow)
        has_begun.wait(30)
        others = {number: askers.submit(group.write, someone(number), numbered) for number in range(1, 15)}
        failed = askers.submit(group.write, someone(15), failing)
        others |= {number: askers.submit(group.write, someone(number), numbered) for number in range(16, 31)}
        numbers = [first.result(), *(each.result() for each in others.values())]
        with pytest.raises(LookupError):
            failed.result()
    assert sorted(numbers) == list(range(1, 31))
    with demo.workspace.books.reading(context_for(AS_OF)) as work:
        told = sorted(entry.principal for entry in work.audit.find(Sought(action="test")))
    assert told == sorted(f"machine:{number}" for number in (0, *others))


def test_a_change_that_fails_is_told_and_the_next_one_is_made(demo: Demo) -> None:
    """Nothing of it stays, not even its audit row; who comes later is not concerned."""

    def failing(work: StoredWork) -> int:
        numbered(work)
        raise LookupError("a bug")

    with closing(GroupCommit(demo.workspace.books)) as group:
        with pytest.raises(LookupError):
            group.write(someone(1), failing)
        assert group.write(someone(2), numbered) == 1
    with demo.workspace.books.reading(context_for(AS_OF)) as work:
        assert [entry.principal for entry in work.audit.find(Sought(action="test"))] == ["machine:2"]
