"""What is used of authorisations: an append-only ledger of uses; what is left is approved less their sum.

An authorisation belongs to one member, so the lock of the member's family is its lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from hpedi.claims.model import Model
from hpedi.reference.authorizations import Authorization


class AuthorizationUse(Model, frozen=True, kw_only=True):
    """What one line of a claim uses of an authorisation. A reversal is the negating use.

    Attributes:
        authorization: Its id.
        member: Our id of the member it is of.
        units: Units or days, as the authorisation counts.
        source: What used it: `claim:<control number>/<version>/<line>`.
    """

    authorization: str
    member: str
    units: Decimal
    source: str


class PostedUse(Model, frozen=True, kw_only=True):
    """A use and the day on which it was decided."""

    use: AuthorizationUse
    posted_on: date


UnitsUsed: TypeAlias = Mapping[str, Decimal]
"""The sums of committed uses by authorisation id; one that is absent is unused."""


def used_of(authorization: Authorization, used: UnitsUsed) -> Decimal:
    """Return the units used of an authorisation, with those used before hpedi counted."""
    return plain_units(authorization.units_used + used.get(authorization.id, Decimal(0)))


def left_of(authorization: Authorization, used: UnitsUsed) -> Decimal:
    """Return the units left of an authorisation, never below zero."""
    return plain_units(max(authorization.units_approved - used_of(authorization, used), Decimal(0)))


def plain_units(units: Decimal) -> Decimal:
    """Return units as they are written on claims, without zeros after the point."""
    whole = units.to_integral_value()
    return whole if whole == units else units.normalize()
