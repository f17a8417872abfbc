"""Grants and principals for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hpedi.access.grants import Area, Grant, GrantState, ProviderId
from hpedi.access.rules import AccessRules, load_access_rules
from hpedi.mappings_folder import mapping
from hpedi.run_context import Principal
from hpedi.state_history import StateEvent

DAY = date(2026, 3, 16)
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HARBOR = ProviderId("410000202", "1000002018")
QUARRY = ProviderId("410000203", "1000002026")


def rules() -> AccessRules:
    """Return the roles that are shipped."""
    return load_access_rules(mapping("access/roles.yaml").read_bytes())


def person(*roles: str, organisation: str = "", kind: str = "person") -> Principal:
    """Return somebody with some roles."""
    return Principal("person:kim", kind, "Kim", frozenset(roles), organisation)


def grant(
    organisation: str,
    provider: ProviderId = HARBOR,
    *areas: Area,
    is_own: bool = False,
    usage: str = "P",
    days: tuple[date, date | None] = (date(2026, 1, 1), None),
    states: tuple[GrantState, ...] = (GrantState.REQUESTED, GrantState.APPROVED),
    approver: str = "kim",
    asked_by: str = "person:ola",
) -> Grant:
    """Return a grant with a history."""
    return Grant(
        id=1,
        organisation=organisation,
        provider=provider,
        is_own=is_own,
        areas=frozenset(areas or Area),
        usage=usage,
        start=days[0],
        end=days[1],
        approver=approver,
        history=tuple(StateEvent(state=state, at=AT, by=asked_by) for state in states),
    )
