"""Finding the workspace key that opens a backup."""

from __future__ import annotations

import os
from pathlib import Path

import click

from hpedi.commands.settings import KEY_SETTING, key_files, key_folder, key_of
from hpedi.safekeeping.backup_file import BackupFile, NoBackup, read_line
from hpedi.safekeeping.key_ring import KeyMissing, WorkspaceKey


def opened(file: Path, key_file: Path | None) -> BackupFile:
    """Open a backup with the key of a file, of $HPEDI_KEY, or of a file that hpedi made for its workspace.

    Raises:
        click.UsageError: It is no backup, or no key at hand opens it.
    """
    try:
        return BackupFile(file, [key for _path, key in keys_for(file, key_file)])
    except NoBackup as refused:
        raise click.UsageError(str(refused)) from None


def keys_for(file: Path, key_file: Path | None) -> list[tuple[Path, WorkspaceKey]]:
    """Return the keys that may open a backup, each with the file that it lies in or would lie in.

    Raises:
        click.UsageError: What is given is no key.
    """
    try:
        identity = read_line(file).workspace
    except NoBackup as refused:
        raise click.UsageError(str(refused)) from None
    try:
        if key_file is not None:
            return [(key_file.resolve(), key_of(key_file.read_text()))]
        if text := os.environ.get(KEY_SETTING):
            return [(key_folder() / f"{identity}.key", key_of(text))]
    except KeyMissing:
        raise click.UsageError("the workspace key given is no key: base64 of 32 bytes") from None
    return list(key_files(identity).items())
