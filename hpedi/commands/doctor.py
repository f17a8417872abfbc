"""`hpedi doctor`: what is wrong with a workspace and its surroundings, and how to mend it."""

from __future__ import annotations

from typing import Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import Column, hint, json_option, print_json, print_table


@click.command()
@click.option("--quiet", is_flag=True, help="Leave out what is well.")
@json_option
@click.pass_obj
def command(session: Session, *, quiet: bool, as_json: bool) -> int:
    """Check settings, keys, database, backlog; say what to mend.

    Looks at what a workspace rests on, the workspace broken or not: settings, key, anchor, folders, room, database,
    clock, code lists, bank holidays, reference data, backups, watchers, schedules and what waits. Each check says what
    it saw, and of a warning or a fault how to mend it. Exit code 1 says that there is a fault. Changes nothing but the
    audit log.

    \b
    Example:
      hpedi doctor
      hpedi doctor --quiet --json
    """
    from datetime import UTC, datetime

    from hpedi.commands.doctor_checks import examine

    found = examine(session.home, datetime.now(UTC))
    rows = [row for row in found.rows if not (quiet and row.result == "ok")]
    if as_json:
        for row in rows:
            print_json(row)
        print_json({"faults": found.faults, "not_made": found.not_made})
    else:
        print_table("", _COLUMNS, ((row.check, row.result, row.saw, row.mend) for row in rows))
        if found.not_made:
            hint(f"not looked at, until the faults are mended: {', '.join(found.not_made)}")
        warnings = sum(row.result == "warning" for row in found.rows)
        click.echo(f"faults: {found.faults}, warnings: {warnings}")
    return ExitCode.FINDINGS if found.faults else ExitCode.OK


_COLUMNS: Final = (
    Column("Check", whole=True),
    Column("Result", whole=True),
    Column("Seen"),
    Column("To mend it"),
)
