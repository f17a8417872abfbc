"""Questions that are put to the driver are answered as SQLAlchemy answers them, on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import bindparam, func, select

from hpedi.findings import Unavailable
from hpedi.store.accumulator_tables import accumulator_balance
from hpedi.store.among import among_named
from hpedi.store.database import Database
from hpedi.store.questions import Question
from hpedi.store.tables import number

BALANCE = accumulator_balance.c
ROWS = [
    ("M-1", "PLAN", "deductible", date(2026, 1, 1), Decimal("12.30")),
    ("M-2", "PLAN", "oop", date(2025, 1, 1), Decimal(0)),
]
USED = select(BALANCE.owner, BALANCE.period, BALANCE.used).order_by(BALANCE.owner)
TAKE = number.update().where(number.c.name == bindparam("named"))


@pytest.fixture
def kept(database: Database) -> Database:
    """A database with two balances and a counter."""
    names = ("owner", "plan", "accumulator", "period", "used")
    with database.writing() as connection:
        connection.execute(accumulator_balance.insert(), [dict(zip(names, row, strict=True)) for row in ROWS])
        connection.execute(number.insert().values(name="counter", next_value=7))
    return database


def test_an_answer_has_the_values_of_its_columns(kept: Database) -> None:
    """Days, exact amounts and lists of keys go in and come out as such."""
    question = Question(USED.where(among_named(BALANCE.owner, "owners"), BALANCE.period >= bindparam("since")))
    with kept.reading() as connection:
        every = question(connection, owners=["M-1", "M-2", "M-3"], since=date(2025, 1, 1))
        assert [tuple(row) for row in every] == [(owner, period, used) for owner, _plan, _name, period, used in ROWS]
        (one,) = question(connection, owners=["M-1", "M-2"], since=date(2025, 1, 2))
        assert tuple(one) == ("M-1", date(2026, 1, 1), Decimal("12.30"))
        assert str(one[2]) == "12.30"


def test_what_stands_in_the_question_itself_is_asked_with_it(kept: Database) -> None:
    """A value and a limit written into the query need not be given; without a row there is no value."""
    question = Question(select(BALANCE.owner).where(BALANCE.plan == "PLAN").order_by(BALANCE.owner).limit(1))
    nobody = Question(select(BALANCE.owner).where(BALANCE.plan == "OTHER"))
    with kept.reading() as connection:
        assert (question.one(connection), nobody.one(connection)) == ("M-1", None)


def test_a_change_that_returns_is_part_of_its_transaction(kept: Database) -> None:
    """It is rolled back and committed with all else."""
    take = Question(TAKE.values(next_value=number.c.next_value + bindparam("taken")).returning(number.c.next_value))

    def fail() -> None:
        with kept.writing() as connection:
            assert take.one(connection, named="counter", taken=3) == 10
            raise LookupError("a bug")

    with pytest.raises(LookupError):
        fail()
    with kept.writing() as connection:
        assert take.one(connection, named="counter", taken=3) == 10
    with kept.reading() as connection:
        assert connection.execute(select(number.c.next_value).where(number.c.name == "counter")).scalar_one() == 10


def test_a_database_that_fails_is_not_available(kept: Database) -> None:
    """What a driver says is told as the world failing, by its class alone."""
    question = Question(select(func.count()).select_from(number))

    def ask() -> None:
        with kept.writing() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("DROP TABLE number")
            else:
                connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
            question.one(connection)

    with pytest.raises(Unavailable):
        ask()
