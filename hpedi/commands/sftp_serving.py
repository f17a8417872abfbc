"""The server of `hpedi sftp`: from the first connection to SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
from contextlib import closing
from pathlib import Path
from typing import Final

import asyncssh
import click

from hpedi.commands.sftp_reception import BooksReception
from hpedi.intake.sftp.limits import SftpLimits
from hpedi.intake.sftp.listener import SftpListener

STOP_SECONDS: Final = 20.0
_MOST_FILES: Final = 65_536


def serve(
    home: Path, limits: SftpLimits, reception: BooksReception, host_key: asyncssh.SSHKey, *, host: str, port: int
) -> None:
    """Serve partners until SIGTERM or SIGINT; files that are open then are finished.

    Args:
        home: The workspace.
        limits: What is granted.
        reception: Who the partners are; closed at the end.
        host_key: By which clients know the server.
        host: The address to listen at.
        port: The port; 0 takes a free one.
    """
    asyncssh.set_log_level(logging.WARNING)
    _allow_many_files()
    with closing(reception):
        listener = SftpListener(home, limits, reception, host_key)
        asyncio.run(_serve(listener, host_key.get_fingerprint(), host, port))
    click.echo("stopped", err=True)


async def _serve(listener: SftpListener, fingerprint: str, host: str, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        taken = await listener.start(host, port)
        click.echo(f"listening on {host}:{taken}", err=True)
        click.echo(f"host key {fingerprint}", err=True)
        await stopped.wait()
    finally:
        await listener.stop(STOP_SECONDS)


def _allow_many_files() -> None:
    """Let the process have as many files open as it may: each partner takes two, each transfer one."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
