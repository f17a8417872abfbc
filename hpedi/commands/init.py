"""`hpedi init`: a workspace with its key, and with --demo the sample payer loaded."""

from __future__ import annotations

import click

from hpedi.commands import Session
from hpedi.commands.printing import json_option


@click.command()
@click.option("--demo", is_flag=True, help="Load the sample payer too.")
@json_option
@click.pass_obj
def command(session: Session, *, demo: bool, as_json: bool) -> None:
    """Make a workspace.

    Makes the database, the folders and, outside of them, the key that stored files are encrypted with. A workspace
    that stands already is left as it is.

    \b
    Example:
      hpedi --home workspace init --demo
    """
    raise click.ClickException("not wired yet")
