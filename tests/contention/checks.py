"""What must be true of the books when two writers and four readers have done with them.

Sums are worked out anew, in plain SQL and Decimal, from the rows and from the 835s and ACH files that were delivered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from hpedi.benefits.accumulators import AccumulatorKey
from hpedi.commands.workspace import context_for, open_workspace
from tests.databases import engine_of

CENT: Final = Decimal("0.01")
PLACES: Final = re.compile(r"^BPR\*[^*]*\*([^*]*)\*", re.MULTILINE)
NO_GAPS: Final = {
    "receipts": "SELECT id FROM receipt",
    "files": "SELECT id FROM inbound_file",
    "decisions in their order": "SELECT ordinal FROM decision",
    "payment runs": "SELECT id FROM payment_run",
    "payments": "SELECT id FROM payment",
    "EFT numbers": "SELECT CAST(trace_number AS INTEGER) FROM payment WHERE method <> 'CHK'",
    "check numbers": "SELECT CAST(trace_number AS INTEGER) FROM payment WHERE method = 'CHK'",
}
NOTHING: Final = {
    "claim that is not decided": "SELECT control_number FROM claim WHERE state <> 'decided'",
    "decision without a payment": (
        "SELECT d.control_number FROM decision d LEFT JOIN paid_decision p"
        " ON p.control_number = d.control_number AND p.version = d.version WHERE p.payment IS NULL"
    ),
    "payment that is not released": (
        "SELECT id FROM payment WHERE id NOT IN (SELECT payment FROM payment_event WHERE state = 'released')"
    ),
    "file that is not delivered": "SELECT name FROM outbox WHERE delivered_at IS NULL",
    "payment that is not the sum of its decisions": (
        "SELECT p.id FROM payment p JOIN paid_decision q ON q.payment = p.id JOIN decision d"
        " ON d.control_number = q.control_number AND d.version = q.version"
        " GROUP BY p.id, p.amount HAVING SUM(d.paid) <> p.amount"
    ),
    "source whose postings do not balance": (
        "SELECT source FROM posting GROUP BY source HAVING SUM(debit) <> SUM(credit)"
    ),
    "account that still owes": (
        "SELECT account FROM posting WHERE account = 'claims_payable' GROUP BY account HAVING SUM(debit) <> SUM(credit)"
    ),
}


class Key(NamedTuple):
    """Whose counter it is and which."""

    owner: str
    plan: str
    accumulator: str
    period: str


class Money(NamedTuple):
    """What a claim came to: US dollars paid, patient responsibility, and its entries with amount and source."""

    paid: Decimal
    patient: Decimal
    entries: tuple[tuple[Key, Decimal, str], ...]


class Decided(NamedTuple):
    """When a claim was decided, and what it came to."""

    day: date
    money: Money


def wrong(home: Path, sent: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with the books: `sent` are CLM01 of all claims that writers sent."""
    with engine_of(home) as engine, engine.connect() as books:
        yield from _gaps(books)
        for what, query in NOTHING.items():
            rows = books.execute(text(query)).all()
            if rows:
                yield f"{len(rows)} x {what}, for example {rows[0][0]}"
        yield from _payments(books, home)
    made = decided(home)
    missing, unasked = set(sent) - set(made), set(made) - set(sent)
    if missing or unasked:
        yield f"{len(missing)} claims were lost, {len(unasked)} were never sent"
    yield from _balances(home, made.values())


def _gaps(books: Connection) -> Iterator[str]:
    for what, query in NO_GAPS.items():
        numbers = sorted(books.execute(text(query)).scalars())
        if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            yield f"{what} have gaps or doubles"


def _payments(books: Connection, home: Path) -> Iterator[str]:
    """Compare the payments with the 835s and the ACH files as they lie in the folders."""
    by_method = {
        method: Decimal(int(amount)) * CENT
        for method, amount in books.execute(text("SELECT method, SUM(amount) FROM payment GROUP BY method"))
    }
    in_835s = sum(
        (Decimal(found) for path in home.glob("outbox/*/*.835") for found in PLACES.findall(_lines(path))), Decimal(0)
    )
    if in_835s != sum(by_method.values(), Decimal(0)):
        yield f"the 835s pay {in_835s}, the books {by_method}"
    entries = [line for path in home.glob("bank/*.ach") for line in path.read_text().splitlines() if line[:1] == "6"]
    in_ach = sum((Decimal(line[29:39]) * CENT for line in entries), Decimal(0))
    if in_ach != by_method.get("ACH", Decimal(0)):
        yield f"the ACH files pay {in_ach}, the books {by_method}"


def _lines(path: Path) -> str:
    """Return an 835 with a segment a line."""
    content = path.read_text()
    return content.replace("\n", "").replace(content[105], "\n").replace(content[3], "*")


def decided(home: Path) -> dict[str, Decided]:
    """Return what each claim came to, by CLM01, in the order in which they were decided."""
    with engine_of(home) as engine, engine.connect() as books:
        numbers = list(books.execute(text("SELECT control_number FROM decision ORDER BY ordinal")).scalars())
    workspace = open_workspace(home)
    found: dict[str, Decided] = {}
    with workspace.books.reading(context_for(None)) as work:
        for each in (decision for number in numbers for decision in work.decisions.find(number)):
            made = each.decision
            entries = [(_key(entry.key), entry.amount, entry.source) for entry in made.entries]
            money = Money(made.paid, made.patient_responsibility, tuple(sorted(entries)))
            found[each.received.claim.patient_control_number] = Decided(each.decided_on, money)
    workspace.database.close()
    return found


def _balances(home: Path, made: Iterable[Decided]) -> Iterator[str]:
    """Compare each balance that hpedi tells with the sum of what decisions and opening balances say."""
    query = "SELECT owner, plan, accumulator, CAST(period AS VARCHAR), amount FROM accumulator_entry WHERE source LIKE "
    with engine_of(home) as engine, engine.connect() as books:
        opening = [(Key(*row[:4]), Decimal(row[4]) * CENT) for row in books.execute(text(query + "'opening:%'"))]
        owners = set(books.execute(text("SELECT owner FROM accumulator_entry")).scalars())
    expected: dict[Key, Decimal] = {}
    of_claims = [(key, amount) for each in made for key, amount, _source in each.money.entries]
    for key, amount in (*opening, *of_claims):
        expected[key] = expected.get(key, Decimal(0)) + amount
    workspace = open_workspace(home)
    with workspace.books.reading(context_for(None)) as work:
        told = {_key(key): amount for key, amount in work.accumulators.balances(sorted(owners)).items()}
    workspace.database.close()
    different = sorted(key for key in {*told, *expected} if told.get(key) != expected.get(key))
    if different:
        yield f"{len(different)} balances are not the sums of their entries, for example of {different[0].accumulator}"


def _key(key: AccumulatorKey) -> Key:
    return Key(key.owner, key.plan, key.accumulator, str(key.period))
