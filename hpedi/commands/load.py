"""`hpedi load`: reference data, checked and taken in as a snapshot."""

from __future__ import annotations

from pathlib import Path

import click

from hpedi.commands import Session
from hpedi.commands.printing import json_option


@click.command()
@click.argument("folder", metavar="PATH", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@click.pass_obj
def command(session: Session, folder: Path, *, as_json: bool) -> None:
    """Load reference data: plans, members, providers, contracts, fees.

    Each error is told with its file and line, and then nothing is loaded. What is loaded becomes a snapshot: in force
    by its own dates, known from now on. Loading the same again changes nothing.

    \b
    Example:
      hpedi load samples/payer
    """
    raise click.ClickException("not wired yet")
