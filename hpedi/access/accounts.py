"""Accounts of people and machines: one a person, none shared; and when each was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from hpedi.access.rules import AccessRules
from hpedi.run_context import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account.

    Attributes:
        login: The name to sign in by; never given to somebody else later.
        name: For people to read.
        is_machine: It signs in by a key and has no password.
        organisation: Where its holder works; empty for the payer.
        roles: What its holder works as now.
        is_disabled: Nobody signs in to it any more.
        is_password_given: Somebody else knows its password: its holder changes it before anything else.
        failures: Wrong passwords in a row.
        last_failure: When the last of them was.
        last_sign_in: When somebody signed in to it before; None for never.
    """

    login: str
    name: str
    is_machine: bool = False
    organisation: str = ""
    roles: frozenset[str] = frozenset()
    is_disabled: bool = False
    is_password_given: bool = False
    failures: int = 0
    last_failure: datetime | None = None
    last_sign_in: datetime | None = None

    @property
    def principal(self) -> Principal:
        """Who acts through it."""
        kind = _KINDS[self.is_machine, bool(self.organisation)]
        prefix = "machine" if self.is_machine else "person"
        return Principal(f"{prefix}:{self.login}", kind, self.name, self.roles, self.organisation)


_KINDS: Final = {
    (False, False): "person",
    (False, True): "person",
    (True, False): "system",
    (True, True): "partner",
}
"""Kind of principal by whether it is a machine, and whether it belongs to an organisation."""


def fits(role: str, account: Account, rules: AccessRules) -> bool:
    """Say whether an account may be given a role: the payer's people the payer's, persons those for persons."""
    versions = rules.roles.get(role, ())
    return bool(versions) and all(
        not version.is_built_in
        and version.is_of_payer is not bool(account.organisation)
        and not (version.for_persons and account.is_machine)
        for version in versions
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """Whose key it is that somebody signs in with.

    Attributes:
        account: The machine; nobody signs in to it by a password.
        partner: The trading partner that its organisation is; empty where it is none.
    """

    account: Account
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineKey:
    """A key of a machine; the key itself is kept nowhere."""

    id: int
    login: str
    label: str
    good_to: date
    is_revoked: bool
