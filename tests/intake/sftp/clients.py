"""Real SFTP clients, driven against a server of the test's own."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from tests.intake.sftp.serving import Served

SECONDS = 60


def need(program: str) -> None:
    """Skip a test whose client is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


def ssh_options(served: Served, key: str, port: int | None = None) -> list[str]:
    """Return what ssh and sftp are told."""
    said = (
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "StrictHostKeyChecking=accept-new",
        f"UserKnownHostsFile={served.home.parent / 'known_hosts'}",
        f"IdentityFile={served.keys / key}",
        f"Port={port or served.port}",
    )
    return ["-F", "none", *(word for each in said for word in ("-o", each))]


def openssh(
    served: Served, commands: str, *, user: str = "lakes", key: str | None = None, port: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run commands in OpenSSH's sftp, in the folder beside the server's."""
    need("sftp")
    return subprocess.run(
        ["sftp", "-q", *ssh_options(served, key or user, port), "-b", "-", f"{user}@127.0.0.1"],
        input=commands,
        cwd=served.home.parent,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def lftp(served: Served, commands: str, user: str = "lakes") -> subprocess.CompletedProcess[str]:
    """Run commands in lftp, in the folder beside the server's."""
    need("lftp")
    program = " ".join(["ssh", "-a", "-x", *ssh_options(served, user)])
    script = (
        f'set sftp:connect-program "{program}"; set net:max-retries 1; set net:timeout 10; set cmd:fail-exit yes; '
        f"open -u {user}, sftp://127.0.0.1:{served.port}; {commands}"
    )
    return subprocess.run(
        ["lftp", "-c", script],
        cwd=served.home.parent,
        env={"PATH": "/usr/bin:/bin", "HOME": str(served.home.parent)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@contextmanager
def signed_in(served: Served, user: str = "lakes") -> Iterator[paramiko.Transport]:
    """Sign in with paramiko."""
    with paramiko.Transport(("127.0.0.1", served.port)) as transport:
        transport.connect(username=user, pkey=paramiko.Ed25519Key.from_private_key_file(str(served.keys / user)))
        yield transport


@contextmanager
def paramiko_sftp(served: Served, user: str = "lakes") -> Iterator[paramiko.SFTPClient]:
    """Sign in with paramiko and open SFTP."""
    with signed_in(served, user) as transport:
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        yield client


@contextmanager
def sshfs(served: Served, at: Path, user: str = "lakes") -> Iterator[Path]:
    """Mount what a partner sees; skips where that cannot be."""
    need("sshfs")
    if not Path("/dev/fuse").exists():
        pytest.skip("there is no /dev/fuse here")
    at.mkdir()
    mounted = subprocess.run(
        ["sshfs", *ssh_options(served, user), f"{user}@127.0.0.1:/", str(at)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"sshfs cannot mount here: {mounted.stderr.strip()[:80]}")
    try:
        yield at
    finally:
        subprocess.run(["fusermount3" if shutil.which("fusermount3") else "fusermount", "-u", str(at)], check=False)


def ask_for(client: paramiko.SFTPClient, seconds: float) -> None:
    """Ask again and again for so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        client.listdir("/inbox")
        time.sleep(0.05)
