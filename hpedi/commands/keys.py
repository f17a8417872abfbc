"""`hpedi keys`: which keys a workspace has, by fingerprint, and the workspace key replaced by another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import ExistingFile, dry_run_option
from hpedi.commands.printing import Column, hint, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.commands.rotation import Rotated
    from hpedi.commands.workspace import Workspace
    from hpedi.run_context import RunContext
    from hpedi.safekeeping.key_ring import WorkspaceKey

NEW_KEY_SETTING: Final = "HPEDI_NEW_KEY"
PURPOSES: Final = {
    "seal": "SSNs, accounts, claims, decisions, outbound files and stored files (AES-256-GCM)",
    "digest": "what is found and compared without being opened (HMAC-SHA-256)",
    "audit": "entries and seals of the audit log (HMAC-SHA-256)",
}
"""What the wrapped keys of each purpose protect."""


@click.group()
def command() -> None:
    """Show the keys of a workspace, and replace them.

    \b
    Example:
      hpedi keys show
    """


@command.command()
@json_option
@click.pass_obj
def show(session: Session, *, as_json: bool) -> int:
    """Show the keys by fingerprint: workspace keys, and what those that they wrap protect.

    No key is ever shown. A backup opens with the workspace key of the day on which it was made.

    \b
    Example:
      hpedi keys show --json
    """
    from hpedi.commands.rotation import to_be_sealed, under_way
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.store.keys import known_keys, wrapped_names

    workspace = open_workspace(session.home)
    acting(workspace, "see", "key")
    with workspace.database.reading() as connection:
        known, wrapped = known_keys(connection), wrapped_names(connection)
    rows = [(each.generation, each.name, each.since.date(), _state(each.retired_at)) for each in known]
    sealed = to_be_sealed(workspace)
    next_key = under_way(workspace)
    if as_json:
        names = ("generation", "fingerprint", "since", "state")
        print_json(
            {
                "workspace_keys": [dict(zip(names, row, strict=True)) for row in rows],
                "wrapped": [{"purpose": name, "generation": number} for name, number in wrapped],
                "sealed": sealed,
                "rotation_under_way": next_key is not None,
            }
        )
        return ExitCode.OK
    print_table("Workspace keys", _KEYS, rows)
    print_table("Keys that they wrap", _WRAPPED, ((name, str(number), PURPOSES[name]) for name, number in wrapped))
    print_table("What is sealed", _SEALED, sealed.items())
    if next_key is not None:
        hint("the workspace key is being replaced: finish it with `hpedi keys rotate`")
    return ExitCode.OK


def _state(retired_at: object) -> str:
    return f"retired {retired_at:%Y-%m-%d}" if retired_at else "in use"


@command.command()
@click.option(
    "--new-key-file",
    type=ExistingFile,
    metavar="FILE",
    help=f"The file with the new key, base64 of 32 bytes; ${NEW_KEY_SETTING} holds the key itself.",
)
@click.option(
    "--without-missing-files",
    "without_missing",
    is_flag=True,
    help="Finish although stored files are not here: they can never be opened again.",
)
@dry_run_option
@json_option
@click.pass_obj
def rotate(session: Session, new_key_file: Path | None, *, without_missing: bool, dry_run: bool, as_json: bool) -> int:
    """Replace the workspace key, and seal all that rests under new keys.

    Seals the audit log under its old key, then seals every account, SSN, claim, payment, outbound and stored file anew.
    When it is done the old key opens nothing here; it still opens backups that were made under it, so keep it as long
    as those. Killed at any moment, everything opens with the old and with the new key, and the same command goes on.

    The new key is that of $HPEDI_NEW_KEY or --new-key-file. A workspace whose key lies in the file that hpedi made gets
    a new file if neither is given.

    \b
    Example:
      HPEDI_NEW_KEY="$(openssl rand -base64 32)" hpedi keys rotate
      hpedi keys rotate --dry-run
    """
    from hpedi.commands.backing_up import keys_kept
    from hpedi.commands.jobs import alone
    from hpedi.commands.rotation import to_be_sealed
    from hpedi.commands.settings import key_files, read_settings
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    settings = read_settings(session.home)
    given = _given_new_key(new_key_file)
    beside = () if os.environ.get("HPEDI_KEY") else tuple(key_files(settings.identity).values())
    workspace = open_workspace(session.home, also=[*beside, *([given] if given else ())])
    context = acting(workspace, "rotate", "key")
    if dry_run:
        counts = to_be_sealed(workspace)
        if as_json:
            print_json({"would_seal": counts})
        else:
            print_table("Would be sealed anew", _SEALED, counts.items())
            hint("a dry run: no key was replaced")
        return ExitCode.OK
    with alone(workspace), keys_kept(workspace.home, alone=True):
        told = _rotated(workspace, context, given, new_key_file, without_missing=without_missing)
    _tell(told, as_json=as_json)
    return ExitCode.OK if told.is_finished else ExitCode.TRY_AGAIN


def _given_new_key(new_key_file: Path | None) -> WorkspaceKey | None:
    from hpedi.commands.settings import key_of
    from hpedi.safekeeping.key_ring import KeyMissing

    text = os.environ.get(NEW_KEY_SETTING, "")
    if new_key_file is not None and text:
        raise click.UsageError(f"give the new key once: ${NEW_KEY_SETTING} or --new-key-file")
    if new_key_file is not None:
        text = new_key_file.read_text()
    try:
        return key_of(text) if text else None
    except KeyMissing:
        raise click.UsageError(
            "the new key is no key: base64 of 32 bytes, as `openssl rand -base64 32` makes"
        ) from None


def _rotated(
    workspace: Workspace,
    context: RunContext,
    given: WorkspaceKey | None,
    new_key_file: Path | None,
    *,
    without_missing: bool,
) -> Rotated:
    from hpedi.commands.printing import progress
    from hpedi.commands.rotation import Rotated, begin, finish, seal_anew, to_be_sealed, under_way

    waiting = under_way(workspace)
    if waiting is not None:
        if given is not None and given.name != waiting.name:
            raise click.UsageError(f"another new key ({waiting.name}) is on its way: finish with that one first")
        if not workspace.keys.wraps(waiting.name):
            raise click.UsageError(f"a new key ({waiting.name}) is on its way: give it once more to finish")
        new = next(key for key in workspace.keys.given if key.name == waiting.name)
    else:
        new = given or _made(workspace)
        _check_is_new(workspace, new)
        begin(workspace, context, new)
        waiting = under_way(workspace)
    told = Rotated(key=new.name, generation=waiting.generation if waiting else 0)
    with progress("sealing anew", sum(to_be_sealed(workspace).values())) as advance:
        seal_anew(workspace, told, advance)
    if told.missing and not without_missing:
        return told
    _point_settings_at(workspace, new, new_key_file)
    finish(workspace, context, told)
    return told


def _made(workspace: Workspace) -> WorkspaceKey:
    """Make the new key in a file beside the old one."""
    from hpedi.commands.settings import given_key, key_folder, write_key

    if os.environ.get("HPEDI_KEY"):
        raise click.UsageError(f"give the new key in ${NEW_KEY_SETTING} or --new-key-file; `openssl rand -base64 32`")
    with workspace.database.reading() as connection:
        from hpedi.store.keys import known_keys

        generation = known_keys(connection)[-1].generation + 1
    file = key_folder() / f"{workspace.settings.identity}-{generation}.key"
    if not file.exists():
        write_key(file)
    return given_key(file)


def _check_is_new(workspace: Workspace, new: WorkspaceKey) -> None:
    from hpedi.store.keys import known_keys

    with workspace.database.reading() as connection:
        if new.name in {known.name for known in known_keys(connection)}:
            raise click.UsageError(f"the new key ({new.name}) is or was a key of this workspace: make another")


def _point_settings_at(workspace: Workspace, new: WorkspaceKey, new_key_file: Path | None) -> None:
    """Let hpedi.toml name the file of the new key, where the key comes from a file."""
    from hpedi.commands.settings import key_files, write_settings

    if os.environ.get("HPEDI_KEY"):
        return
    also = () if new_key_file is None else (new_key_file.resolve(),)
    for path, key in key_files(workspace.settings.identity, also).items():
        if key.name == new.name:
            write_settings(workspace.home, key_file=str(path))
            return


def _tell(told: Rotated, *, as_json: bool) -> None:
    if as_json:
        print_json({"rotated": told})
        return
    rows = ((kind, seen, changed) for kind, (seen, changed) in told.sealed.items())
    print_table("Sealed anew", (*_SEALED, Column("Now sealed anew", right=True)), rows)
    if told.is_finished:
        click.echo(f"the workspace key is {told.key}, generation {told.generation}; the one before opens nothing here")
        if os.environ.get("HPEDI_KEY") or os.environ.get(NEW_KEY_SETTING):
            hint(
                "set $HPEDI_KEY to the new key wherever this workspace is used; keep the old one as long as its backups"
            )
    else:
        hint(
            f"{told.missing:,} stored files are not here: run `hpedi keys rotate` where they are; both keys open "
            "everything until then (--without-missing-files gives them up)"
        )


_KEYS: Final = (
    Column("Generation", right=True),
    Column("Fingerprint", whole=True),
    Column("Since", whole=True),
    Column("State", whole=True),
)
_WRAPPED: Final = (Column("For", whole=True), Column("Generation", right=True), Column("Protects"))
_SEALED: Final = (Column("Kind", whole=True), Column("In all", right=True))
