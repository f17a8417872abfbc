"""What the pipeline asks of the store about authorisations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from hpedi.benefits.authorizations import AuthorizationUse, PostedUse


class Authorizations(Protocol):
    """The append-only ledger of what is used of authorisations."""

    def used(self, members: Iterable[str]) -> Mapping[str, Decimal]:
        """Return the sums of the uses of members' authorisations, by authorisation id."""

    def uses(self, authorization: str, member: str) -> tuple[PostedUse, ...]:
        """Return the uses of an authorisation of a member, in the order they were added."""

    def append(self, uses: Sequence[AuthorizationUse], posted_on: date) -> None:
        """Add uses; one whose source stands already is refused by the store."""
