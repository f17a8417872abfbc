"""`hpedi deliver`: the outbox emptied into the folders of partners and bank."""

from __future__ import annotations

import click

from hpedi.commands import Session
from hpedi.commands.printing import json_option


@click.command()
@json_option
@click.pass_obj
def command(session: Session, *, as_json: bool) -> None:
    """Hand what waits in the outbox to partners and bank.

    Each file appears whole under its name or not at all.

    \b
    Example:
      hpedi deliver
    """
    raise click.ClickException("not wired yet")
