"""An event goes over HTTP to a partner's system: one request, one answer that is not read further than it has to be.

A name is looked up once a request; every address that it has is checked, and one of those is connected to, so that a
name that changes its mind in between changes nothing. Certificates are verified against the name. No redirect is
followed, no proxy asked, no connection kept. From the first byte to the last a request has a fixed time, also with a
receiver that sends a byte now and then.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from hpedi.pipeline.webhook_addresses import Address, Network, Target, is_allowed
from hpedi.pipeline.webhook_ports import Attempt, Outcome

USER_AGENT: Final = f"hpedi/{version('hpedi')} (webhooks)"
LONGEST_RETRY_AFTER: Final = 6
"""Digits of Retry-After that are read."""

OUTCOMES: Final[Mapping[int, Outcome]] = {410: "gone", 429: "busy", 502: "busy", 503: "busy", 504: "busy"}
"""Statuses that say more than that the event was refused."""

Resolve = Callable[[str, int], Sequence[Address]]


class AddressNotAllowed(Exception):
    """A name has an address that events are not sent to."""


class NameNotFound(Exception):
    """A name has no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a request may take, and how much of its answer is read.

    Attributes:
        connect_seconds: To connect, an address.
        answer_seconds: In all.
        answer_bytes: Of the answer's body; what follows is dropped.
    """

    connect_seconds: float
    answer_seconds: float
    answer_bytes: int


def resolved(host: str, port: int) -> tuple[Address, ...]:
    """Return the addresses of a name.

    Raises:
        NameNotFound: It has none, or nobody knows now.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NameNotFound from None
    return tuple(dict.fromkeys(ip_address(str(address[4][0])) for address in found))


class Sender:
    """Sends events; several threads may use it at once."""

    def __init__(
        self, limits: Limits, allowed: Sequence[Network], ca_file: Path | None = None, resolve: Resolve = resolved
    ) -> None:
        """Send within limits.

        Args:
            limits: How long a request may take.
            allowed: Networks that are allowed beside public addresses.
            ca_file: Certificates of authorities (PEM) that are trusted in place of the machine's own.
            resolve: Looks up names.
        """
        self._limits = limits
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._tls = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))

    def post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Attempt:
        """Send a body, and say what came of it."""
        started = time.monotonic()
        outcome, status, retry_after = self._outcome(target, body, headers)
        took = round((time.monotonic() - started) * 1_000)
        return Attempt(at=datetime.now(UTC), outcome=outcome, status=status, milliseconds=took, retry_after=retry_after)

    def _outcome(
        self, target: Target, body: bytes, headers: Mapping[str, str]
    ) -> tuple[Outcome, int | None, int | None]:
        deadline = Deadline(self._limits.answer_seconds)
        try:
            with deadline, closing(self._connection(target, deadline)) as connection:
                sent = {**headers, "Content-Type": "application/json", "User-Agent": USER_AGENT, "Connection": "close"}
                connection.request("POST", target.path, body, sent, preload_content=False, decode_content=False)
                response = connection.getresponse()
                status, retry_after = response.status, _seconds_asked(response)
                with closing(response), suppress(*_BODY_FAILURES):  # what is said after the status is not needed
                    response.read(self._limits.answer_bytes)
        except Exception as failure:  # noqa: BLE001  # whatever a receiver does, it is an outcome
            return ("timed out" if deadline.is_over else _outcome_of(failure)), None, None
        return _outcome_of_status(status), status, retry_after

    def _connection(self, target: Target, deadline: Deadline) -> HTTPConnection:
        seconds = self._limits.answer_seconds
        connection: _Checked | _CheckedTls
        if target.scheme == "http":
            connection = _Checked(target.host, target.port, timeout=seconds)
        else:
            connection = _CheckedTls(target.host, target.port, timeout=seconds, ssl_context=self._tls)
        connection.opened = lambda: self._open(target, deadline)
        return connection

    def _open(self, target: Target, deadline: Deadline) -> socket.socket:
        """Connect to an address of a target that was checked.

        Raises:
            AddressNotAllowed: Not all of them are allowed.
            NameNotFound: There is none.
            TimeoutError: The time was up before one answered.
            OSError: None answers.
        """
        addresses = self._resolve(target.host, target.port)
        if not all(is_allowed(each, self._allowed) for each in addresses):
            raise AddressNotAllowed
        last: OSError | None = None
        for address in addresses:
            if deadline.is_over:
                raise TimeoutError
            try:
                line = socket.create_connection((str(address), target.port), self._limits.connect_seconds)
            except OSError as failure:
                last = failure
            else:
                return deadline.watched(line)
        raise last or NameNotFound


class _Checked(HTTPConnection):
    """A connection that somebody else opens: to an address that was checked."""

    opened: Callable[[], socket.socket]

    def _new_conn(self) -> socket.socket:
        return self.opened()


class _CheckedTls(HTTPSConnection):
    """The same with TLS: the certificate is the name's."""

    opened: Callable[[], socket.socket]

    def _new_conn(self) -> socket.socket:
        return self.opened()


class Deadline:
    """Ends the connections of a block after some seconds, whatever they wait for.

    Attributes:
        is_over: The time was up before the block ended.
    """

    def __init__(self, seconds: float) -> None:
        """Give a block so many seconds."""
        self.is_over = False
        self._seconds = seconds
        self._timer = threading.Timer(seconds, self._end)
        self._lines: list[socket.socket] = []
        self._stack = ExitStack()

    def __enter__(self) -> None:
        """Begin."""
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *_failure: object) -> None:
        """Stop watching."""
        self._timer.cancel()
        self._stack.close()

    def watched(self, line: socket.socket) -> socket.socket:
        """Return a connection that ends with the time; a second handle on it outlives what TLS does with the first.

        Raises:
            TimeoutError: The time was up before there was this connection.
        """
        line.settimeout(self._seconds)
        self._lines.append(self._stack.enter_context(line.dup()))
        if self.is_over:  # and may have ended those that there were before this one
            line.close()
            raise TimeoutError
        return line

    def _end(self) -> None:
        self.is_over = True
        for line in self._lines:
            with suppress(OSError):  # it has ended already
                line.shutdown(socket.SHUT_RDWR)


def _outcome_of_status(status: int) -> Outcome:
    if 200 <= status < 300:  # noqa: PLR2004  # HTTP's classes of statuses
        return "delivered"
    if 300 <= status < 400:  # noqa: PLR2004
        return "redirected"
    return OUTCOMES.get(status, "refused")


_BODY_FAILURES: Final = (HTTPError, http.client.HTTPException, OSError, ValueError)
_FAILURES: Final[Sequence[tuple[tuple[type[Exception], ...], Outcome]]] = (
    ((AddressNotAllowed,), "address not allowed"),
    ((NameNotFound,), "name not found"),
    ((ssl.SSLCertVerificationError,), "certificate not accepted"),
    ((TimeoutError,), "timed out"),
    ((OSError,), "no connection"),
    ((HTTPError, http.client.HTTPException, ValueError), "answer not readable"),
)
"""What each failure is told as, the first that fits."""


def _outcome_of(failure: Exception) -> Outcome:
    return next((outcome for kinds, outcome in _FAILURES if isinstance(failure, kinds)), "answer not readable")


def _seconds_asked(response: BaseHTTPResponse) -> int | None:
    """Return the seconds that an answer asks us to wait (Retry-After), also where it names a moment."""
    said = str(response.headers.get("retry-after", "")).strip()
    if said.isascii() and said.isdigit():
        return int(said[:LONGEST_RETRY_AFTER])
    try:
        return max(0, int((parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()))
    except (ValueError, TypeError):
        return None
