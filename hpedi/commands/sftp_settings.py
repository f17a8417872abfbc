"""What the SFTP server grants, and its host key.

What it grants are the dated data of mappings/gateway/sftp.yaml; [sftp] of hpedi.toml may say another number for each
name there, for example `incomplete_after = 14400`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import msgspec

from hpedi.commands.settings import CONFIG, key_folder, read_settings, said_under
from hpedi.intake.sftp.limits import NAMES, SftpLimits, load_sftp_limits
from hpedi.mappings_folder import mapping


def sftp_limits(home: Path, day: date) -> SftpLimits:
    """Return what the server of a workspace grants on a day.

    Raises:
        click.UsageError: [sftp] of hpedi.toml says something that is no limit.
    """
    limits = load_sftp_limits(mapping("gateway/sftp.yaml").read_bytes(), day)
    said = said_under(home, "sftp", NAMES)
    try:
        return msgspec.convert({**msgspec.to_builtins(limits), **said}, SftpLimits)
    except msgspec.ValidationError as wrong:
        raise click.UsageError(f"{home / CONFIG}: [sftp]: {wrong}") from None


def host_key_file(home: Path) -> Path:
    """Return where the host key of a workspace is kept: outside of it, beside its key, by the workspace's id."""
    return key_folder() / f"{read_settings(home).identity}.ssh_host_ed25519"
