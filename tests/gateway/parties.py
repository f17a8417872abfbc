"""The programs on both sides: hpedi's own commands as processes, and the clients that partners really use."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import paramiko

from tests.gateway.world import Sending, Site
from tests.shared import PROJECT

START_SECONDS: Final = 60
STOP_SECONDS: Final = 30
CLIENT_SECONDS: Final = 120
LOCALHOST: Final = "127.0.0.1"
_LISTENING: Final = re.compile(r"listening on (?:\w+://)?[^\s:]+:(\d+)")


@dataclass(slots=True)
class Home:
    """A workspace and how its commands are run.

    Attributes:
        place: A folder for the workspace and for all that lies beside it.
        config: The folder in it of keys and of who is signed in.
    """

    place: Path
    config: str = "config"

    @property
    def workspace(self) -> Path:
        """The workspace."""
        return self.place / "workspace"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its commands, with keys and anchor beside the workspace."""
        made = {
            **os.environ,
            "XDG_CONFIG_HOME": str(self.place / self.config),
            "XDG_STATE_HOME": str(self.place / "state"),
        }
        for name in ("PYTHONDONTWRITEBYTECODE", "HPEDI_KEY", "HPEDI_AUDIT_ANCHOR"):
            made.pop(name, None)
        return made

    def words(self, *words: str) -> list[str]:
        """Return a command line."""
        return [sys.executable, "-m", "hpedi", "--home", str(self.workspace), *words]

    def run(self, *words: str, most: int = 1) -> str:
        """Run a command and return what it printed; an exit code above `most` raises."""
        done = subprocess.run(
            self.words(*words), cwd=PROJECT, env=self.environment, check=False, capture_output=True, text=True
        )
        if done.returncode > most:
            raise RuntimeError(f"hpedi {' '.join(words[:2])} left with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout


@dataclass(slots=True)
class Running:
    """A command that goes on until it is told to stop."""

    home: Home
    words: tuple[str, ...]
    process: subprocess.Popen[str] = field(init=False)
    told: list[str] = field(default_factory=list, init=False)
    _listens: threading.Event = field(default_factory=threading.Event, init=False)
    port: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            self.home.words(*self.words),
            cwd=PROJECT,
            env=self.home.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        stream = self.process.stderr
        if stream is None:
            return
        for line in stream:
            self.told.append(line.rstrip())
            found = _LISTENING.search(line)
            if found:
                self.port = int(found[1])
                self._listens.set()

    def wait_listening(self) -> int:
        """Wait until it says where it listens; return the port."""
        if not self._listens.wait(START_SECONDS):
            raise RuntimeError(f"hpedi {self.words[0]} does not listen: {self.told[-5:]}")
        return self.port

    def kill(self) -> None:
        """Kill it with -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop; return its exit code."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)


@contextmanager
def running(home: Home, *words: str) -> Iterator[Running]:
    """Have a command run meanwhile."""
    started = Running(home, words)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                started.stop()
        started.kill()


@dataclass(frozen=True, slots=True)
class Server:
    """Where the SFTP server listens, as its clients see it."""

    port: int

    def ssh_options(self, site: Site) -> list[str]:
        """Return what OpenSSH's programs need to sign in as a partner."""
        return [
            "-i", str(site.key), "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=30",
        ]  # fmt: skip


def send_by_openssh(server: Server, sending: Sending, folder: Path) -> bool:
    """Upload with OpenSSH's sftp; say whether it says that all went well."""
    return _openssh(server, sending, folder, "put")


def send_anew_by_openssh(server: Server, sending: Sending, folder: Path) -> bool:
    """Upload once more, in the place of what an earlier attempt left."""
    return _openssh(server, sending, folder, f"-rm inbox/{sending.name}\nput")


def resume_by_openssh(server: Server, sending: Sending, folder: Path) -> bool:
    """Go on with an upload that was cut off, with `reput`."""
    return _openssh(server, sending, folder, "reput")


def _openssh(server: Server, sending: Sending, folder: Path, verb: str) -> bool:
    local = _local(sending, folder)
    batch = f"{verb} {local} inbox/{sending.name}\n"
    words = ["sftp", "-q", "-b", "-", "-P", str(server.port), *server.ssh_options(sending.site)]
    return _succeeds([*words, f"{sending.site.id}@{LOCALHOST}"], batch)


def send_by_lftp(server: Server, sending: Sending, folder: Path) -> bool:
    """Upload with lftp under the file's own name."""
    return _lftp(server, sending, folder, "set xfer:use-temp-file no")


def send_by_lftp_with_temporary_name(server: Server, sending: Sending, folder: Path) -> bool:
    """Upload with lftp under a temporary name that is renamed at the end."""
    return _lftp(server, sending, folder, "set xfer:use-temp-file yes", "set xfer:temp-file-name '*.part'")


def _lftp(server: Server, sending: Sending, folder: Path, *settings: str) -> bool:
    local = _local(sending, folder)
    connect = " ".join(["ssh", "-a", "-x", *server.ssh_options(sending.site)])
    script = [
        f'set sftp:connect-program "{connect}"',
        "set net:max-retries 2",
        "set cmd:fail-exit yes",
        *settings,
        f"open -p {server.port} sftp://{sending.site.id}:@{LOCALHOST}",
        f"put {local} -o inbox/{sending.name}",
        "bye",
    ]
    return _succeeds(["lftp", "-f", "/dev/stdin"], "\n".join(script) + "\n")


def send_by_paramiko(server: Server, sending: Sending, folder: Path) -> bool:
    """Upload with paramiko, which asks for the size of what it sent."""
    try:
        with closing(paramiko.SSHClient()) as client:
            client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
            client.connect(
                LOCALHOST,
                server.port,
                sending.site.id,
                key_filename=str(sending.site.key),
                allow_agent=False,
                look_for_keys=False,
                timeout=CLIENT_SECONDS,
            )
            with closing(client.open_sftp()) as session:
                session.put(str(_local(sending, folder)), f"inbox/{sending.name}")
    except (paramiko.SSHException, OSError, EOFError):
        return False
    return True


CLIENTS: Final = (send_by_openssh, send_by_lftp, send_by_lftp_with_temporary_name, send_by_paramiko)
"""The ways in which a whole file comes."""


def _local(sending: Sending, folder: Path) -> Path:
    local = folder / f"{sending.site.id}-{sending.name}"
    if not local.exists():
        local.write_bytes(sending.content)
    return local


def _succeeds(words: Sequence[str], script: str) -> bool:
    try:
        done = subprocess.run(words, input=script, check=False, capture_output=True, text=True, timeout=CLIENT_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


class Cutter:
    """A way to the server that breaks off after so many bytes from the client."""

    def __init__(self, port: int, after: int) -> None:
        """Listen, for one connection."""
        self._server_port = port
        self._left = after
        self._listener = socket.create_server((LOCALHOST, 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._relay, daemon=True)
        self._thread.start()

    def _relay(self) -> None:
        with (
            suppress(OSError),
            self._listener.accept()[0] as client,
            socket.create_connection((LOCALHOST, self._server_port)) as server,
        ):
            threading.Thread(target=self._back, args=(server, client), daemon=True).start()
            while self._left > 0 and (chunk := client.recv(min(16_384, self._left))):
                server.sendall(chunk)
                self._left -= len(chunk)

    @staticmethod
    def _back(server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while chunk := server.recv(65_536):
                client.sendall(chunk)

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()
        self._thread.join(CLIENT_SECONDS)


def send_cut_off(server: Server, sending: Sending, folder: Path, after: int) -> None:
    """Begin an upload whose connection breaks off after so many bytes; whatever it says, it may not be whole."""
    with closing(Cutter(server.port, after)) as way:
        send_by_openssh(Server(way.port), sending, folder)


def wait_until(done: Callable[[], bool], seconds: float, every: float = 0.2) -> bool:
    """Wait until a question is answered with yes; say whether it was in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(every)
    return done()
