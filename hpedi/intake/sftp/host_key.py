"""The key by which clients know the server: made once, outside the workspace, readable by its owner only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import asyncssh

from hpedi.findings import Unavailable

KIND: Final = "ssh-ed25519"


def host_key(file: Path) -> asyncssh.SSHKey:
    """Return the host key of a file; it is made where there is none.

    Raises:
        Unavailable: The file is no private key.
    """
    if not file.exists():
        _make(file)
    try:
        return asyncssh.read_private_key(file)
    except asyncssh.KeyImportError:
        raise Unavailable(
            f"{file} holds no private key: bring it back, or move it away and tell all partners the new fingerprint"
        ) from None


def _make(file: Path) -> None:
    """Write a new key whole, or leave the one that another process wrote meanwhile."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    begun = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(asyncssh.generate_private_key(KIND).export_private_key())
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(begun, file)
    finally:
        begun.unlink(missing_ok=True)
