"""What a service manager is told: sd_notify(3), datagrams of NAME=value lines to the socket that it names.

Nothing is told where no socket is named. A manager that does not listen is no reason to stop.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

MICROSECONDS: Final = 1_000_000
ALIVE_EACH: Final = 3
"""How many signs of life are given within the time after which the manager misses one."""


class Notices:
    """Tells the service manager how a service is.

    Attributes:
        alive_seconds: How often the manager wants a sign of life; None where it wants none.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Read where to tell, and how often: $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID."""
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self.alive_seconds = _alive_seconds(environment) if name else None
        self._alive_at = 0.0

    def ready(self) -> None:
        """All that was to start is at work."""
        self._tell("READY=1")

    def status(self, words: str) -> None:
        """Say in words what goes on."""
        self._tell(f"STATUS={words}")

    def stopping(self) -> None:
        """It ends, as asked."""
        self._tell("STOPPING=1")

    def alive(self, now: float) -> None:
        """Give a sign of life where one is due."""
        if self.alive_seconds is not None and now >= self._alive_at:
            self._alive_at = now + self.alive_seconds
            self._tell("WATCHDOG=1")

    def _tell(self, said: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
            way.setblocking(False)
            way.sendto(said.encode(), self._address)


def _alive_seconds(environment: Mapping[str, str]) -> float | None:
    wanted, of = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not wanted.isdecimal() or int(wanted) == 0 or (of and of != str(os.getpid())):
        return None
    return int(wanted) / MICROSECONDS / ALIVE_EACH
