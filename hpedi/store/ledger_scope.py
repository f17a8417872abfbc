"""What keeps decisions, postings and rows that name sources to a part of the books."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, Table, cast, literal, select, union_all

from hpedi.payments.proof import STAGES
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.store.funding_tables import settlement
from hpedi.store.tables import decision, payment, posting

OF_SETTLEMENT: Final = "settlement:"


def decided_in(scope: LedgerScope) -> list[ColumnElement[bool]]:
    """Return what keeps decisions to a scope."""
    conditions = []
    if scope.run is not None:
        conditions.append(decision.c.payment_run == scope.run)
    if scope.until is not None:
        conditions.append(decision.c.decided_on <= scope.until)
    return conditions


def in_scope(table: Table, scope: LedgerScope) -> list[ColumnElement[bool]]:
    """Return what keeps the rows of a table that names sources to a scope: of a run, its payments and what they pay."""
    conditions = []
    if scope.until is not None:
        conditions.append(table.c.posted_on <= scope.until)
    if scope.run is not None:
        claims = claim_sources().where(decision.c.payment_run == scope.run)
        payments = (select(number).where(payment.c.run == scope.run) for number in _stages())
        conditions.append(table.c.source.in_(union_all(claims, *payments)))
    return conditions


def wanted(scope: LedgerScope) -> list[ColumnElement[bool]]:
    """Return what keeps postings to a scope: whose they are is told by their sources."""
    pairs = ((posting.c.funding_account, scope.funding_account), (posting.c.account, scope.account))
    conditions = [*in_scope(posting, scope), *(column == sought for column, sought in pairs if sought)]
    if scope.provider:
        payments = (select(number).where(payment.c.provider == scope.provider) for number in _stages())
        claims = claim_sources().where(decision.c.provider == scope.provider)
        settlements = settlement_sources().where(settlement.c.provider == scope.provider)
        conditions.append(posting.c.source.in_(union_all(claims, settlements, *payments)))
    if scope.plans is not None:
        claims = claim_sources().where(decision.c.plan.in_(scope.plans))
        settlements = settlement_sources().where(settlement.c.employer == scope.employer, settlement.c.employer != "")
        conditions.append(posting.c.source.in_(union_all(claims, settlements)))
    return conditions


def known_sources() -> Select[Any]:
    """Return every source that something may be posted from."""
    stages = (select(number) for number in _stages())
    known = union_all(claim_sources(), settlement_sources(), *stages).subquery()
    return select(*known.c)


def claim_sources() -> Select[Any]:
    """Return the sources of decisions."""
    number = literal("claim:") + decision.c.control_number + literal("/") + cast(decision.c.version, String)
    return select(number)


def settlement_source() -> ColumnElement[str]:
    """Return the source of a settlement, as a column beside those of its row."""
    return literal(OF_SETTLEMENT) + cast(settlement.c.id, String)


def settlement_sources() -> Select[Any]:
    """Return the sources of settlements."""
    return select(settlement_source())


def _stages() -> Iterator[ColumnElement[str]]:
    """Yield the sources of the postings of payments, stage by stage."""
    return (literal("payment:") + payment.c.trace_number + literal(stage) for stage in STAGES)
