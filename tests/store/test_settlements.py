"""Settlements and dues in rows: each once, and unpaid until a run pays them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from hpedi.commands.workspace import payer_zone
from hpedi.payments.dues import Due
from hpedi.payments.settlement import Settlement, capitation
from hpedi.run_context import OPERATOR, RunContext
from hpedi.store.database import Database
from hpedi.store.settlements import StoredSettlements

DAY = date(2026, 5, 1)
CONTEXT = RunContext(OPERATOR, datetime(2026, 5, 1, 9, tzinfo=payer_zone()), DAY)
MAY = capitation("CLINIC", "2026-05", 120, Decimal("35.00"), "CAP202605")


def test_a_settlement_is_read_back_with_its_dues(database: Database) -> None:
    """What was worked out from, who made it, and what is due stand as they were; no payment has paid it."""
    with database.writing() as connection:
        kept = StoredSettlements(connection, CONTEXT)
        posted = kept.add(MAY, DAY)
        assert kept.all() == (posted,)
        assert kept.find("capitation", "", "CLINIC", "CAP202605") == posted
        assert kept.find("capitation", "", "CLINIC", "CAP202606") is None
        assert (posted.facts, posted.principal, posted.posted_on) == (MAY.facts, OPERATOR.id, DAY)
        (due,) = kept.dues()
        assert (due.due, due.settlement, due.paid_by) == (MAY.dues[0], posted.id, "")
        assert (kept.payees(1), kept.of_run(1, "CLINIC")) == ((), ())


def test_the_store_refuses_a_settlement_twice(database: Database) -> None:
    """Whatever is asked before, two rows of one reference cannot stand."""
    with database.writing() as connection:
        StoredSettlements(connection, CONTEXT).add(MAY, DAY)
    with pytest.raises(IntegrityError), database.writing() as connection:
        StoredSettlements(connection, CONTEXT).add(MAY, DAY)


def test_the_store_refuses_a_due_twice(database: Database) -> None:
    """Nor can two dues of one payee, code and reference, of whatever settlement."""
    due = Due(provider="CLINIC", code="CT", reference="CAP202605", amount=Decimal("1.00"))
    other = Settlement(kind="capitation", provider="CLINIC", reference="OTHER", dues=(due,))
    with database.writing() as connection:
        kept = StoredSettlements(connection, CONTEXT)
        kept.add(MAY, DAY)
        assert kept.is_used(due)
    with pytest.raises(IntegrityError), database.writing() as connection:
        StoredSettlements(connection, CONTEXT).add(other, DAY)
