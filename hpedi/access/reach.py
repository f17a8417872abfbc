"""How far a permission reaches: a row a kind of reach, each a small test of what the principal stands for.

A row says yes, or why not; what grants there are is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

from hpedi.access.grants import Area, Grant, ProviderId
from hpedi.run_context import Principal


class Reach(StrEnum):
    """How far a permission reaches: see mappings/access/roles.yaml."""

    ALL = "all"
    ORGANISATION = "organisation"
    GRANTED = "granted"
    OWNED = "owned"


class Reason(StrEnum):
    """Why something is refused."""

    NO_ROLE = "no role of yours permits it"
    NOT_FOR_MACHINES = "only a person may do it"
    NOT_OF_PAYER = "only those who work for the payer may do it"
    OTHER_ORGANISATION = "it belongs to another organisation"
    NO_GRANT = "the provider is not linked to you"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is acted on.

    Attributes:
        thing: Its kind, as in mappings/access/roles.yaml: claim, remittance, account ...
        provider: The provider it belongs to; None where it belongs to none.
        usage: P production or T test (ISA15): a grant for one says nothing about the other, but that the one for
            production holds for tests too where the provider is the organisation's own.
        organisation: The organisation it belongs to; empty for the payer's own.
    """

    thing: str
    provider: ProviderId | None = None
    usage: str = "P"
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a reach is tested against.

    Attributes:
        area: The area that the thing belongs to; None where it belongs to none.
        grants: What was granted, to whomever.
    """

    principal: Principal
    on: Scope
    area: Area | None
    grants: Iterable[Grant]
    day: date


Test: TypeAlias = Callable[[Standing], Reason | None]


def _everything(standing: Standing) -> Reason | None:
    return Reason.NOT_OF_PAYER if standing.principal.organisation else None


def _own_organisation(standing: Standing) -> Reason | None:
    own = standing.principal.organisation
    return None if own and own == standing.on.organisation else Reason.OTHER_ORGANISATION


def _granted(standing: Standing) -> Reason | None:
    area = standing.area
    is_granted = area is not None and any(area in grant.areas for grant in _in_force(standing))
    return None if is_granted else Reason.NO_GRANT


def _owned(standing: Standing) -> Reason | None:
    return None if any(grant.is_own for grant in _in_force(standing)) else Reason.NO_GRANT


def _in_force(standing: Standing) -> Iterable[Grant]:
    """Yield the grants of the principal's organisation for the provider of the thing that are in force."""
    own, on = standing.principal.organisation, standing.on
    if not own or on.provider is None:
        return
    for grant in standing.grants:
        is_for = (grant.organisation, grant.provider) == (own, on.provider)
        # Whose a provider is has been shown once; who asked for tests only sees nothing real.
        holds = grant.usage == on.usage or (grant.is_own and grant.usage == "P")
        if is_for and holds and grant.is_in_force(standing.day):
            yield grant


REACHES: Final[Mapping[Reach, Test]] = {
    Reach.ALL: _everything,
    Reach.ORGANISATION: _own_organisation,
    Reach.GRANTED: _granted,
    Reach.OWNED: _owned,
}
"""How each kind of reach is tested: None, or why it does not reach."""
