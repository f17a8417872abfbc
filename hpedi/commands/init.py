"""`hpedi init`: a workspace with its key, and with --demo the sample payer loaded."""

from __future__ import annotations

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.payer_files import load_folder, print_findings, tell
from hpedi.commands.printing import json_option, print_json


@click.command()
@click.option("--demo", is_flag=True, help="Load the sample payer too.")
@click.option(
    "--database",
    metavar="URL",
    envvar="HPEDI_DATABASE",
    help="An empty PostgreSQL database, postgresql+psycopg://USER@HOST/NAME; a file in the workspace if left out. "
    "$HPEDI_DATABASE says it too. Leave a password to ~/.pgpass: the URL is kept in hpedi.toml.",
)
@json_option
@click.pass_obj
def command(session: Session, *, demo: bool, database: str | None, as_json: bool) -> int:
    """Make a workspace.

    Makes the database, the folders and, outside of them, the key that stored files are encrypted with. A workspace
    that stands already is left as it is.

    \b
    Example:
      hpedi --home workspace init --demo
      hpedi --home workspace init --database postgresql+psycopg://hpedi@db.example/hpedi
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import create, open_workspace
    from hpedi.mappings_folder import sample

    is_new = create(session.home, database)
    workspace = open_workspace(session.home)
    loaded, outcome = None, None
    if demo:
        loaded, outcome = load_folder(workspace, acting(workspace, "load", "reference"), sample("payer"))
    if as_json:
        print_json({"home": str(session.home), "new": is_new, "loaded": outcome})
    else:
        click.echo(f"{'made' if is_new else 'found'} the workspace {session.home}")
        if outcome:
            tell(outcome)
        elif loaded:
            print_findings(loaded.findings)
    return ExitCode.FINDINGS if demo and outcome is None else ExitCode.OK
