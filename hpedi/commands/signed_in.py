"""Who runs a command: the person who signed in, the machine whose key is given, or the built-in operator.

`hpedi login` writes a session file beside the workspace key, readable by its owner only; $HPEDI_MACHINE_KEY is the key
of a machine. Without either, the built-in operator runs: in a workspace without accounts it may do everything, in one
with accounts only what schedules do. Roles are read at every command, so that what is taken away is gone at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click

from hpedi.access.decision import Asker
from hpedi.access.reach import Scope
from hpedi.access.rules import FOUNDER, SCHEDULE
from hpedi.commands.access_files import access_rules
from hpedi.commands.settings import key_folder, read_settings
from hpedi.commands.workspace import Workspace, context_for, now_for
from hpedi.run_context import OPERATOR, Principal, RunContext
from hpedi.state_history import WrongState
from hpedi.store.accounts import StoredAccounts

KEY_SETTING: Final = "HPEDI_MACHINE_KEY"
MUST_CHANGE: Final = "your password was given to you by somebody else: change it with `hpedi user password`"


class NotPermitted(click.ClickException):
    """Who runs the command may not do what it does."""

    exit_code = 77


def context_of(workspace: Workspace, as_of: date | None = None, *, with_given_password: bool = False) -> RunContext:
    """Return who runs a command, and when.

    Args:
        workspace: Where.
        as_of: The business day; today if None.
        with_given_password: The command is one for which a password that was given will do.

    Raises:
        NotPermitted: The session or key is at its end, or the password was given and not changed yet.
    """
    context = context_for(as_of)
    return replace(context, principal=_principal(workspace, context, may_be_given=with_given_password))


def context_again(workspace: Workspace, principal: Principal) -> RunContext:
    """Return the moment for who runs already, with the roles that are held now.

    What runs for long stays who began it, whoever signs in or out at this machine meanwhile; an account that was
    disabled or a key that was revoked ends it.

    Raises:
        NotPermitted: The account or the key opens nothing any more.
    """
    if os.environ.get(KEY_SETTING):
        return context_of(workspace)
    context = now_for(principal)
    _kind, _mark, login = principal.id.partition(":")
    with workspace.books.reading(context) as work:
        if principal.id == OPERATOR.id:
            return replace(context, principal=_built_in(work.accounts))
        account = work.accounts.account(login)
    if account is None or account.is_disabled:
        raise NotPermitted(f"{principal.id} is disabled")
    return replace(context, principal=account.principal)


def acting(workspace: Workspace, action: str, thing: str, as_of: date | None = None) -> RunContext:
    """Return who runs a command that does something to the payer's own things of a kind.

    Raises:
        NotPermitted: No role permits it.
    """
    context = context_of(workspace, as_of)
    check_noted(workspace, context, action, Scope(thing=thing))
    return context


def check_noted(workspace: Workspace, context: RunContext, action: str, on: Scope) -> None:
    """Refuse who may not do an action on something that needs no grant; a refusal is an entry of the audit log.

    Not to be called inside a transaction: the entry has one of its own.

    Raises:
        NotPermitted: No role permits it.
    """
    try:
        check(context, action, on)
    except NotPermitted:
        note_refusal(workspace, context, f"{action} {on.thing}")
        raise


def note_refusal(workspace: Workspace, context: RunContext, action: str) -> None:
    """Leave the audit row of what somebody asked for and may not do."""
    with workspace.books.writing(context) as work:
        work.audit.record(action, "none", result="not permitted")


@contextmanager
def refusals_noted(workspace: Workspace, context: RunContext, action: str) -> Iterator[None]:
    """Leave the audit row of what is refused inside; the transaction inside has ended by then.

    Raises:
        NotPermitted: It was refused.
    """
    from hpedi.pipeline.granting import NotAllowed

    try:
        yield
    except (NotAllowed, WrongState) as refused:
        note_refusal(workspace, context, action)
        raise NotPermitted(str(refused)) from None


def check(context: RunContext, action: str, on: Scope) -> None:
    """Refuse who may not do an action on something that needs no grant.

    Raises:
        NotPermitted: No role permits it.
    """
    if not is_permitted(context, action, on):
        raise NotPermitted(f"{context.principal.id} may not {action} any {on.thing}{_advice(context.principal)}")


def is_permitted(context: RunContext, action: str, on: Scope) -> bool:
    """Say whether who runs a command may do an action on something that needs no grant."""
    today = datetime.now(UTC).date()
    return Asker(principal=context.principal, grants=(), day=today, rules=access_rules()).may(action, on)


def _advice(principal: Principal) -> str:
    if principal.kind == "system" and SCHEDULE in principal.roles:
        return ": sign in with `hpedi login`"
    return f" as {', '.join(sorted(principal.roles))}" if principal.roles else ": no role was given"


def _principal(workspace: Workspace, context: RunContext, *, may_be_given: bool) -> Principal:
    now, key, session = datetime.now(UTC), os.environ.get(KEY_SETTING), _session(workspace.home)
    with workspace.books.reading(context) as work:
        if key:
            account = work.accounts.account_of_key(key, now.date())
            ended = f"the key in ${KEY_SETTING} opens nothing, or not any more"
        elif session:
            account = work.accounts.account_of_session(session, now)
            ended = "the session has ended: `hpedi login` again, or `hpedi logout` to run as the built-in operator"
        else:
            return _built_in(work.accounts)
    if account is None:
        raise NotPermitted(ended)
    if account.is_password_given and not may_be_given:
        raise NotPermitted(MUST_CHANGE)
    return account.principal


def _built_in(accounts: StoredAccounts) -> Principal:
    return replace(OPERATOR, roles=frozenset({SCHEDULE if accounts.any() else FOUNDER}))


# --- the session file ------------------------------------------------------------------------------------------------


def session_file(home: Path) -> Path:
    """Return where the session of a workspace is kept: outside of it, by the workspace's id."""
    return key_folder() / f"{read_settings(home).identity}.session"


def _session(home: Path) -> str:
    try:
        return session_file(home).read_text().strip()
    except FileNotFoundError:
        return ""


def keep_session(home: Path, secret: str) -> None:
    """Write the session file; nobody else can read it."""
    file = session_file(home)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_session(home)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(secret + "\n")


def forget_session(home: Path) -> str:
    """Remove the session file and return its secret."""
    secret = _session(home)
    with suppress(FileNotFoundError):
        session_file(home).unlink()
    return secret
