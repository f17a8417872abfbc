"""Uses of authorisations: an append-only ledger whose sums say what is used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from hpedi.benefits.authorizations import AuthorizationUse
from hpedi.store.authorizations import StoredAuthorizations
from hpedi.store.database import Database

POSTED = date(2026, 4, 9)


def use(units: str, source: str, authorization: str = "AUTH-1", member: str = "M1") -> AuthorizationUse:
    """Return a use of so many units."""
    return AuthorizationUse(authorization=authorization, member=member, units=Decimal(units), source=source)


def test_what_is_used_is_the_sum_of_uses(database: Database) -> None:
    """30 and 2.5 units less a reversal of 30 are 2.5; of another member's authorisations nothing is told."""
    with database.writing() as connection:
        authorizations = StoredAuthorizations(connection)
        uses = [use("30", "claim:A/1/1"), use("2.5", "claim:B/1/1"), use("-30", "claim:A/2/1")]
        authorizations.append([*uses, use("1", "claim:C/1/1", "AUTH-2", "M2")], POSTED)
        assert authorizations.used(["M1", "M3"]) == {"AUTH-1": Decimal("2.5")}


def test_uses_are_told_in_their_order(database: Database) -> None:
    """Each use comes back with the claim that made it and the day on which it was decided."""
    with database.writing() as connection:
        authorizations = StoredAuthorizations(connection)
        authorizations.append([use("30", "claim:A/1/1")], POSTED)
        authorizations.append([use("-30", "claim:A/2/1")], date(2026, 4, 10))
        told = [(each.use.source, each.use.units, each.posted_on) for each in authorizations.uses("AUTH-1", "M1")]
    assert told == [
        ("claim:A/1/1", Decimal(30), date(2026, 4, 9)),
        ("claim:A/2/1", Decimal(-30), date(2026, 4, 10)),
    ]


def test_a_source_uses_once(database: Database) -> None:
    """The same line of a claim cannot use an authorisation twice."""
    with database.writing() as connection:
        StoredAuthorizations(connection).append([use("30", "claim:A/1/1")], POSTED)
    with pytest.raises(IntegrityError), database.writing() as connection:
        StoredAuthorizations(connection).append([use("30", "claim:A/1/1")], POSTED)
