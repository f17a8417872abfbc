"""What is used of authorisations, in rows that are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, func, select

from hpedi.benefits.authorizations import AuthorizationUse, PostedUse
from hpedi.store.among import among
from hpedi.store.authorization_tables import authorization_use
from hpedi.store.inserts import Insert

_INSERT_USES = Insert(authorization_use, "authorization", "member", "units", "source", "posted_on")


class StoredAuthorizations:
    """Uses by claims; what is used of an authorisation is their sum."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def used(self, members: Iterable[str]) -> dict[str, Decimal]:
        """Return the sums of the uses of members' authorisations, by authorisation id."""
        column = authorization_use.c
        asked = sorted(set(members))
        if not asked:
            return {}
        query = select(column.authorization, func.sum(column.units).label("used")).where(among(column.member, asked))
        rows = self._connection.execute(query.group_by(column.authorization)).all()
        return {authorization: used for authorization, used in rows}  # noqa: C416  # rows are no pairs to mypy

    def uses(self, authorization: str, member: str) -> tuple[PostedUse, ...]:
        """Return the uses of an authorisation of a member, in the order they were added."""
        column = authorization_use.c
        query = select(authorization_use).where(column.member == member, column.authorization == authorization)
        return tuple(
            PostedUse(
                use=AuthorizationUse(
                    authorization=row.authorization, member=row.member, units=row.units, source=row.source
                ),
                posted_on=row.posted_on,
            )
            for row in self._connection.execute(query.order_by(column.id))
        )

    def append(self, uses: Sequence[AuthorizationUse], posted_on: date) -> None:
        """Add uses; one whose source stands already is refused by the store."""
        _INSERT_USES(
            self._connection, [(use.authorization, use.member, use.units, use.source, posted_on) for use in uses]
        )
