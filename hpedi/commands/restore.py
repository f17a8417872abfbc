"""`hpedi restore`: a workspace made from a backup, which pays nothing until somebody confirms it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day, ExistingFile, Why
from hpedi.commands.printing import hint, json_option, print_json

if TYPE_CHECKING:
    from hpedi.commands.restoring import Restored


@click.command()
@click.argument("file", metavar="[FILE]", required=False, type=ExistingFile)
@click.option("--database", metavar="URL", envvar="HPEDI_DATABASE", help="An empty PostgreSQL database; else a file.")
@click.option("--key-file", type=ExistingFile, metavar="FILE", help="The workspace key of the day it was made.")
@click.option("--despite-faults", is_flag=True, help="Restore although the audit log in it was tampered with.")
@click.option("--confirm", is_flag=True, help="The original has stopped for good: this workspace pays from now on.")
@click.option("--why", default="", type=Why(), metavar="TEXT", help="With --confirm: why, for the record.")
@click.option("--despite-later-work", is_flag=True, help="With --confirm: the original worked on after the backup.")
@click.option("--deliver-again", type=Day(), metavar="DATE", help="With --confirm: partners' files since this day.")
@click.option("--deliver-file", "names", metavar="NAME", multiple=True, help="With --confirm: this file once more.")
@json_option
@click.pass_obj
def command(session: Session, /, *, file: Path | None, confirm: bool, as_json: bool, **said: object) -> int:
    """Make a workspace from a backup, in an empty place.

    Holds the backup against its manifest and its audit log against the anchor's line in it, and makes nothing unless
    both are right. The workspace opens with the key of the day on which the backup was made.

    Nothing is paid twice: a restored workspace receives, decides and answers questions, but pays and delivers nothing
    until --confirm says that the original has stopped for good. From then on the original refuses to pay, as long as
    both have the same anchor. --confirm is refused where the anchor knows that the original worked on after the backup.

    The folders of partners and bank are empty afterwards: --deliver-again and --deliver-file place files anew.

    \b
    Example:
      hpedi --home restored restore /safe/backups/hpedi-20260316T180000Z.backup
      hpedi --home restored restore --confirm --why "the old machine is off"
    """
    if confirm == (file is not None):
        raise click.UsageError("name the FILE of a backup, or say --confirm in a workspace that was restored")
    if confirm:
        return _confirm(session, said, as_json=as_json)
    assert file is not None  # noqa: S101 - said above
    restored = _restore(session, file, said)
    if as_json:
        print_json({"restored": _facts(restored)})
    else:
        click.echo(
            f"restored {restored.rows:,} rows and {restored.files:,} files of {restored.taken_at:%Y-%m-%d %H:%M} UTC "
            f"into {restored.home}; its audit log is {'whole' if restored.verified.is_whole else 'NOT whole'}"
        )
    hint("payments and deliveries are held; when the original has stopped for good: `hpedi restore --confirm`")
    return ExitCode.OK if restored.verified.is_whole else ExitCode.FINDINGS


def _facts(restored: Restored) -> dict[str, object]:
    return {
        "home": str(restored.home),
        "taken_at": restored.taken_at,
        "rows": restored.rows,
        "files": restored.files,
        "audit_log_is_whole": restored.verified.is_whole,
        "held": True,
    }


def _restore(session: Session, file: Path, said: dict[str, object]) -> Restored:
    from hpedi.commands.backup_keys import keys_for, opened
    from hpedi.commands.restoring import ChainBroken, Place, restore
    from hpedi.commands.workspace import open_workspace
    from hpedi.safekeeping.backup_file import NoBackup

    key_file: Path | None = said["key_file"]  # type: ignore[assignment]
    backup = opened(file, key_file)
    keys = {key.name: (path, key) for path, key in keys_for(file, key_file)}
    path, key = keys[backup.line.key]
    place = Place(home=session.home, database=said["database"] or None, key_file=path)  # type: ignore[arg-type]
    try:
        restored = restore(backup, place, [key], despite_faults=bool(said["despite_faults"]))
    except NoBackup as refused:
        raise click.UsageError(str(refused)) from None
    except ChainBroken as broken:
        first = broken.found.faults[0]
        raise click.ClickException(
            f"{broken}, the first at {first.place}: {first.message}. Nothing was made; restore an earlier backup, or "
            "this one with --despite-faults"
        ) from None
    open_workspace(session.home)  # so that its audit log is sealed and anchored when the command ends
    return restored


def _confirm(session: Session, said: dict[str, object], *, as_json: bool) -> int:
    from hpedi.commands.jobs import alone
    from hpedi.commands.restoring import Confirmation, confirm
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "restore", "workspace")
    since: date | None = said["deliver_again"]  # type: ignore[assignment]
    confirmation = Confirmation(
        why=str(said["why"]),
        despite_later_work=bool(said["despite_later_work"]),
        deliver_again=since,
        names=tuple(said["names"]),  # type: ignore[arg-type]
    )
    with alone(workspace):
        again = confirm(workspace, context, confirmation)
    if as_json:
        print_json({"confirmed": {"home": str(session.home), "files_again": again}})
    else:
        click.echo(f"payments and deliveries go on here; {again:,} files will be delivered again")
    return ExitCode.OK
