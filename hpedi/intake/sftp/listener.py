"""The SFTP server as a whole: it listens, sweeps the staged files, ends what is idle, and stops in good order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import asyncssh

from hpedi.intake.sftp.doors import Doors
from hpedi.intake.sftp.folders import Folders
from hpedi.intake.sftp.gate import Gate
from hpedi.intake.sftp.limits import SftpLimits
from hpedi.intake.sftp.reception import Reception
from hpedi.log import log

DISK_THREADS: Final = 8
SWEEP_SECONDS: Final = 2.0
POLL_SECONDS: Final = 0.05
LAST_SECONDS: Final = 2.0
BACKLOG: Final = 512
KEEP_ALIVE_SECONDS: Final = 30
WINDOW_BYTES: Final = 1_048_576
"""What a client may send before it is read: with 20 uploads at once this is most of the memory."""

KEY_EXCHANGES: Final = (
    "mlkem768x25519-sha256",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
)
CIPHERS: Final = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes128-ctr",
)
MACS: Final = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
SIGNATURES: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-256",
    "rsa-sha2-512",
)
"""Nothing with SHA-1, CBC or a short group. Source: RFC 9142; NIST SP 800-131A."""


class SftpListener:
    """The server."""

    def __init__(self, home: Path, limits: SftpLimits, reception: Reception, host_key: asyncssh.SSHKey) -> None:
        """Serve a workspace."""
        self._limits = limits
        self._reception = reception
        self._host_key = host_key
        self._threads = ThreadPoolExecutor(DISK_THREADS, thread_name_prefix="disk")
        self._folders = Folders(home, limits, self._apart)
        self._doors = Doors(limits)
        self._gates: set[Gate] = set()
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._is_stopping = asyncio.Event()
        self._caretaker: asyncio.Task[None] | None = None

    async def _apart(self, work: Callable[..., Any], *given: Any) -> Any:
        """Wait for the disk in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    async def start(self, host: str, port: int) -> int:
        """Begin to listen; return the port.

        Raises:
            OSError: Nobody can listen there.
        """
        self._acceptor = await asyncssh.listen(
            host,
            port,
            server_factory=self._gate,
            server_host_keys=[self._host_key],
            config=None,
            server_version="hpedi",
            kex_algs=KEY_EXCHANGES,
            encryption_algs=CIPHERS,
            mac_algs=MACS,
            signature_algs=SIGNATURES,
            compression_algs=None,
            x509_trusted_certs=None,
            host_based_auth=False,
            password_auth=False,
            kbdint_auth=False,
            gss_host=None,
            gss_kex=False,
            gss_auth=False,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            line_editor=False,
            encoding=None,
            login_timeout=self._limits.sign_in_seconds,
            keepalive_interval=KEEP_ALIVE_SECONDS,
            window=WINDOW_BYTES,
            backlog=BACKLOG,
        )
        self._caretaker = asyncio.create_task(self._take_care())
        return int(self._acceptor.get_port())

    def _gate(self) -> Gate:
        return Gate(self._doors, self._folders, self._reception, self._gates)

    async def stop(self, seconds: float) -> None:
        """Let nobody in any more, wait so long for files that are open, and end all connections.

        What is cut off then stays staged; its sender goes on with it later.
        """
        if self._acceptor is not None:
            self._acceptor.close()
        self._is_stopping.set()
        if self._caretaker is not None:
            await self._caretaker
        await self._until_gone(seconds, spares_work=True)
        await self._until_gone(LAST_SECONDS, spares_work=False)
        self._threads.shutdown(wait=True)
        self._folders.close()

    async def _until_gone(self, seconds: float, *, spares_work: bool) -> None:
        """End connections, those that are at work when they are done, and wait until they are gone."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while (self._gates or self._folders.in_use) and clock() < deadline:
            for gate in list(self._gates):
                if not (spares_work and gate.is_at_work):
                    gate.end("the server is stopping")
            await asyncio.sleep(POLL_SECONDS)

    async def _take_care(self) -> None:
        while not self._is_stopping.is_set():
            for gate in list(self._gates):
                gate.check(self._limits.idle_seconds)
            await self._sweep()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_stopping.wait(), SWEEP_SECONDS)

    async def _sweep(self) -> None:
        """Go over the staged files of everybody; what cannot be looked at now is looked at the next time."""
        try:
            for folder in await self._apart(self._folders.with_staged_files):
                await self._sweep_of(folder)
        except OSError as failure:
            log.warning("the staged files cannot be listed", errno=failure.errno)

    async def _sweep_of(self, folder: str) -> None:
        try:
            inbox = self._folders.hold(folder)
        except OSError as failure:
            log.warning("a drop folder cannot be opened", errno=failure.errno)
            return
        try:
            await inbox.sweep()
        except (OSError, asyncssh.SFTPError) as failure:
            log.warning("staged files were not looked at", exception=type(failure).__name__)
        finally:
            self._folders.release(folder)
