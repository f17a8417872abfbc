"""An SFTP server on loopback over a folder of the test's own, and partners with keys that may use it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import asyncssh
from msgspec import structs

from hpedi.intake.sftp.limits import SftpLimits, load_sftp_limits
from hpedi.intake.sftp.listener import SftpListener
from hpedi.intake.sftp.reception import Download
from hpedi.mappings_folder import mapping
from hpedi.reference.partners import IsaIdentity, Partner, PartnerKey
from tests.x12.cases import ONE_SET

DAY = date(2026, 3, 2)
WHOLE = ONE_SET.text.encode()
LARGER = WHOLE.replace(b"EB*1**30^98~", b"EB*1**30^98~" * 20_000)
"""An interchange of a quarter of a megabyte."""

NO_X12 = b"member,amount\r\n1,2.00\r\n"


def usual_limits(**other: int) -> SftpLimits:
    """Return the limits of the mappings, some of them other."""
    usual = load_sftp_limits(mapping("gateway/sftp.yaml").read_bytes(), DAY)
    return structs.replace(usual, **other)


@dataclass
class Roll:
    """The partners that there are, and what was kept of them."""

    partners: dict[str, Partner] = field(default_factory=dict)
    sign_ins: list[tuple[str, str]] = field(default_factory=list)
    downloads: list[Download] = field(default_factory=list)

    def partner(self, user: str) -> Partner | None:
        """Return a partner."""
        return self.partners.get(user)

    def today(self) -> date:
        """Return one day."""
        return DAY

    def note_sign_in(self, user: str, result: str) -> None:
        """Keep a sign-in."""
        self.sign_ins.append((user, result))

    def note_download(self, download: Download) -> None:
        """Keep a download."""
        self.downloads.append(download)


@dataclass
class Served:
    """A server that runs.

    Attributes:
        home: Its folder.
        keys: Folder of private keys, a file a partner.
        port: Where it listens.
        roll: Who the partners are.
        listener: It.
        loop: Where it runs.
    """

    home: Path
    keys: Path
    port: int
    roll: Roll
    listener: SftpListener
    loop: asyncio.AbstractEventLoop

    def waiting(self, partner: str) -> dict[str, bytes]:
        """Return the files that a watcher would take of a partner."""
        return _files(self.home / "inbox" / partner)

    def staged(self, partner: str) -> dict[str, bytes]:
        """Return the files that are not published."""
        return _files(self.home / "staging" / partner)

    def deliver(self, partner: str, name: str, content: bytes) -> None:
        """Put a file into a partner's outbox."""
        file = self.home / "outbox" / partner / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def wait_until_alone(self) -> None:
        """Wait until the server has seen that all clients are gone."""
        until = time.monotonic() + 10
        while self.listener._gates and time.monotonic() < until:
            time.sleep(0.01)

    def wait_until_one_session(self) -> None:
        """Wait until the server has seen that of all sessions one is left."""
        until = time.monotonic() + 10
        while sum(gate._channels for gate in self.listener._gates) > 1 and time.monotonic() < until:
            time.sleep(0.01)

    def sweep(self) -> None:
        """Look at the staged files now."""
        asyncio.run_coroutine_threadsafe(self.listener._sweep(), self.loop).result(20)


def _files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()} if folder.exists() else {}


def make_keys(folder: Path, *partners: str) -> None:
    """Make a key for each partner, and a host key."""
    for name in (*partners, "host"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        (folder / name).write_bytes(key.export_private_key())
        (folder / name).chmod(0o600)
        (folder / f"{name}.pub").write_bytes(key.export_public_key())


def partner_with_key(keys: Path, name: str) -> Partner:
    """Return a live partner with its key."""
    line = (keys / f"{name}.pub").read_text().strip()
    return Partner(
        id=name,
        name=name.upper(),
        isa_ids=(IsaIdentity(qualifier="ZZ", id=name.upper()),),
        keys=(PartnerKey(key=line, added=DAY),),
    )


@contextmanager
def serving(home: Path, keys: Path, limits: SftpLimits) -> Iterator[Served]:
    """Run a server in a thread until the block ends; its partners are lakes and hills."""
    home.mkdir(parents=True, exist_ok=True)
    roll = Roll({name: partner_with_key(keys, name) for name in ("lakes", "hills")})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listener = SftpListener(home, limits, roll, asyncssh.read_private_key(keys / "host"))
    try:
        port = asyncio.run_coroutine_threadsafe(listener.start("127.0.0.1", 0), loop).result(20)
        yield Served(home=home, keys=keys, port=port, roll=roll, listener=listener, loop=loop)
    finally:
        asyncio.run_coroutine_threadsafe(listener.stop(2.0), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
