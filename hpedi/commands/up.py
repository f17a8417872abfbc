"""`hpedi up`: the SFTP server, the watchers and what else a machine is to run, under one supervisor."""

from __future__ import annotations

import fcntl
import os
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import dry_run_option
from hpedi.commands.up_settings import MOST_WATCHERS, PROGRAMS

SUBJECT: Final = "gateway"
TRIES: Final = 5
SECONDS_BETWEEN_TRIES: Final = 0.1
"""Longer than `hpedi doctor` looks who has the workspace."""


@click.command()
@click.option("--watchers", type=click.IntRange(0, MOST_WATCHERS), help="How many processes take in dropped files.")
@click.option(
    "--without",
    multiple=True,
    type=click.Choice([each.setting for each in PROGRAMS]),
    help="Leave a program out; may be given several times.",
)
@dry_run_option
@click.pass_obj
@click.pass_context
def command(
    ctx: click.Context, session: Session, watchers: int | None, without: tuple[str, ...], *, dry_run: bool
) -> int:
    """Run the gateway of this machine: SFTP, watchers, service.

    Starts what [up] of hpedi.toml names, one after the other, and keeps it running: a process that dies is started
    again after a pause. Log lines of all of them go to the standard error. SIGTERM or Ctrl-C ends all of them, each in
    its time; a second one at once. Nothing outlives it, even when it is killed. Tells systemd when all is at work.

    \b
    Example:
      hpedi up
      hpedi up --watchers 2 --without serve
    """
    import msgspec

    from hpedi.commands.settings import read_settings
    from hpedi.commands.supervising import Supervisor
    from hpedi.commands.up_settings import check_options, programs, read_up_settings

    read_settings(session.home)
    settings = read_up_settings(session.home)
    if watchers is not None:
        settings = msgspec.structs.replace(settings, watchers=watchers)
    check_options(settings, without)
    wanted = programs(settings, _before(ctx, session), without)
    if not wanted:
        raise click.UsageError("nothing is to run: see [up] of hpedi.toml")
    if dry_run:
        for each in wanted:
            click.echo(shlex.join(each.words))
        return ExitCode.OK
    with _only_one(session.home):
        _note(session.home, [each.name for each in wanted])
        outcome = Supervisor(wanted, settings.patience, os.environ).run()
    click.echo(f"hpedi: {outcome.why}" if outcome.why else "stopped", err=True)
    return outcome.exit_code


def _before(ctx: click.Context, session: Session) -> tuple[str, ...]:
    """Return the options before the command, as they were given to this one."""
    log_format = ctx.find_root().params["log_format"]
    loud = ("--verbose",) if session.verbose else ()
    return ("--home", str(session.home.resolve()), "--log-format", str(log_format), *loud)


def _note(home: Path, names: list[str]) -> None:
    """Leave the audit row of who started it, and give the database back: the processes open it themselves.

    Raises:
        NotPermitted: Who runs this may not.
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(home)
    context = acting(workspace, "run", SUBJECT)
    with workspace.books.writing(context) as work:
        work.audit.record("up", SUBJECT, reason="operation", result=f"begun: {', '.join(names)}")
    workspace.sealer.seal()
    workspace.database.close()


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Be the one supervisor of a workspace on this machine; a kill gives that up.

    Raises:
        click.UsageError: Another one runs.
    """
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _take(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    for _try in range(TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(SECONDS_BETWEEN_TRIES)
    raise click.UsageError("`hpedi up` runs already for this workspace; stop that one first")
