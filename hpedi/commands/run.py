"""`hpedi run`: the whole way, from files to delivered answers and payments."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from hpedi.commands import Session
from hpedi.commands.options import as_of_option, files_argument, received_option
from hpedi.commands.printing import json_option


@click.command()
@files_argument
@click.option("--dry-run", is_flag=True, help="Say what would happen; keep and send nothing.")
@received_option
@as_of_option
@json_option
@click.pass_obj
def command(
    session: Session,
    files: tuple[Path, ...],
    *,
    dry_run: bool,
    received: datetime | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Receive files, decide their claims, pay and deliver.

    The same as `receive`, `adjudicate`, `pay` and `deliver` one after another. A file that was received before is named
    and changes nothing; after an interruption the same command goes on where it stopped.

    \b
    Example:
      hpedi run --as-of 2026-03-16 inbound/*.837
    """
    raise click.ClickException("not wired yet")
