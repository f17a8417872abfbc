"""`hpedi logout`: the session ends."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import json_option, print_json


@click.command()
@json_option
@click.pass_obj
def command(session: Session, *, as_json: bool) -> int:
    """Sign out: commands then run as the built-in operator.

    \b
    Example:
      hpedi logout
    """
    from hpedi.commands.signed_in import forget_session
    from hpedi.commands.workspace import context_for, open_workspace

    workspace = open_workspace(session.home)
    secret = forget_session(session.home)
    if secret:
        with workspace.books.writing(context_for(None)) as work:
            work.accounts.end_session(secret, datetime.now(UTC))
    if as_json:
        print_json({"signed_out": bool(secret)})
    else:
        click.echo("signed out" if secret else "nobody was signed in")
    return ExitCode.OK
