"""A partner's system as a real server, HTTP or HTTPS on loopback, that behaves as the path of a request says."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "hooks.example"
HUGE = 64 * 1024 * 1024


@dataclass
class Arrived:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Receiver:
    """A server that runs.

    Attributes:
        statuses: What /said answers, one status after the other; the last one from then on.
        written: Bytes of answers that were taken off its hands.
    """

    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    statuses: list[int] = field(default_factory=lambda: [204])
    retry_after: str = ""
    written: int = 0

    def ids(self, path: str = "") -> list[str]:
        """Return the ids of what arrived, at a path or at all of them."""
        return [each.headers["webhook-id"] for each in self.arrived if each.path.startswith(path)]

    def url(self, path: str = "/ok", host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Return a URL of the server."""
        return f"{scheme}://{host}:{self.port}{path}"


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        """Do as the path says."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.arrived.append(Arrived(self.path, headers, body, time.monotonic()))
        try:
            getattr(self, f"_{self.path.split('/')[1].split('?')[0]}")()
        except OSError:
            self.close_connection = True

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": "0", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _ok(self) -> None:
        self._answer(200)

    def _said(self) -> None:
        statuses = self.receiver.statuses
        asked = {"Retry_After": self.receiver.retry_after} if self.receiver.retry_after else {}
        self._answer(statuses.pop(0) if len(statuses) > 1 else statuses[0], **asked)

    def _redirect(self) -> None:
        self._answer(302, Location=self.receiver.url("/ok"))

    def _slow(self) -> None:
        time.sleep(30)

    def _drip(self) -> None:
        for letter in b"HTTP/1.1 200 OK\r\n":
            self.wfile.write(bytes([letter]))
            time.sleep(0.12)

    def _late(self) -> None:
        time.sleep(1.5)
        self._answer(200)

    def _prattle(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _each in range(100):
            self.wfile.write(b"X: Y\r\n")
            time.sleep(0.05)

    def _huge(self) -> None:
        self._answer(200, Content_Length=str(HUGE))
        for _each in range(HUGE // 65_536):
            self.receiver.written += self.wfile.write(b"x" * 65_536)

    def _heads(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-Y: " + b"z" * 1_000_000 + b"\r\n\r\n")

    def _nonsense(self) -> None:
        self.wfile.write(b"220 mail.example ESMTP\r\n")
        self.close_connection = True

    def _cut(self) -> None:
        self.connection.close()


@contextmanager
def receiving(tls: tuple[Path, Path] | None = None) -> Iterator[Receiver]:
    """Run a server until the block ends; with a certificate and its key over TLS."""
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *_request: None  # type: ignore[method-assign]
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path, name: str = NAME) -> tuple[Path, Path]:
    """Write a certificate of a name and of 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(whose)
        .issuer_name(whose)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file
