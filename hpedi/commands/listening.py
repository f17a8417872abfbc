"""Where a server listens, and that nothing leaves this machine in the open."""

from __future__ import annotations

import signal
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Protocol

import click

STOPS: Final = (signal.SIGTERM, signal.SIGINT)
"""The signals that end a server."""
WAITING_CONNECTIONS: Final = 1_024
"""That nobody has taken yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where and how to listen."""

    host: str
    port: int
    cert: Path | None = None
    key: Path | None = None

    @property
    def scheme(self) -> str:
        """What its URLs begin with."""
        return "http" if self.cert is None else "https"


def check_guarded(listening: Listening, *, by_other_means: bool, means: str) -> None:
    """Refuse to listen beyond this machine in the open.

    Args:
        listening: Where.
        by_other_means: Something else than TLS guards it.
        means: What would, in words: "give --tls-cert and --tls-key, or ...".

    Raises:
        click.UsageError: Nothing does, or only half of a certificate was given.
    """
    if (listening.cert is None) is not (listening.key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    if listening.cert is None and not by_other_means and not is_this_machine(listening.host):
        raise click.UsageError(f"{listening.host} is beyond this machine: {means}")


def is_this_machine(host: str) -> bool:
    """Say whether an address is of this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bound(listening: Listening) -> socket.socket:
    """Open the port."""
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    return socket.create_server((listening.host, listening.port), family=family, backlog=WAITING_CONNECTIONS)


def say_where(listening: Listening, port: socket.socket) -> None:
    """Tell whoever started a server that it is at work, and where."""
    click.echo(f"listening on {listening.scheme}://{listening.host}:{port.getsockname()[1]}", err=True)


class Stoppable(Protocol):
    """A server that ends when it finds this said, however early."""

    should_exit: bool


def stop_by_signal(server: Stoppable) -> None:
    """Let signals stop a server before it hears them itself, and go on when it passes them on in the end."""

    def said(_number: int, _frame: object) -> None:
        server.should_exit = True

    for number in STOPS:
        signal.signal(number, said)
