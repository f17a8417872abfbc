"""The sender: no endpoint keeps another one waiting, what is stopped or killed is sent again under the same id."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from hpedi.commands.webhooks_sending import EventSender
from hpedi.pipeline import webhook_sending
from hpedi.pipeline.webhook_events import EventData
from hpedi.pipeline.webhook_ports import Endpoint, SigningSecret, Webhook
from hpedi.run_context import OPERATOR
from tests.databases import engine_of, statements_in
from tests.delivery.receiving import Receiver, receiving
from tests.pipeline.conftest import Demo
from tests.pipeline.conftest import demo as demo  # noqa: PLC0414 - a fixture
from tests.pipeline.conftest import loaded_home as loaded_home  # noqa: PLC0414 - a fixture
from tests.shared import PROJECT

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
WITHIN_SECONDS = 20


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A partner's server."""
    with receiving() as running:
        yield running


@pytest.fixture
def gateway(demo: Demo) -> Demo:
    """A workspace that may send to this machine."""
    with (demo.workspace.home / "hpedi.toml").open("a") as settings:
        settings.write('\n[webhooks]\nallow = ["127.0.0.0/8"]\n')
    return demo


def subscribe(demo: Demo, url: str, partner: str = "riverbend") -> Webhook:
    """Add an endpoint that wants all there is."""
    context = demo.jobs.context
    new = Webhook(
        id=0,
        partner=partner,
        endpoint=Endpoint(url=url, secrets=(SigningSecret(SECRET),)),
        events=("file.received",),
        made_at=context.instant,
        made_by="system:operator",
    )
    with demo.workspace.books.writing(context) as work:
        return webhook_sending.add(work, new)


def announce(demo: Demo, count: int, partner: str = "riverbend") -> list[str]:
    """Announce events of a partner; return the ids of all that wait for its endpoints."""
    with demo.workspace.books.writing(demo.jobs.context) as work:
        for number in range(count):
            work.webhooks.announce("file.received", EventData(partner=partner, receipt=number + 1))
    return [message for message, state in states(demo).items() if state == "waiting"]


def states(demo: Demo) -> dict[str, str]:
    """Return the state of each event by its id, oldest first."""
    with engine_of(demo.workspace.home) as engine, engine.connect() as connection:
        rows = connection.execute(text("SELECT message, state FROM webhook_event ORDER BY id"))
        return {message: state for message, state in rows}  # noqa: C416 - of rows


def make_due(demo: Demo) -> None:
    """Let waits and leases be over."""
    statements_in(demo.workspace.home, "UPDATE webhook_event SET due_at = '2026-01-01 00:00:00'")


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def test_each_event_arrives_once_signed(gateway: Demo, receiver: Receiver) -> None:
    """What was announced arrives in one pass, each with its id, its moment and a signature that verifies."""
    subscribe(gateway, receiver.url())
    messages = announce(gateway, 3)
    EventSender(gateway.workspace, OPERATOR).once()
    assert receiver.ids() == messages
    assert set(states(gateway).values()) == {"delivered"}
    for each in receiver.arrived:
        signed = f"{each.headers['webhook-id']}.{each.headers['webhook-timestamp']}.".encode() + each.body
        digest = base64.b64encode(hmac.digest(bytes(range(32)), signed, hashlib.sha256)).decode()
        assert each.headers["webhook-signature"] == f"v1,{digest}"
        assert json.loads(each.body)["id"] == each.headers["webhook-id"]
        assert abs(int(each.headers["webhook-timestamp"]) - time.time()) < 60
    EventSender(gateway.workspace, OPERATOR).once()
    assert len(receiver.arrived) == 3


def test_a_slow_endpoint_keeps_nobody_waiting(gateway: Demo, receiver: Receiver) -> None:
    """While one endpoint answers nothing, all events of another arrive."""
    slow = subscribe(gateway, receiver.url("/slow"))
    subscribe(gateway, receiver.url("/ok"), "prairielink")
    announce(gateway, 2)
    announce(gateway, 5, "prairielink")
    sender = EventSender(gateway.workspace, OPERATOR)
    sending = threading.Thread(target=sender.once, daemon=True)
    sending.start()
    until(lambda: len(receiver.ids("/ok")) == 5)
    assert len(receiver.ids("/slow")) <= 1
    assert sending.is_alive()
    with gateway.workspace.books.reading(gateway.jobs.context) as work:
        assert [event.state for event, _attempt in work.webhooks.events(slow.id, 9)] == ["waiting", "waiting"]


def test_several_senders_share_the_work(gateway: Demo, receiver: Receiver) -> None:
    """Three at once send each event once."""
    subscribe(gateway, receiver.url())
    messages = announce(gateway, 12)
    senders = [threading.Thread(target=EventSender(gateway.workspace, OPERATOR).once) for _each in range(3)]
    for each in senders:
        each.start()
    for each in senders:
        each.join(WITHIN_SECONDS)
    assert sorted(receiver.ids()) == sorted(messages)
    assert set(states(gateway).values()) == {"delivered"}


def test_what_fails_is_tried_again_later(gateway: Demo, receiver: Receiver) -> None:
    """A refusal is told and waits; when it is due it goes out again under its id, with a new moment signed."""
    receiver.statuses = [500, 204]
    subscribe(gateway, receiver.url("/said"))
    (message,) = announce(gateway, 1)
    EventSender(gateway.workspace, OPERATOR).once()
    assert states(gateway) == {message: "waiting"}
    make_due(gateway)
    EventSender(gateway.workspace, OPERATOR).once()
    assert receiver.ids() == [message, message]
    assert states(gateway) == {message: "delivered"}


@contextmanager
def follower(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `hpedi webhooks send` as a process."""
    words = [sys.executable, "-m", "hpedi", "--home", str(home), "webhooks", "send", "--follow"]
    with subprocess.Popen(words, cwd=PROJECT, stderr=subprocess.PIPE) as running:
        try:
            assert running.stderr is not None
            assert running.stderr.readline() == b"sending events\n"
            yield running
        finally:
            running.kill()


@pytest.mark.usefixtures("only_sqlite")
def test_a_kill_loses_nothing(gateway: Demo, receiver: Receiver) -> None:
    """Killed while an event is on its way nothing is noted of it; once its lease is over it is sent again."""
    subscribe(gateway, receiver.url("/late"))
    (message,) = announce(gateway, 1)
    with follower(gateway.workspace.home) as running:
        until(lambda: receiver.ids() == [message])
        os.kill(running.pid, signal.SIGKILL)
    assert states(gateway) == {message: "waiting"}
    with engine_of(gateway.workspace.home) as engine, engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM webhook_attempt")).scalar_one() == 0
    make_due(gateway)
    EventSender(gateway.workspace, OPERATOR).once()
    assert receiver.ids() == [message, message]
    assert states(gateway) == {message: "delivered"}


def test_a_stop_ends_what_is_being_sent(gateway: Demo, receiver: Receiver) -> None:
    """Stopped while an event is on its way the sender waits for its answer, keeps it, and takes no other one."""
    subscribe(gateway, receiver.url("/late"))
    first, second = announce(gateway, 2)
    sender = EventSender(gateway.workspace, OPERATOR)
    following = threading.Thread(target=sender.follow, daemon=True)
    following.start()
    until(lambda: receiver.ids() == [first])
    sender.stop()
    following.join(WITHIN_SECONDS)
    assert not following.is_alive()
    assert states(gateway) == {first: "delivered", second: "waiting"}
