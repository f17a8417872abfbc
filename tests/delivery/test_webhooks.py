"""One request to a partner's system: what each behaviour of the receiver comes to, and where nothing is sent at all."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from hpedi.delivery.webhooks import Limits, Sender
from hpedi.pipeline.webhook_addresses import Address, Target, target_of
from hpedi.pipeline.webhook_ports import Attempt
from tests.delivery.receiving import HUGE, NAME, Receiver, certificate, receiving

pytestmark = pytest.mark.storeless

LIMITS = Limits(connect_seconds=2, answer_seconds=1, answer_bytes=16_384)
LOOPBACK = (ip_network("127.0.0.0/8"),)
SENDER = Sender(LIMITS, LOOPBACK)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """A server of a partner."""
    with receiving() as running:
        yield running


def posted(receiver: Receiver, path: str) -> Attempt:
    """Send a body to a path of a server on loopback, which is allowed."""
    target = target_of(receiver.url(path), LOOPBACK)
    return SENDER.post(target, b'{"a":1}', {"webhook-id": "evt_1"})


@pytest.mark.parametrize(
    ("path", "outcome", "status"),
    [
        ("/ok", "delivered", 200),
        ("/redirect", "redirected", 302),
        ("/huge", "delivered", 200),
        ("/slow", "timed out", None),
        ("/drip", "timed out", None),
        ("/prattle", "delivered", 200),
        ("/heads", "answer not readable", None),
        ("/nonsense", "answer not readable", None),
        ("/cut", "no connection", None),
    ],
)
def test_each_behaviour_comes_to_an_outcome(receiver: Receiver, path: str, outcome: str, status: int | None) -> None:
    """2xx is delivered; a redirect is not followed; who is slow, drips or talks nonsense is given up in time."""
    receiver.arrived.clear()
    started = time.monotonic()
    attempt = posted(receiver, path)
    assert (attempt.outcome, attempt.status) == (outcome, status)
    assert time.monotonic() - started < 2 * LIMITS.answer_seconds
    assert [(each.path, each.body, each.headers["webhook-id"]) for each in receiver.arrived] == [
        (path, b'{"a":1}', "evt_1")
    ]
    assert receiver.arrived[0].headers["content-type"] == "application/json"
    assert receiver.written < HUGE / 4


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(202, "delivered"), (400, "refused"), (404, "refused"), (410, "gone"), (429, "busy"), (500, "refused"),
     (502, "busy"), (503, "busy"), (504, "busy")],
)  # fmt: skip
def test_statuses_say_what_is_to_come(receiver: Receiver, status: int, outcome: str) -> None:
    """2xx alone is delivered; 410 says never again, 429 and those of proxies later."""
    receiver.statuses = [status]
    assert posted(receiver, "/said").outcome == outcome


@pytest.mark.parametrize(
    ("said", "seconds"), [("120", 120), ("soon", None), ("-5", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("", None)]
)
def test_retry_after_is_read_in_both_forms(receiver: Receiver, said: str, seconds: int | None) -> None:
    """Seconds, or a moment; anything else is passed over."""
    receiver.statuses, receiver.retry_after = [503], said
    assert posted(receiver, "/said").retry_after == seconds
    receiver.retry_after = ""


def test_nobody_listens() -> None:
    """A port that nobody listens at is no connection."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    target = target_of(f"http://127.0.0.1:{port}/", LOOPBACK)
    assert SENDER.post(target, b"", {}).outcome == "no connection"


class Names:
    """A name server that gives other addresses each time it is asked."""

    def __init__(self, *answers: str) -> None:
        """Give these answers in turn, each the addresses of a name; the last one from then on."""
        self.asked = 0
        self._answers = answers

    def __call__(self, _host: str, _port: int) -> tuple[Address, ...]:
        """Return the next answer."""
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return tuple(ip_address(each) for each in answer.split())


@pytest.mark.parametrize("answer", ["127.0.0.1", "93.184.215.14 127.0.0.1", "::ffff:127.0.0.1", "10.1.2.3", "fe80::1"])
def test_a_name_of_a_private_address_is_not_connected_to(receiver: Receiver, answer: str) -> None:
    """One private address among those of a name is enough; nothing arrives there."""
    receiver.arrived.clear()
    target = Target("http", NAME, receiver.port, "/ok")
    assert Sender(LIMITS, (), resolve=Names(answer)).post(target, b"", {}).outcome == "address not allowed"
    assert receiver.arrived == []


def test_a_name_is_looked_up_once_and_connected_to_as_it_was_checked(receiver: Receiver) -> None:
    """A name that is allowed when it is checked and another one a moment later changes nothing: it is asked once."""
    receiver.arrived.clear()
    names = Names("127.0.0.1", "10.0.0.1")
    target = Target("http", NAME, receiver.port, "/ok")
    assert Sender(LIMITS, LOOPBACK, resolve=names).post(target, b"", {}).outcome == "delivered"
    assert names.asked == 1
    assert receiver.arrived[0].headers["host"] == f"{NAME}:{receiver.port}"


def test_a_name_that_nobody_knows_is_told() -> None:
    """A name without an address is an outcome of its own."""
    target = Target("https", "no-such-name.invalid", 443, "/")
    assert Sender(LIMITS, LOOPBACK, resolve=lambda _host, _port: ()).post(target, b"", {}).outcome == "name not found"
    assert SENDER.post(target, b"", {}).outcome == "name not found"


def test_many_addresses_have_no_more_time_than_one() -> None:
    """A name with any number of addresses that do not answer is given up when the time is over."""
    limits = Limits(connect_seconds=0.3, answer_seconds=0.5, answer_bytes=1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as held:
        port = full.getsockname()[1]
        for _each in range(4):  # its queue is full then, and whoever knocks waits
            line = held.enter_context(socket.socket())
            line.setblocking(False)
            line.connect_ex(("127.0.0.1", port))
        started = time.monotonic()
        names = Names(" ".join(["127.0.0.1"] * 20))
        attempt = Sender(limits, LOOPBACK, resolve=names).post(Target("http", NAME, port, "/"), b"", {})
    assert attempt.outcome == "timed out"
    assert time.monotonic() - started < 2


def test_the_certificate_is_the_names(tmp_path: Path) -> None:
    """Over TLS: trusted and right it arrives; of another name, or of an authority that nobody named, nothing does."""
    cert, key = certificate(tmp_path)
    other, _key = certificate(tmp_path, "other.example")
    here = Names("127.0.0.1")
    with receiving((cert, key)) as receiver:
        right, wrong = (Target("https", name, receiver.port, "/ok") for name in (NAME, "else.example"))
        assert Sender(LIMITS, LOOPBACK, cert, here).post(right, b"{}", {}).outcome == "delivered"
        for target, trusted in ((wrong, cert), (right, other), (right, None)):
            assert Sender(LIMITS, LOOPBACK, trusted, here).post(target, b"{}", {}).outcome == "certificate not accepted"
        slow = Target("https", NAME, receiver.port, "/drip")
        assert Sender(LIMITS, LOOPBACK, cert, here).post(slow, b"{}", {}).outcome == "timed out"
        assert [each.path for each in receiver.arrived] == ["/ok", "/drip"]
    with receiving() as plain:
        target = Target("https", NAME, plain.port, "/ok")
        assert Sender(LIMITS, LOOPBACK, cert, here).post(target, b"{}", {}).outcome == "no connection"
        assert plain.arrived == []
