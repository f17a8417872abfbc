"""Which columns hold sealed bytes and for which place each is sealed, so that all can be sealed anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Row, Select, Table, and_, bindparam, func, select, tuple_, update

from hpedi.safekeeping.vault import Vault
from hpedi.store.access_tables import access_grant
from hpedi.store.dispute_tables import dispute_event
from hpedi.store.eft_tables import eft_enrollment, eft_return, prenote_return
from hpedi.store.era_tables import era_enrolment
from hpedi.store.gateway_tables import arrival
from hpedi.store.remittance_tables import outbox_staging
from hpedi.store.tables import claim, decision, outbox, payment, reference_record
from hpedi.store.webhook_tables import webhook
from hpedi.store.work_tables import claim_override, pend, reprocessing

ROWS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed bytes; `place` is their context, made of values of other columns of the row."""

    column: Column[bytes]
    place: str

    def context(self, row: Row[tuple[object, ...]]) -> str:
        """Return the place that the value of a row is sealed for."""
        return self.place.format_map(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


SEALED: Final = (
    SealedColumn(reference_record.c.sealed, "reference/{kind}/{key}"),
    SealedColumn(claim.c.sealed, "claim/{control_number}"),
    SealedColumn(decision.c.sealed, "decision/{control_number}/{version}"),
    SealedColumn(decision.c.sealed_trail, "trail/{control_number}/{version}"),
    SealedColumn(pend.c.sealed, "pend/{control_number}/{version}"),
    SealedColumn(payment.c.sealed, "payment/{trace_number}"),
    SealedColumn(outbox.c.sealed, "outbox/{folder}/{name}"),
    SealedColumn(outbox_staging.c.sealed, "outbox/{folder}/{name}"),
    SealedColumn(access_grant.c.sealed, "grant/{organisation}"),
    SealedColumn(era_enrolment.c.sealed, "era/{receiver}"),
    SealedColumn(reprocessing.c.sealed, "reprocessing/{id}"),
    SealedColumn(claim_override.c.sealed, "override/{control_number}"),
    SealedColumn(dispute_event.c.sealed, "dispute/{dispute}"),
    SealedColumn(eft_return.c.sealed, "eft-return/{file}/{line}"),
    SealedColumn(prenote_return.c.sealed, "eft-return/{file}/{line}"),
    SealedColumn(eft_enrollment.c.sealed, "eft-enrollment/{provider}"),
    SealedColumn(arrival.c.sealed, "arrival/{partner}/{name_digest}"),
    SealedColumn(webhook.c.sealed, "webhook/{partner}"),
)


def sealed_tables() -> list[Table]:
    """Return the tables that have sealed columns, each once."""
    return list(dict.fromkeys(each.column.table for each in SEALED))


def rows_of(connection: Connection, table: Table) -> int:
    """Count the rows of a table."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def batches(table: Table) -> Iterator[Batch]:
    """Yield what seals the rows of a table anew, batch by batch; each is called in a transaction of its own."""
    batch = Batch(table)
    while not batch.is_last:
        yield batch


class Batch:
    """The rows of a table in the order of its key, some at once."""

    def __init__(self, table: Table) -> None:
        """Begin with the first rows of a table."""
        self._table = table
        self._columns = [each for each in SEALED if each.column.table is table]
        self._key = list(table.primary_key.columns)
        self._after: tuple[object, ...] | None = None
        self.is_last = False

    def reseal(self, connection: Connection, vault: Vault) -> tuple[int, int]:
        """Seal the next rows anew; return how many there were, and how many an older key had sealed."""
        rows = connection.execute(self._next()).all()
        changed = [values for row in rows if (values := self._changed(row, vault))]
        if changed:
            same = and_(*(column == bindparam(f"of_{column.name}") for column in self._key))
            new: dict[Any, Any] = {each.column: bindparam(f"new_{each.column.name}") for each in self._columns}
            connection.execute(update(self._table).where(same).values(new), changed)
        self.is_last = len(rows) < ROWS_AT_ONCE
        if rows:
            self._after = self._identity(rows[-1])
        return len(rows), len(changed)

    def _next(self) -> Select[tuple[object, ...]]:
        query = select(self._table).order_by(*self._key).limit(ROWS_AT_ONCE).with_for_update()
        return query if self._after is None else query.where(tuple_(*self._key) > self._after)

    def _identity(self, row: Row[tuple[object, ...]]) -> tuple[object, ...]:
        return tuple(row._mapping[column] for column in self._key)  # noqa: SLF001 - SQLAlchemy's public name

    def _changed(self, row: Row[tuple[object, ...]], vault: Vault) -> dict[str, object]:
        """Return the key and the new values of a row; nothing where the newest key sealed it."""
        fields = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
        sealed: Sequence[tuple[str, bytes, str]] = [
            (each.column.name, fields[each.column], each.context(row)) for each in self._columns
        ]
        if all(vault.is_newest(value, context) for _name, value, context in sealed):
            return {}
        new: dict[str, object] = {
            f"new_{name}": vault.seal(vault.open(value, context), context) for name, value, context in sealed
        }
        return {**new, **{f"of_{column.name}": fields[column] for column in self._key}}
