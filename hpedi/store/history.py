"""What later claims of a member need to know of decided ones: past lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import Connection, Row, select

from hpedi.adjudication.decision import PastLine
from hpedi.store.among import among
from hpedi.store.inserts import Insert
from hpedi.store.tables import past_line

_INSERT_LINES = Insert(
    past_line, "control_number", "line", "member", "billing_npi", "date", "code", "modifiers", "units", "charged",
    "paid", "benefit", "copay", "denied", "episode", "units_paid",
    "procedures",
)  # fmt: skip


class StoredHistory:
    """Past lines of members."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def of(self, members: Iterable[str]) -> Mapping[str, tuple[PastLine, ...]]:
        """Return each member's past lines, oldest first."""
        lines: dict[str, list[PastLine]] = {}
        column = past_line.c
        query = select(past_line).where(among(column.member, sorted(set(members))))
        query = query.order_by(column.date, column.control_number, column.line)
        for row in self._connection.execute(query).all():
            lines.setdefault(row.member, []).append(_past_line(row))
        return {member: tuple(found) for member, found in lines.items()}

    def append(self, lines: Sequence[PastLine]) -> None:
        """Add the lines of a decision."""
        _INSERT_LINES(self._connection, [_past_line_row(line) for line in lines])

    def drop(self, control_numbers: Sequence[str]) -> None:
        """Forget the lines of claims whose decision was taken back."""
        if control_numbers:
            self._connection.execute(past_line.delete().where(among(past_line.c.control_number, control_numbers)))


def _past_line(row: Row[tuple[object, ...]]) -> PastLine:
    return PastLine(
        payer_claim_control_number=row.control_number,
        line=row.line,
        member=row.member,
        billing_npi=row.billing_npi,
        date=row.date,
        code=row.code,
        modifiers=tuple(row.modifiers.split()),
        units=Decimal(row.units),
        charged=row.charged,
        paid=row.paid,
        benefit=row.benefit,
        copay=row.copay,
        denied=row.denied,
        episode=row.episode,
        units_paid=Decimal(row.units_paid) if row.units_paid else None,
        procedures=tuple(row.procedures.split()),
    )


def _past_line_row(line: PastLine) -> tuple[object, ...]:
    return (
        line.payer_claim_control_number,
        line.line,
        line.member,
        line.billing_npi,
        line.date,
        line.code,
        " ".join(line.modifiers),
        str(line.units),
        line.charged,
        line.paid,
        line.benefit,
        line.copay,
        line.denied,
        line.episode,
        "" if line.units_paid is None else str(line.units_paid),
        " ".join(line.procedures),
    )
