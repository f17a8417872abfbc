"""The decision: may somebody do something, today, with what was granted?

Everything is a table: the roles are data, how far they reach is a row of `reach.REACHES`. Whoever has no role that
permits the action on that kind of thing is refused; so is everybody else whom nothing lets through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from hpedi.access.grants import Grant
from hpedi.access.reach import REACHES, Reason, Scope, Standing
from hpedi.access.rules import AccessRules, Role
from hpedi.run_context import Principal

PERSON: Final = "person"


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be done: the role by which."""

    role: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not be done, and why; where several roles were tried, the reason of the one that came closest."""

    reason: Reason


Answer: TypeAlias = Allowed | Refused


def may(principal: Principal, action: str, on: Scope, grants: Iterable[Grant], day: date, rules: AccessRules) -> Answer:
    """Decide whether a principal may do an action on something on a day.

    Args:
        principal: Who asks, with the roles and the organisation that it has now.
        action: As in mappings/access/roles.yaml: inquire, approve, submit ...
        on: What it is to be done to.
        grants: What was granted; those of other organisations do no harm.
        day: The day of the question.
        rules: The roles.
    """
    standing = Standing(principal=principal, on=on, area=rules.areas.get(on.thing), grants=tuple(grants), day=day)
    refused = Reason.NO_ROLE
    for role in rules.in_force(principal.roles, day):
        for reason in _tried(role, action, standing):
            if reason is None:
                return Allowed(role.role)
            refused = reason
    return Refused(refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody who asks, with all that the answer depends on.

    Attributes:
        principal: Who.
        grants: What was granted to the principal's organisation.
        day: When.
        rules: The roles.
    """

    principal: Principal
    grants: tuple[Grant, ...]
    day: date
    rules: AccessRules

    def may(self, action: str, on: Scope) -> bool:
        """Say whether an action on something is allowed."""
        return isinstance(self.answer(action, on), Allowed)

    def answer(self, action: str, on: Scope) -> Answer:
        """Return the decision about an action on something."""
        return may(self.principal, action, on, self.grants, self.day, self.rules)


def _tried(role: Role, action: str, standing: Standing) -> Iterator[Reason | None]:
    """Yield what each permission of a role for the action says: None where it lets it through."""
    for permission in role.may:
        if permission.action != action or standing.on.thing not in permission.things:
            continue
        if role.for_persons and standing.principal.kind != PERSON:
            yield Reason.NOT_FOR_MACHINES
        else:
            yield REACHES[permission.reach](standing)
