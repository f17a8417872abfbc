"""Claims are looked up by index, with as many questions for many inquiries as for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, event

from samples.sample_claims import Service
from tests.pipeline.asked_status import asks_for, told
from tests.pipeline.conftest import Demo
from tests.pipeline.sending import Office, bill, replacing
from tests.transactions.status_276.asking import Ask

TABLES: Final = ("claim", "decision", "pend", "paid_decision", "payment", "payment_event")
SCANS: Final = tuple(f"{scan}{table}" for table in TABLES for scan in ("SCAN ", "Seq Scan on ", "Seq Scan on public."))


@contextmanager
def selects_of(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Gather the questions asked of the tables of claims, with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT") and any(f"FROM {table}" in statement for table in TABLES):
            found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plan_of(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Return the lines of how a database answers a question, where it goes by an index if it can."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [str(row[-1]) for row in rows]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


@pytest.fixture
def office(demo: Demo) -> Office:
    """Claims that wait, are decided, paid and replaced."""
    office = Office(demo)
    (first,) = office.send(bill("RB-1", "M01"))
    office.pay()
    office.send(
        replacing(first, bill("RB-1R", "M01", Service("T1015", date(2026, 2, 10), "160.00"))),
        bill("RB-2", "M04"),
        bill("RB-3", "M04", Service("T1015", date(2026, 2, 10), "150.00")),
    )
    return office


def every_way() -> list[Ask]:
    """Return inquiries by number, account, and member with days."""
    sent = bill("RB-1", "M01")
    return [asks_for(sent, charge=""), asks_for(sent, references={"1K": "1"}), asks_for(sent, references={}, charge="")]


def test_every_question_goes_by_an_index(demo: Demo, office: Office) -> None:
    """No question that an inquiry asks reads a table of claims, decisions or payments from end to end."""
    engine = demo.workspace.database.writer
    with selects_of(engine) as asked:
        told(demo, *every_way(), partner="riverbend")
    assert asked
    with engine.connect() as connection:
        plans = [line for statement, parameters in asked for line in plan_of(connection, statement, parameters)]
    assert [line for line in plans if line.strip(" ->").startswith(SCANS)] == []
    assert any("ix_claim_member_id_service_date" in line for line in plans)
    assert any("ix_claim_patient_account" in line for line in plans)


def test_many_inquiries_ask_no_more_than_one(demo: Demo, office: Office) -> None:
    """Sixty inquiries of a file ask the books as often as three."""
    counts = []
    for asks in (every_way(), every_way() * 20):
        with selects_of(demo.workspace.database.writer) as asked:
            told(demo, *asks, partner="riverbend")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_member_id_is_found_in_other_letters(demo: Demo, office: Office) -> None:
    """Whoever writes a member id in small letters, or claim and inquiry otherwise, is told the same claims."""
    sent = bill("RB-2", "M04")
    name, member_id = sent.subscriber.name, sent.subscriber.member_id
    asks = [
        asks_for(sent, references={}, charge="", member=(name.last, name.first, written))
        for written in (member_id, member_id.lower())
    ]
    as_sent, in_small = (told(demo, ask, partner="riverbend") for ask in asks)
    assert [each.references.get("EJ") for each in as_sent] == ["RB-2", "RB-3"]
    assert in_small == as_sent
