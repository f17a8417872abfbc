"""`hpedi receive`: files in, TA1, 999 and 277CA out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from hpedi.commands import Session
from hpedi.commands.options import files_argument, received_option
from hpedi.commands.printing import json_option


@click.command()
@files_argument
@click.option("--again", is_flag=True, help="Try once more what was refused or put in quarantine.")
@received_option
@json_option
@click.pass_obj
def command(
    session: Session, files: tuple[Path, ...], *, again: bool, received: datetime | None, as_json: bool
) -> None:
    """Take in X12 files and answer them.

    Each interchange is answered: a TA1 where it is itself at fault or asks for one, a 999 for each group and a 277CA for
    each claim set. Accepted claims then wait for `adjudicate`.

    \b
    Example:
      hpedi receive --received 2026-03-02T09:00:00-06:00 inbound/clinic.837
    """
    raise click.ClickException("not wired yet")
