"""`hpedi status`: the state of a workspace."""

from __future__ import annotations

import click

from hpedi.commands import Session
from hpedi.commands.printing import json_option


@click.command()
@json_option
@click.pass_obj
def command(session: Session, *, as_json: bool) -> None:
    """Show what came in, was decided, paid and delivered.

    \b
    Example:
      hpedi status --json
    """
    raise click.ClickException("not wired yet")
