"""`hpedi load`: reference data, checked and taken in as a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import dry_run_option
from hpedi.commands.payer_files import load_folder, look_at_folder, print_findings, tell
from hpedi.commands.printing import json_option, print_json

if TYPE_CHECKING:
    from hpedi.commands.workspace import Workspace


@click.command()
@click.argument("folder", metavar="PATH", type=click.Path(exists=True, file_okay=False, path_type=Path))
@dry_run_option
@json_option
@click.pass_obj
def command(session: Session, folder: Path, *, dry_run: bool, as_json: bool) -> int:
    """Load plans, members, providers, contracts, fees.

    Each error is told with its file and line, and then nothing is loaded. What is loaded becomes a snapshot: in force
    by its own dates, known from now on. Loading the same again changes nothing. With --dry-run nothing is loaded: it
    says which records are new, otherwise and gone, whose coverage changes, and which decided claims that concerns. A
    folder without members keeps those that are known.

    \b
    Example:
      hpedi load samples/payer --dry-run
      hpedi load samples/payer
    """
    from hpedi.commands.jobs import alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    if dry_run:
        return _look(workspace, folder, as_json=as_json)
    with alone(workspace):
        loaded, outcome = load_folder(workspace, acting(workspace, "load", "reference"), folder)
    if as_json:
        print_json({"loaded": outcome, "findings": loaded.findings})
    else:
        print_findings(loaded.findings)
        click.echo("nothing loaded: correct the errors first") if outcome is None else tell(outcome)
    return ExitCode.FINDINGS if outcome is None else ExitCode.OK


def _look(workspace: Workspace, folder: Path, *, as_json: bool) -> int:
    """Say what loading would change."""
    from hpedi.commands.impact_pages import print_impact
    from hpedi.commands.signed_in import acting

    loaded, impact = look_at_folder(workspace, acting(workspace, "load", "reference"), folder)
    if as_json:
        print_json({"would_load": impact, "findings": loaded.findings})
    else:
        print_findings(loaded.findings)
        click.echo("nothing would be loaded: correct the errors first") if impact is None else print_impact(impact)
    return ExitCode.FINDINGS if impact is None else ExitCode.OK
