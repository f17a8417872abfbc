"""`hpedi pay`: a payment run over everything decided and unpaid."""

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
    """Pay what is decided: remittances and the ACH file.

    One 835 a payee, one Nacha file for the day, a check register for payees without bank details; all of it balanced
    before anything is released.

    \b
    Example:
      hpedi pay --as-of 2026-03-16
    """
    raise click.ClickException("not wired yet")
