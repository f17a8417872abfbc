"""`hpedi deliver`: the outbox emptied into the folders of partners and bank."""

from __future__ import annotations

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.outcomes import print_delivered
from hpedi.commands.printing import json_option


@click.command()
@json_option
@click.pass_obj
def command(session: Session, *, as_json: bool) -> int:
    """Hand what waits in the outbox to partners and bank.

    Each file appears whole under its name or not at all. A remittance goes to whoever receives the provider's 835s now
    (`hpedi era`), also where it was made out to somebody else.

    \b
    Example:
      hpedi deliver
    """
    from hpedi.commands.jobs import Jobs, Lane, alone, outbound_paths
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    with alone(workspace, lanes=[Lane.BOOKS]):
        jobs = Jobs(workspace, acting(workspace, "deliver", "answer"))
        delivery = jobs.deliver()
        print_delivered(outbound_paths(workspace, delivery), as_json=as_json)
        delivery.check()
    return ExitCode.OK
