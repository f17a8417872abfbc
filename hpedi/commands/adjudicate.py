"""`hpedi adjudicate`: a decision with its trail for each claim that waits."""

from __future__ import annotations

from datetime import date

import click

from hpedi.commands import Session
from hpedi.commands.options import as_of_option
from hpedi.commands.printing import json_option


@click.command()
@as_of_option
@json_option
@click.pass_obj
def command(session: Session, *, as_of: date | None, as_json: bool) -> None:
    """Decide the claims that wait.

    \b
    Example:
      hpedi adjudicate --as-of 2026-03-16
    """
    raise click.ClickException("not wired yet")
