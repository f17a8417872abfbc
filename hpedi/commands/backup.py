"""`hpedi backup`: a backup made and read back, or one that lies somewhere verified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import ExistingFile
from hpedi.commands.printing import hint, json_option, print_json

if TYPE_CHECKING:
    from hpedi.safekeeping.backup_file import BackupLine, Manifest, Member


class _OrTarget(click.Group):
    """A group whose command `make` may be left out: `hpedi backup /safe` is `hpedi backup make /safe`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take what names no command for the target of `make`."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["make", *args])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let options of `make` stand before its target."""
        is_option = bool(args) and args[0].startswith("-") and args[0] not in ctx.help_option_names
        return super().parse_args(ctx, ["make", *args] if is_option else args)


@click.group(cls=_OrTarget)
def command() -> None:
    """Make and verify backups of a workspace.

    \b
    Example:
      hpedi backup /safe/backups/
      hpedi backup verify /safe/backups/hpedi-20260316T180000Z.backup
    """


@command.command()
@click.argument("target", metavar="DIR|FILE", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def make(session: Session, target: Path, *, as_json: bool) -> int:
    """Back up a workspace into one encrypted file, and read it back.

    Holds one state of the books, on SQLite and PostgreSQL alike, the stored files and the settings; other commands go
    on meanwhile. It opens with the workspace key only, which it does not hold: keep that elsewhere. `make` may be left
    out. Files that stand in the folders of partners and bank are in the books and can be delivered again from there.

    \b
    Example:
      hpedi backup /safe/backups/
    """
    from hpedi.commands.backing_up import back_up
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "back up", "workspace")
    made = back_up(workspace, context, target)
    facts = {"path": str(made.path), **_facts(made.line, made.manifest), "missing": made.missing}
    if as_json:
        print_json({"backup": facts})
    else:
        click.echo(f"backed up {_words(made.manifest)} into {made.path}; read back; opens with the key {made.line.key}")
        if made.missing:
            hint(f"{made.missing:,} stored files are not in the workspace and so not in the backup: where are they?")
    return ExitCode.FINDINGS if made.missing else ExitCode.OK


@command.command()
@click.argument("file", metavar="FILE", type=ExistingFile)
@click.option("--key-file", type=ExistingFile, metavar="FILE", help="The workspace key of the day it was made.")
@json_option
def verify(file: Path, key_file: Path | None, *, as_json: bool) -> int:
    """Read a backup from its first to its last byte, and hold it against its manifest.

    The key is that of --key-file, of $HPEDI_KEY or of the workspace. Writes nothing.

    \b
    Example:
      hpedi backup verify /safe/backups/hpedi-20260316T180000Z.backup
    """
    from hpedi.commands.backup_keys import opened
    from hpedi.safekeeping.backup_file import NoBackup

    backup = opened(file, key_file)
    try:
        manifest = backup.verify()
    except NoBackup as refused:
        raise click.UsageError(str(refused)) from None
    if as_json:
        print_json({"backup": {"path": str(file), **_facts(backup.line, manifest)}})
    else:
        at = f"{backup.line.made_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"the backup of {at} is whole: {_words(manifest)}; it opens with the key {backup.line.key}")
    return ExitCode.OK


def _facts(line: BackupLine, manifest: Manifest) -> dict[str, object]:
    return {
        "id": line.id,
        "made_at": line.made_at,
        "key": line.key,
        "rows": sum(member.rows for member in manifest.members.values()),
        "tables": {name.removeprefix("table/"): each.rows for name, each in _of(manifest, "table/").items()},
        "files": len(_of(manifest, "home/")),
        "bytes": sum(member.size for member in manifest.members.values()),
    }


def _of(manifest: Manifest, beginning: str) -> dict[str, Member]:
    return {name: member for name, member in manifest.members.items() if name.startswith(beginning)}


def _words(manifest: Manifest) -> str:
    rows = sum(member.rows for member in manifest.members.values())
    return f"{rows:,} rows of {len(_of(manifest, 'table/')):,} tables and {len(_of(manifest, 'home/')):,} files"
