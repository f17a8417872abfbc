"""`hpedi whoami`: who commands run as."""

from __future__ import annotations

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import json_option, print_json


@click.command()
@json_option
@click.pass_obj
def command(session: Session, *, as_json: bool) -> int:
    """Show who commands run as.

    \b
    Example:
      hpedi whoami
    """
    from hpedi.commands.signed_in import context_of
    from hpedi.commands.workspace import open_workspace

    who = context_of(open_workspace(session.home), with_given_password=True).principal
    if as_json:
        print_json({"id": who.id, "name": who.name, "roles": sorted(who.roles), "organisation": who.organisation})
    else:
        of = f" of {who.organisation}" if who.organisation else ""
        click.echo(f"{who.id} ({who.name}){of}: {', '.join(sorted(who.roles)) or 'no role'}")
    return ExitCode.OK
