"""What later claims of a member need to know of decided ones: past lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, Row, select

from hpedi.adjudication.decision import PastLine
from hpedi.store.among import among, among_days
from hpedi.store.inserts import Insert
from hpedi.store.tables import LASTING, past_line

_INSERT_LINES = Insert(
    past_line, "control_number", "line", "member", "billing_npi", "date", "code", "modifiers", "units", "charged",
    "paid", "benefit", "copay", "denied", "episode", "units_paid",
    "procedures", "particulars",
)  # fmt: skip


class StoredHistory:
    """Past lines of members."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def of(self, days: Mapping[str, Collection[date]]) -> Mapping[str, tuple[PastLine, ...]]:
        """Return the past lines of members that bear on services on some days, oldest first, by member.

        They are those of the same days, and those that bear on any: of episodes, and all of a claim with procedures.
        """
        column = past_line.c
        pairs = sorted((member, day) for member, asked in days.items() for day in asked)
        found = self._read(among_days(column.member, column.date, pairs)) if pairs else {}
        lasting = self._read(among(column.member, sorted(days)) & LASTING)
        found |= lasting
        claims = sorted({line.payer_claim_control_number for line in lasting.values() if line.procedures})
        if claims:
            found |= self._read(among(column.control_number, claims) & among(column.member, sorted(days)))
        return _by_member(found.values())

    def every(self, members: Iterable[str]) -> Mapping[str, tuple[PastLine, ...]]:
        """Return all past lines of members, oldest first, by member."""
        return _by_member(self._read(among(past_line.c.member, sorted(set(members)))).values())

    def _read(self, condition: ColumnElement[bool]) -> dict[tuple[str, int], PastLine]:
        rows = self._connection.execute(select(past_line).where(condition)).all()
        return {(row.control_number, row.line): _past_line(row) for row in rows}

    def append(self, lines: Sequence[PastLine]) -> None:
        """Add the lines of a decision."""
        _INSERT_LINES(self._connection, [_past_line_row(line) for line in lines])

    def drop(self, control_numbers: Sequence[str]) -> None:
        """Forget the lines of claims whose decision was taken back."""
        if control_numbers:
            self._connection.execute(past_line.delete().where(among(past_line.c.control_number, control_numbers)))


def _by_member(found: Iterable[PastLine]) -> dict[str, tuple[PastLine, ...]]:
    lines: dict[str, list[PastLine]] = {}
    for line in sorted(found, key=lambda each: (each.date, each.payer_claim_control_number, each.line)):
        lines.setdefault(line.member, []).append(line)
    return {member: tuple(of_member) for member, of_member in lines.items()}


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
        particulars=row.particulars,
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
        line.particulars,
    )
