"""`hpedi explain`: the trail of a decision."""

from __future__ import annotations

import click

from hpedi.commands import Session
from hpedi.commands.printing import json_option


@click.command()
@click.argument("claim", metavar="CLAIM")
@json_option
@click.pass_obj
def command(session: Session, claim: str, *, as_json: bool) -> None:
    """Show why a claim was decided as it was.

    CLAIM is our number for it: CLP07 of the 835, REF*1K of the 277CA. Each step of the decision is a row: stage, rule,
    the dated parameter with its source, and the amounts after it.

    \b
    Example:
      hpedi explain 260750000001
    """
    raise click.ClickException("not wired yet")
