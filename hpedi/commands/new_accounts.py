"""Making accounts and giving them passwords: what `hpedi user` and the demo share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import click

from hpedi.access.accounts import Account, fits
from hpedi.commands.access_files import access_rules, sign_in_terms
from hpedi.commands.passwords import checked, read_password
from hpedi.commands.signed_in import NotPermitted
from hpedi.commands.workspace import Workspace
from hpedi.run_context import RunContext
from hpedi.safekeeping.passwords import Passwords, new_password
from hpedi.store.books import StoredWork

PERSON: Final = re.compile("person:(.*)")


def add_account(work: StoredWork, account: Account, *, is_for_demo: bool = False) -> str:
    """Add an account and return its first password, empty for a machine; in a demo it need not be changed.

    Raises:
        click.UsageError: The login is taken, the organisation is none, or a role is not for such an account.
    """
    if work.accounts.account(account.login) is not None:
        raise click.UsageError("this login is taken; a login is never given to somebody else")
    if account.organisation and work.accounts.organisation(account.organisation) is None:
        raise click.UsageError("there is no such organisation; `hpedi access register` makes one")
    check_roles(account, account.roles)
    now = datetime.now(UTC)
    first = "" if account.is_machine else new_password()
    added = replace(account, is_password_given=bool(first) and not is_for_demo)
    work.accounts.add(added, _passwords().hashed(first) if first else "", now)
    work.audit.record("user add", f"account:{account.login}", result=" ".join(sorted(account.roles)))
    return first


def check_roles(account: Account, roles: Iterable[str]) -> None:
    """Refuse roles that an account like this cannot have."""
    rules = access_rules()
    wrong = sorted(role for role in roles if not fits(role, account, rules))
    if wrong:
        right = ", ".join(sorted(role for role in rules.roles if fits(role, account, rules)))
        raise click.UsageError(f"{', '.join(wrong)}: no role for this account; these are: {right}")


def new_first_password(work: StoredWork, account: Account) -> str:
    """Give an account another first password, end its sessions and return it."""
    if account.is_machine:
        raise click.UsageError("a machine has keys and no password")
    first = new_password()
    work.accounts.set_password(account.login, _passwords().hashed(first), is_given=True)
    work.accounts.end_sessions(account.login, datetime.now(UTC))
    work.audit.record("user password", f"account:{account.login}", result="given")
    return first


def change_own_password(workspace: Workspace, context: RunContext, *, from_input: bool) -> None:
    """Take a person's old and new password and keep the new one."""
    signed_in = PERSON.fullmatch(context.principal.id)
    if signed_in is None:
        raise click.UsageError("sign in first, or name the LOGIN that gets a new one")
    login = signed_in[1]
    old = read_password("Old password", from_input=from_input)
    new = read_password("New password", from_input=from_input)
    terms = sign_in_terms(datetime.now(UTC).date())
    with workspace.books.writing(context) as work:
        if not _passwords().are_same(work.accounts.password(login), old):
            raise NotPermitted("the old password is another one")
        if new == old:
            raise click.UsageError("the new password is the old one; choose another")
        hashed = _passwords().hashed(checked(new, login, terms.password))
        work.accounts.set_password(login, hashed, is_given=False)
        work.audit.record("user password", f"account:{login}", result="changed")


def _passwords() -> Passwords:
    return Passwords(sign_in_terms(datetime.now(UTC).date()).password)
