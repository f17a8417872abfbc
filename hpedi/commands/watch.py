"""`hpedi watch`: files taken in as they are dropped, answered at once, decided and paid by the clock."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from threading import Thread
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import dry_run_option
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.commands.watch_files import Handled
    from hpedi.commands.watch_schedules import Ran
    from hpedi.commands.watch_settings import WatchSettings
    from hpedi.commands.workspace import Workspace
    from hpedi.run_context import RunContext


@click.command()
@click.option("--once", is_flag=True, help="Take in what is there, do what is due, and end: for cron.")
@dry_run_option
@json_option
@click.pass_obj
def command(session: Session, *, once: bool, dry_run: bool, as_json: bool) -> int:
    """Take in files as they are dropped, and work by the clock.

    Looks into inbox/FOLDER of every partner that is live or testing, and into the folders that hpedi.toml names, again
    and again. A file that is complete is taken, received as its partner's and answered into that partner's outbox;
    [schedules] of hpedi.toml says when claims are decided, payments released and remittances delivered. Several may
    watch at once. Stop it with SIGTERM or Ctrl-C: what is in hand is finished; after a kill the next one goes on.

    \b
    Example:
      hpedi watch
      hpedi watch --once --json
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.watch_settings import read_watch_settings
    from hpedi.commands.watching import WATCH
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    settings, schedules = read_watch_settings(session.home)
    context = acting(workspace, *WATCH)
    if dry_run:
        return _look(workspace, settings, context, as_json=as_json)
    from contextlib import closing

    from hpedi.commands.watch_schedules import Clockwork
    from hpedi.commands.watching import Watcher

    report = _Report(as_json=as_json)
    with closing(Watcher(workspace, context.principal, settings, Clockwork(schedules), report.tell)) as watcher:
        for number in (signal.SIGTERM, signal.SIGINT):
            # By a thread: the handler may come while this one holds the lock of what it waits for.
            signal.signal(number, lambda _number, _frame: Thread(target=watcher.stop, daemon=True).start())
        if once:
            watcher.once()
            return report.exit_code
        watcher.get_ready()
        click.echo(f"watching {session.home.resolve()} as {watcher.id}", err=True)
        watcher.watch()
    click.echo("stopped", err=True)
    return ExitCode.OK


class _Report:
    """What happened, told line by line, and the exit code that it comes to."""

    def __init__(self, *, as_json: bool) -> None:
        self.exit_code = ExitCode.OK
        self._as_json = as_json

    def tell(self, happened: Handled | Ran) -> None:
        """Tell of an arrival or a run."""
        from hpedi.commands.watch_files import Handled

        if isinstance(happened, Handled):
            kind, line, code = "arrival", _arrival_line(happened), _EXIT_CODES.get(happened.state, ExitCode.OK)
        else:
            kind, line, code = "schedule", _run_line(happened), ExitCode.OK
        self.exit_code = max(self.exit_code, code)
        if self._as_json:
            print_json({kind: happened})
        else:
            click.echo(line)


_EXIT_CODES: Final[Mapping[str, ExitCode]] = {
    "refused": ExitCode.FINDINGS,
    "quarantined": ExitCode.FINDINGS,
    "failed": ExitCode.BUG,
}


def _arrival_line(handled: Handled) -> str:
    taken = f"{handled.claims - handled.claims_refused:,} of {handled.claims:,} claims taken"
    what = handled.reason or (taken if handled.claims else f"{handled.interchanges:,} interchanges")
    return f"arrival {handled.arrival} of {handled.partner}, {handled.bytes:,} bytes: {handled.state}; {what}"


def _run_line(ran: Ran) -> str:
    return f"{ran.name}, due {ran.due_at:%Y-%m-%d %H:%M:%S} UTC: {ran.result}"


def _look(workspace: Workspace, settings: WatchSettings, context: RunContext, *, as_json: bool) -> int:
    """Say what would be taken; nothing is touched."""
    import time
    from datetime import UTC, datetime

    from hpedi.commands.jobs import Jobs
    from hpedi.commands.watching import drop_folders
    from hpedi.intake.drop_folders import NANOSECONDS, DropFolders

    folders = drop_folders(workspace.home, settings, Jobs(workspace, context).reference.partners)
    looked = DropFolders(settings.patience)
    looked.scan(folders, time.time())
    time.sleep(settings.poll_seconds)  # what was seen once is seen again
    rows = [
        {
            "folder": each.folder.partner,
            "arrived": datetime.fromtimestamp(each.moment // NANOSECONDS, UTC).astimezone(context.instant.tzinfo),
            "bytes": each.size,
            "standing": each.standing,
        }
        for each in looked.scan(folders, time.time())
    ]
    if as_json:
        for row in rows:
            print_json({"dropped": row})
        return ExitCode.OK
    columns = (
        Column("Folder", whole=True),
        Column("Arrived", whole=True),
        Column("Bytes", right=True),
        Column("It is"),
    )
    print_table("What lies in the folders", columns, (list(row.values()) for row in rows))
    count = sum(row["standing"] == "ready" for row in rows)
    click.echo(f"{count:,} files would be taken, {len(rows) - count:,} left")
    return ExitCode.OK
