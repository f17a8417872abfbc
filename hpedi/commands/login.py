"""`hpedi login`: a person signs in, and commands run as that person until the session ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import hint, json_option, print_json

if TYPE_CHECKING:
    from hpedi.access.accounts import Account
    from hpedi.access.sign_in import SignInTerms
    from hpedi.store.books import StoredWork


@click.command()
@click.argument("name", metavar="LOGIN")
@click.option("--password-stdin", "from_input", is_flag=True, help="Read the password from the standard input.")
@json_option
@click.pass_obj
def command(session: Session, name: str, *, from_input: bool, as_json: bool) -> int:
    """Sign in: commands then run as you.

    The session is kept for this workspace in a file that only you can read, and ends by itself. After several wrong
    passwords in a row nobody signs in to the account for a while. A password that somebody gave you is changed first,
    with `hpedi user password`; until then commands are refused.

    \b
    Example:
      hpedi login examiner
      hpedi login examiner --password-stdin < password.txt
    """
    from hpedi.commands.access_files import sign_in_terms
    from hpedi.commands.passwords import read_password
    from hpedi.commands.signed_in import NotPermitted, keep_session
    from hpedi.commands.workspace import context_for, open_workspace
    from hpedi.safekeeping.passwords import new_secret

    workspace = open_workspace(session.home)
    password, secret, now = read_password("Password", from_input=from_input), new_secret(), datetime.now(UTC)
    terms = sign_in_terms(now.date())
    until = now + timedelta(hours=terms.session.hours)
    with workspace.books.writing(context_for(None)) as work:
        account = _signed_in(work, name, password, terms, now)
        if account is not None:
            work.accounts.record_sign_in(account.login, now, session=secret, expires_at=until, is_right=True)
    if account is None:
        raise NotPermitted(
            f"login or password is wrong, or the account is not open; after {terms.lock_out.failures} wrong passwords "
            f"it opens again in {terms.lock_out.minutes} minutes"
        )
    keep_session(session.home, secret)
    _tell(account, until, as_json=as_json)
    return ExitCode.OK


def _tell(account: Account, until: datetime, *, as_json: bool) -> None:
    """Say who signed in, until when, and when the account was used before."""
    from hpedi.commands.signed_in import MUST_CHANGE
    from hpedi.commands.workspace import payer_zone

    must_change = account.is_password_given
    last = account.last_sign_in.astimezone(payer_zone()) if account.last_sign_in else None
    if as_json:
        facts = {"login": account.login, "until": until, "last_sign_in": last}
        print_json({**facts, "must_change_password": must_change})
        return
    told = f"last sign-in {last:%Y-%m-%d %H:%M}" if last else "first sign-in"
    click.echo(f"signed in as {account.name} until {until.astimezone(payer_zone()):%Y-%m-%d %H:%M}; {told}")
    if must_change:
        hint(MUST_CHANGE)


def _signed_in(work: StoredWork, login: str, password: str, terms: SignInTerms, now: datetime) -> Account | None:
    """Return the account that a password opens; as much is done for a login that is none."""
    from hpedi.access.sign_in import locked_until
    from hpedi.safekeeping.passwords import Passwords

    account = work.accounts.account(login)
    hashes = Passwords(terms.password)
    kept = work.accounts.password(account.login) if account else ""
    is_right = hashes.are_same(kept, password)
    if account is None:
        work.audit.record("sign in", "account:none", result="refused")  # what is no login of ours may be a password
        return None
    until = locked_until(account.failures, account.last_failure, terms.lock_out)
    is_locked = until is not None and now < until
    if account.is_disabled or is_locked or not is_right:
        if not is_locked:
            work.accounts.record_sign_in(account.login, now, is_right=False)
        work.audit.record("sign in", f"account:{account.login}", result="locked" if is_locked else "refused")
        return None
    if hashes.is_outdated(kept):
        hashed = hashes.hashed(password)
        work.accounts.set_password(account.login, hashed, is_given=account.is_password_given)
    work.audit.record("sign in", f"account:{account.login}", result="signed in")
    return account
