"""`hpedi user`: accounts of people and machines, their roles, passwords and keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.access.accounts import Account
    from hpedi.commands.workspace import Workspace
    from hpedi.run_context import RunContext
    from hpedi.store.books import StoredWork

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}", re.ASCII)
_OPERATOR: Final = "operator"

role_option = click.option("--role", "roles", metavar="ROLE", multiple=True, help="A role; give it several times.")
login_argument = click.argument("login", metavar="LOGIN")


@click.group()
def command() -> None:
    """Keep accounts: people and machines, their roles and keys.

    \b
    Example:
      hpedi user add kim --name "Kim Lund" --role examiner
    """


@command.command()
@login_argument
@click.option("--name", required=True, metavar="TEXT", help="The person's name, or what the machine is for.")
@role_option
@click.option("--organisation", default="", metavar="ID", help="Where the person works; the payer if left out.")
@click.option("--machine", "is_machine", is_flag=True, help="An account that signs in by keys and has no password.")
@json_option
@click.pass_obj
def add(
    session: Session, login: str, name: str, roles: tuple[str, ...], organisation: str, *, is_machine: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Add an account; its first password is printed once.

    An account is one person's. People of an organisation see only what providers granted to it; one of them with the
    role delegate keeps the accounts of the others. The first account of a workspace is an operator's.

    \b
    Example:
      hpedi user add kim --name "Kim Lund" --role examiner
      hpedi user add ola --name "Ola Rask" --role biller --organisation lakeside
    """
    from hpedi.access.accounts import Account
    from hpedi.commands.new_accounts import add_account
    from hpedi.commands.signed_in import context_of
    from hpedi.commands.workspace import open_workspace

    if not _LOGIN.fullmatch(login):
        raise click.UsageError("a login is 2 to 60 small letters, digits, points, hyphens and underscores")
    workspace = open_workspace(session.home)
    context = context_of(workspace)
    account = Account(login=login, name=name, is_machine=is_machine, organisation=organisation, roles=frozenset(roles))
    _check_manages(workspace, context, organisation)
    with workspace.books.writing(context) as work:
        if not work.accounts.any() and _OPERATOR not in roles:
            raise click.UsageError("the first account is an operator's: give it --role operator")
        password = add_account(work, account)
    _tell_once(account, "password", password, as_json=as_json)
    return ExitCode.OK


@command.command("list")
@json_option
@click.pass_obj
def list_accounts(session: Session, *, as_json: bool) -> int:
    """List the accounts that you keep.

    \b
    Example:
      hpedi user list
    """
    from hpedi.access.reach import Scope
    from hpedi.commands.signed_in import check_noted, context_of
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = context_of(workspace)
    own = context.principal.organisation
    check_noted(workspace, context, "list", Scope(thing="account", organisation=own))
    with workspace.books.reading(context) as work:
        accounts = work.accounts.accounts(own or None)
    if as_json:
        for account in accounts:
            print_json(_facts(account))
    else:
        print_table("", _COLUMNS, (tuple(_facts(account).values()) for account in accounts))
    return ExitCode.OK


@command.command()
@login_argument
@json_option
@click.pass_obj
def show(session: Session, login: str, *, as_json: bool) -> int:
    """Show an account and its keys.

    \b
    Example:
      hpedi user show kim
    """
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context, account = _managed(session, login)
    with workspace.books.reading(context) as work:
        keys = work.accounts.keys(account.login)
    if as_json:
        print_json({**_facts(account), "keys": keys})
        return ExitCode.OK
    print_table("", _COLUMNS, [tuple(_facts(account).values())])
    rows = ((key.id, key.label, key.good_to, "revoked" if key.is_revoked else "") for key in keys)
    print_table("Keys", _KEYS, rows)
    return ExitCode.OK


@command.command()
@login_argument
@click.option("--give", "given", metavar="ROLE", multiple=True, help="A role to give.")
@click.option("--take", "taken", metavar="ROLE", multiple=True, help="A role to take away.")
@json_option
@click.pass_obj
def role(session: Session, login: str, given: tuple[str, ...], taken: tuple[str, ...], *, as_json: bool) -> int:
    """Give or take roles; it holds from the next command on.

    \b
    Example:
      hpedi user role kim --give finance --take examiner
    """
    from hpedi.commands.new_accounts import check_roles
    from hpedi.commands.workspace import open_workspace

    context, account = _managed(session, login)
    check_roles(account, given)
    now = datetime.now(UTC)
    with open_workspace(session.home).books.writing(context) as work:
        if _OPERATOR in taken:
            _check_not_last(work, account)
        for each in given:
            work.accounts.give(login, each, now)
        for each in taken:
            work.accounts.take(login, each, now)
        work.audit.record("user role", f"account:{login}", result=" ".join([*given, *(f"no {each}" for each in taken)]))
        changed = work.accounts.account(login) or account
    print_json(_facts(changed)) if as_json else click.echo(f"{login}: {', '.join(sorted(changed.roles)) or 'no role'}")
    return ExitCode.OK


@command.command()
@login_argument
@json_option
@click.pass_obj
def disable(session: Session, login: str, *, as_json: bool) -> int:
    """Close an account: its sessions and keys end at once, and its login is never given again.

    \b
    Example:
      hpedi user disable kim
    """
    from hpedi.commands.workspace import open_workspace

    context, account = _managed(session, login)
    with open_workspace(session.home).books.writing(context) as work:
        _check_not_last(work, account)
        work.accounts.disable(login, datetime.now(UTC))
        work.audit.record("user disable", f"account:{login}", result="disabled")
    print_json({"login": login, "disabled": True}) if as_json else click.echo(f"{login}: closed")
    return ExitCode.OK


@command.command()
@login_argument
@click.option("--label", default="", metavar="TEXT", help="What the key is for.")
@click.option("--revoke", type=int, metavar="ID", help="Take a key away instead; `hpedi user show` has its id.")
@json_option
@click.pass_obj
def key(session: Session, login: str, label: str, revoke: int | None, *, as_json: bool) -> int:
    """Make a key for a machine; it is printed once.

    The machine hands it over in $HPEDI_MACHINE_KEY. Only its digest is kept.

    \b
    Example:
      hpedi user key nightly --label "the scheduler"
    """
    from hpedi.commands.access_files import sign_in_terms
    from hpedi.commands.workspace import open_workspace
    from hpedi.safekeeping.passwords import new_secret

    context, account = _managed(session, login)
    if not account.is_machine or account.is_disabled:
        raise click.UsageError("keys are for machines: add an account with --machine")
    now, secret = datetime.now(UTC), new_secret()
    with open_workspace(session.home).books.writing(context) as work:
        if revoke is not None:
            work.accounts.revoke_key(login, revoke, now)
        else:
            good_to = now.date() + timedelta(days=sign_in_terms(now.date()).machine_key.days)
            work.accounts.add_key(login, secret, label, good_to, now)
        work.audit.record("user key", f"account:{login}", result="made" if revoke is None else f"revoked {revoke}")
    if revoke is None:
        _tell_once(account, "key", secret, as_json=as_json)
    else:
        print_json({"login": login, "revoked": revoke}) if as_json else click.echo(f"{login}: key {revoke} revoked")
    return ExitCode.OK


@command.command()
@click.argument("login", metavar="[LOGIN]", default="")
@click.option("--password-stdin", "from_input", is_flag=True, help="Read the old and the new one from standard input.")
@json_option
@click.pass_obj
def password(session: Session, login: str, *, from_input: bool, as_json: bool) -> int:
    """Change your password, or give LOGIN a new first one that is printed once.

    Whoever gets a first password changes it at the first sign-in; until then no other command works.

    \b
    Example:
      hpedi user password
      hpedi user password kim
    """
    from hpedi.commands.new_accounts import change_own_password, new_first_password
    from hpedi.commands.signed_in import NotPermitted, context_of, note_refusal
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    if not login:
        own = context_of(workspace, with_given_password=True)
        try:
            change_own_password(workspace, own, from_input=from_input)
        except NotPermitted:
            note_refusal(workspace, own, "user password")
            raise
        print_json({"changed": True}) if as_json else click.echo("the password is changed")
        return ExitCode.OK
    context, account = _managed(session, login)
    with workspace.books.writing(context) as work:
        made = new_first_password(work, account)
    _tell_once(account, "password", made, as_json=as_json)
    return ExitCode.OK


@command.command()
@json_option
@click.pass_obj
def demo(session: Session, *, as_json: bool) -> int:
    """Make an account for each role, in a demo workspace that has none; the passwords are printed once.

    \b
    Example:
      hpedi init --demo
      hpedi user demo
    """
    from hpedi.commands.demo_accounts import make_demo_accounts
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    made = make_demo_accounts(workspace, acting(workspace, "manage", "account"))
    for account, first in made:
        if as_json:
            print_json({"login": account.login, "roles": sorted(account.roles), "password": first})
    if not as_json:
        rows = ((each.login, ", ".join(sorted(each.roles)), each.organisation, first) for each, first in made)
        print_table("Accounts; the passwords are shown only now", _DEMO, rows)
    return ExitCode.OK


# --- what the commands share ------------------------------------------------------------------------------------------


def _managed(session: Session, login: str) -> tuple[RunContext, Account]:
    """Return who runs the command, and an account that it may manage; those of others are as if they were not."""
    from hpedi.access.reach import Scope
    from hpedi.commands.signed_in import context_of, is_permitted, note_refusal
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = context_of(workspace)
    with workspace.books.reading(context) as work:
        account = work.accounts.account(login)
    _check_manages(workspace, context, context.principal.organisation)
    on = Scope(thing="account", organisation=account.organisation if account else "")
    is_theirs = is_permitted(context, "manage", on)
    if account is not None and not is_theirs:
        note_refusal(workspace, context, "manage account")
    if account is None or not is_theirs:
        raise click.UsageError("there is no such account; `hpedi user list` names them")
    return context, account


def _check_manages(workspace: Workspace, context: RunContext, organisation: str) -> None:
    from hpedi.access.reach import Scope
    from hpedi.commands.signed_in import check_noted

    check_noted(workspace, context, "manage", Scope(thing="account", organisation=organisation))


def _check_not_last(work: StoredWork, account: Account) -> None:
    """Refuse to leave a workspace without an operator who can sign in."""
    operators = {each.login for each in work.accounts.accounts() if _OPERATOR in each.roles and not each.is_disabled}
    if operators == {account.login}:
        raise click.UsageError("it is the last operator: make another one first")


def _tell_once(account: Account, what: str, secret: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"login": account.login, **({what: secret} if secret else {})})
    else:
        told = f"; {what}, shown only now: {secret}" if secret else "; make a key with `hpedi user key`"
        click.echo(f"{account.login}: {', '.join(sorted(account.roles)) or 'no role'}{told}")


def _facts(account: Account) -> dict[str, object]:
    return {
        "login": account.login,
        "name": account.name,
        "organisation": account.organisation,
        "roles": ", ".join(sorted(account.roles)),
        "kind": "machine" if account.is_machine else "person",
        "last_sign_in": account.last_sign_in,
        "state": "closed" if account.is_disabled else "open",
    }


_COLUMNS = (
    Column("Login", whole=True),
    Column("Name"),
    Column("Organisation"),
    Column("Roles"),
    Column("Kind", whole=True),
    Column("Last sign-in"),
    Column("State", whole=True),
)
_KEYS = (Column("Key", right=True), Column("Label"), Column("Good to", whole=True), Column(""))
_DEMO = (Column("Login", whole=True), Column("Roles"), Column("Organisation"), Column("Password", whole=True))
