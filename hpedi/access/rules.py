"""Roles as dated data: which actions on which kinds of thing each may do, and how far it reaches.

Loads mappings/access/roles.yaml from bytes. It decides nothing: see `decision`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from hpedi.access.grants import Area
from hpedi.access.reach import Reach
from hpedi.reference.dated import Dated, Entry, in_force

FOUNDER: Final = "founder"
"""The role of the built-in operator while a workspace has no account."""

SCHEDULE: Final = "schedule"
"""Its role from then on."""

SENDER: Final = "sender"
"""The role of a third party's trading partner in the files that it sends."""

RECEIVER: Final = "receiver"
"""The role of an organisation's trading partner in the remittances that it is sent."""


class Permission(Entry, frozen=True, kw_only=True):
    """An action on kinds of thing, and how far it reaches."""

    action: str
    things: tuple[str, ...]
    reach: Reach


class Role(Dated, frozen=True, kw_only=True):
    """What somebody works as.

    Attributes:
        may: What the role permits.
        is_built_in: No account can have it.
        for_persons: No machine can have it.
        reason: Why it is so: a rule of law, or our choice.
    """

    role: str
    title: str
    reason: str
    may: tuple[Permission, ...]
    is_built_in: bool = False
    for_persons: bool = False

    @property
    def is_of_payer(self) -> bool:
        """Say whether it is for those who work for the payer; other roles are for those of organisations."""
        return any(permission.reach is Reach.ALL for permission in self.may)


class _RolesFile(Entry, frozen=True, kw_only=True):
    areas: dict[str, Area]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The roles of all days.

    Attributes:
        areas: The area of a grant that a kind of thing belongs to.
        roles: The dated versions of each role, by name.
    """

    areas: Mapping[str, Area]
    roles: Mapping[str, tuple[Role, ...]]

    def role(self, name: str, day: date) -> Role | None:
        """Return a role as it is in force on a day."""
        return in_force(self.roles.get(name, ()), day)

    def in_force(self, names: Iterable[str], day: date) -> tuple[Role, ...]:
        """Return those of the named roles that are in force on a day, by name."""
        found = (self.role(name, day) for name in sorted(names))
        return tuple(role for role in found if role is not None)


def load_access_rules(content: bytes) -> AccessRules:
    """Read the YAML of mappings/access/roles.yaml."""
    file = msgspec.yaml.decode(content, type=_RolesFile)
    names = dict.fromkeys(role.role for role in file.roles)
    return AccessRules(file.areas, {name: tuple(each for each in file.roles if each.role == name) for name in names})
