"""`hpedi inquire`: questions that partners ask, answered for the operator."""

from __future__ import annotations

import click

from hpedi.commands import Session
from hpedi.commands.printing import json_option


@click.group()
def command() -> None:
    """Look up a remittance by its check or EFT number."""


@command.command()
@click.argument("number", metavar="NUMBER")
@json_option
@click.pass_obj
def remittance(session: Session, number: str, *, as_json: bool) -> None:
    """Show the remittance of a check or EFT number (TRN02).

    \b
    Example:
      hpedi inquire remittance 900000001
    """
    raise click.ClickException("not wired yet")
