"""`hpedi load`: reference data, checked and taken in as a snapshot."""

from __future__ import annotations

from pathlib import Path

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.payer_files import load_folder, print_findings, tell
from hpedi.commands.printing import json_option, print_json


@click.command()
@click.argument("folder", metavar="PATH", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@click.pass_obj
def command(session: Session, folder: Path, *, as_json: bool) -> int:
    """Load reference data: plans, members, providers, contracts, fees.

    Each error is told with its file and line, and then nothing is loaded. What is loaded becomes a snapshot: in force
    by its own dates, known from now on. Loading the same again changes nothing.

    \b
    Example:
      hpedi load samples/payer
    """
    from hpedi.commands.jobs import alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    with alone(workspace):
        loaded, outcome = load_folder(workspace, acting(workspace, "load", "reference"), folder)
    if as_json:
        print_json({"loaded": outcome, "findings": loaded.findings})
    else:
        print_findings(loaded.findings)
        click.echo("nothing loaded: correct the errors first") if outcome is None else tell(outcome)
    return ExitCode.FINDINGS if outcome is None else ExitCode.OK
