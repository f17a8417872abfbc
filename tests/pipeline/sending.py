"""Sending claims of the sample payer one after another, and what the books then come to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import Engine, func, select

from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.claim import Claim
from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import context_for, payer_zone
from hpedi.pipeline.pay import Paid
from hpedi.store.accumulator_tables import accumulator_entry
from hpedi.store.authorization_tables import authorization_use
from hpedi.store.funding_tables import employer_charge, member_payment, pool_movement
from hpedi.store.tables import claim, past_line, posting
from samples.sample_claims import Service, claim_of
from samples.write_inbound import PRAIRIELINK, claim_set, interchange
from tests.databases import engine_of
from tests.pipeline.conftest import AS_OF, Demo

SUBMITTER: Final = "PRAIRIELINK"
SORE_THROAT: Final = "J029"
VISIT: Final = date(2026, 2, 10)


def bill(number: str, member: str, *services: Service, provider: str = "RIVERBEND", **changes: Any) -> Claim:
    """Return a claim through the clearinghouse: an office visit of 145.00 on 10 February unless said otherwise."""
    lines = services or (Service("T1015", VISIT, "145.00"),)
    made = claim_of(number, provider, member, lines, diagnoses=(SORE_THROAT,), submitter_id=SUBMITTER)
    return replace(made, **changes)


def replacing(original: str, sent: Claim) -> Claim:
    """Return a claim as the replacement of one that we know under a number."""
    return replace(sent, frequency="7", original_reference=original)


def voiding(original: str, sent: Claim) -> Claim:
    """Return a claim as the void of one that we know under a number."""
    return replace(sent, frequency="8", original_reference=original)


class Office:
    """Sends files of claims to a workspace and lets it decide."""

    def __init__(self, demo: Demo, first: int = 600) -> None:
        """Send to a workspace; `first` is the first interchange control number."""
        self.demo = demo
        self._next = first

    def jobs(self, day: date = AS_OF) -> Jobs:
        """Return the jobs of a business day."""
        return Jobs(self.demo.workspace, context_for(day))

    def deliver(self, *claims: Claim, received: date = date(2026, 3, 2), usage: str = "P") -> list[str]:
        """Send claims in one file and return our numbers of those that are to be decided, in their order."""
        before = set(self._known())
        content = interchange(PRAIRIELINK, SUBMITTER, self._next, [claim_set("0001", claims)], usage=usage)
        self._next += 1
        path = self.demo.inbox / "sent.x12"
        path.write_bytes(content)
        instant = datetime.combine(received, time(9), payer_zone())
        outcome = self.jobs().receive(path, instant)
        assert [each.verdict for each in outcome.receipts] == ["accepted"]
        return [number for number in self._known() if number not in before]

    def send(self, *claims: Claim, received: date = date(2026, 3, 2), on: date = AS_OF) -> list[str]:
        """Send claims in one file, decide all that waits, and return our numbers of them."""
        numbers = self.deliver(*claims, received=received)
        self.jobs(on).adjudicate()
        return numbers

    def pay(self, day: date = AS_OF) -> Paid:
        """Pay on a business day, and deliver."""
        jobs = self.jobs(day)
        paid = jobs.pay()
        jobs.deliver()
        return paid

    def decisions(self, number: str) -> list[ClaimDecision]:
        """Return every version of a claim's decision."""
        with self.demo.workspace.books.reading(context_for(AS_OF)) as work:
            return [each.decision for each in work.decisions.find(number)]

    def kinds(self, number: str) -> list[tuple[str, str]]:
        """Return kind and paid amount of every version of a claim's decision."""
        return [(each.kind, f"{each.paid}") for each in self.decisions(number)]

    def waits_for(self, number: str) -> str:
        """Return why a claim waits; empty where it does not."""
        with self.demo.workspace.books.reading(context_for(AS_OF)) as work:
            return next((each.pend.reason for each in work.pends.waiting(number)), "")

    def _known(self) -> list[str]:
        with engine_of(self.demo.workspace.home) as engine, engine.connect() as connection:
            query = select(claim.c.control_number).order_by(claim.c.control_number)
            return list(connection.execute(query).scalars())


SUMS: Final = (
    (accumulator_entry, ("owner", "plan", "accumulator", "period"), "amount"),
    (authorization_use, ("member", "authorization"), "units"),
    (pool_movement, ("pool", "provider", "employer", "year", "what"), "amount"),
    (employer_charge, ("employer", "what"), "amount"),
    (member_payment, ("payee",), "amount"),
)
"""Ledgers of what decisions add, by what their entries are summed up."""


def standing(demo: Demo) -> dict[str, object]:
    """Return what decided claims left in every ledger and in history: sums that are not nothing."""
    with engine_of(demo.workspace.home) as engine:
        return {**_sums(engine), "past lines": _past_lines(engine), "ledger": _ledger(engine)}


def _sums(engine: Engine) -> dict[str, object]:
    found: dict[str, object] = {}
    with engine.connect() as connection:
        for table, keys, amount in SUMS:
            columns = [table.c[key] for key in keys]
            query = select(*columns, func.sum(table.c[amount])).group_by(*columns)
            found[table.name] = sorted(repr(tuple(row)) for row in connection.execute(query) if row[-1])
    return found


def _past_lines(engine: Engine) -> list[str]:
    column = past_line.c
    query = select(column.control_number, column.line, column.member, column.code, column.paid, column.copay)
    with engine.connect() as connection:
        return sorted(repr(tuple(row)) for row in connection.execute(query))


def _ledger(engine: Engine) -> list[str]:
    query = select(posting.c.account, func.sum(posting.c.debit) - func.sum(posting.c.credit))
    with engine.connect() as connection:
        rows = connection.execute(query.group_by(posting.c.account))
        return sorted(repr(tuple(row)) for row in rows if row[-1])


def without_numbers(state: dict[str, object], numbers: Sequence[str]) -> dict[str, object]:
    """Return what stands with the claims' numbers left out, to compare claims that we know under other numbers."""
    text = repr(state)
    for number in numbers:
        text = text.replace(number, "CLAIM")
    return {"all": text}
