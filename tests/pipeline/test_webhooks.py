"""Events: written with what they tell of, free of PHI, signed by the standard, tried again and parked."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from hpedi.findings import Unavailable
from hpedi.mappings_folder import mapping, sample
from hpedi.pipeline import webhook_sending
from hpedi.pipeline.webhook_addresses import WrongUrl, is_allowed, networks, shown_url, target_of
from hpedi.pipeline.webhook_events import EVENTS, EventData, EventType, event_body
from hpedi.pipeline.webhook_ports import Attempt, Endpoint, KeptEvent, Outcome, SigningSecret, Webhook
from hpedi.pipeline.webhook_sending import load_sending_terms, next_wait, settle
from hpedi.pipeline.webhook_signing import read_secret, signed_headers, written_secret
from hpedi.store.audit import Sought
from tests.databases import kept_in
from tests.pipeline.conftest import Demo

AT = datetime(2026, 3, 16, 18, 0, tzinfo=UTC)
TERMS = load_sending_terms(mapping("gateway/webhooks.yaml").read_bytes(), date(2026, 3, 16))
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the published example
storeless = pytest.mark.storeless


# --- signatures ------------------------------------------------------------------------------------------------------


@storeless
def test_a_signature_is_the_standards() -> None:
    """The example of the reference libraries of Standard Webhooks; openssl makes the same of it.

    printf '%s' 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}' | openssl dgst -sha256 -binary
      -mac HMAC -macopt hexkey:31f290f6bf0629... | base64
    """
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}', [SECRET]
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@storeless
def test_two_secrets_sign_while_one_is_replaced() -> None:
    """The signature of the old secret stands beside that of the new one, and is the one that it was."""
    new = written_secret(bytes(range(32)))
    both = signed_headers("evt_1", AT, b"{}", [new, SECRET])["webhook-signature"].split(" ")
    assert both == [signed_headers("evt_1", AT, b"{}", [each])["webhook-signature"] for each in (new, SECRET)]
    endpoint = Endpoint(url="", secrets=(SigningSecret(new), SigningSecret(SECRET, AT)))
    assert endpoint.secrets_at(AT - timedelta(seconds=1)) == (new, SECRET)
    assert endpoint.secrets_at(AT) == (new,)


@storeless
@pytest.mark.parametrize("written", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_no base64!"])
def test_what_is_no_secret_is_refused(written: str) -> None:
    """A secret has its prefix and is base64."""
    with pytest.raises(ValueError, match="a secret"):
        read_secret(written)


# --- waits -----------------------------------------------------------------------------------------------------------


@storeless
def test_waits_grow_as_the_standard_says() -> None:
    """5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, and none after the tenth attempt: 75 h 35 min in all."""
    waits = [next_wait(TERMS, attempts, 0.0) for attempts in range(1, 11)]
    assert waits[-1] is None
    assert sum((each for each in waits if each), timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert [each.total_seconds() for each in waits[:3] if each] == [5, 300, 1800]


@storeless
def test_chance_and_the_receiver_make_waits_longer_never_shorter() -> None:
    """Up to a tenth is added; Retry-After counts where it is longer, up to the longest wait."""
    assert next_wait(TERMS, 2, 1.0) == timedelta(seconds=330)
    assert next_wait(TERMS, 1, 0.0, retry_after=120) == timedelta(seconds=120)
    assert next_wait(TERMS, 3, 0.0, retry_after=120) == timedelta(seconds=1800)
    assert next_wait(TERMS, 1, 0.0, retry_after=999_999) == timedelta(hours=24)


# --- where to --------------------------------------------------------------------------------------------------------


@storeless
@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.31.255.255", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("2002:0a00:0001::1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::5db8:d70e", True),
        ("10.20.3.4", True),
        ("fd12::9", True),
    ],
)
def test_only_public_and_allowed_addresses_are_sent_to(address: str, *, allowed: bool) -> None:
    """Private, local, multicast and reserved ones are not, nor what carries one of them inside."""
    assert is_allowed(ip_address(address), networks(["10.20.0.0/16", "fd12::/16"])) is allowed


@storeless
@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "http://93.184.215.14/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://user:pass@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:99999/",
        "https://hooks .example/",
        "https:///path",
        "ftp://hooks.example/",
        "hooks.example",
        "https://hooks.example/" + "x" * 2_000,
        "https://hooks.exämple/",
        "https://[::1/",
    ],
)
def test_what_is_no_url_for_events_is_refused(url: str) -> None:
    """Https, a name or public address, nothing secret in it."""
    with pytest.raises(WrongUrl):
        target_of(url, ())


@storeless
def test_a_url_is_read_with_its_port_and_query() -> None:
    """Host, port and what stands after them; http is for this machine, where that is allowed."""
    target = target_of("https://Hooks.example:8443/a/b?key=1", ())
    assert (target.scheme, target.host, target.port, target.path) == ("https", "hooks.example", 8443, "/a/b?key=1")
    assert target_of("https://hooks.example", ()).path == "/"
    assert target_of("http://127.0.0.1:8080/x", [ip_network("127.0.0.0/8")]).port == 8080
    assert shown_url("https://hooks.example/a?key=1") == "https://hooks.example/a"


# --- what is told ----------------------------------------------------------------------------------------------------


@storeless
def test_a_body_is_small_json_in_a_fixed_order() -> None:
    """Id, type, the moment in UTC and what is known; what is not known is left out."""
    at = datetime.fromisoformat("2026-03-16T13:00:00.120-05:00")
    data = EventData(partner="lakes", kind="835", outbox=7, size=1)
    assert event_body("evt_1", "remittance.ready", at, data) == (
        b'{"id":"evt_1","type":"remittance.ready","timestamp":"2026-03-16T18:00:00.120Z",'
        b'"data":{"partner":"lakes","kind":"835","outbox":7,"size":1}}'
    )


@storeless
def test_no_field_can_hold_phi() -> None:
    """The fields of an event are those that hold our numbers, codes and digests."""
    assert set(EventData.__struct_fields__) == {
        "partner", "usage", "verdict", "kind", "interchange_control_number", "file", "receipt", "outbox", "size",
        "sha256",
    }  # fmt: skip


def subscribe(demo: Demo, partner: str, *events: EventType, url: str = "https://hooks.example/in") -> Webhook:
    """Add an endpoint of a partner that wants some events, or all."""
    new = Webhook(
        id=0,
        partner=partner,
        endpoint=Endpoint(url=url, secrets=(SigningSecret(SECRET),)),
        events=events or tuple(EVENTS),
        made_at=AT,
        made_by="system:operator",
    )
    with demo.workspace.books.writing(demo.jobs.context) as work:
        return webhook_sending.add(work, new)


def events_of(demo: Demo, webhook: Webhook) -> list[dict[str, Any]]:
    """Return the bodies of the events of an endpoint, oldest first."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        return [json.loads(event.body) for event, _attempt in reversed(work.webhooks.events(webhook.id, 99))]


def test_a_day_is_told_to_whom_it_concerns(demo: Demo) -> None:
    """A clearinghouse and a clinic hear of their own interchanges, answers and 835s, and of no file twice."""
    clearing, clinic = subscribe(demo, "prairielink"), subscribe(demo, "riverbend", "remittance.ready")
    demo.run((sample("inbound") / "02-prairielink.837").read_bytes())
    told = events_of(demo, clearing)
    assert [each["type"] for each in told][:2] == ["file.received", "acknowledgement.ready"]
    received, answered = told[0]["data"], told[1]["data"]
    assert (received["partner"], received["verdict"], received["usage"]) == ("prairielink", "partially_accepted", "P")
    file = next((demo.workspace.home / "outbox" / "prairielink").glob("*.ack")).read_bytes()
    assert (answered["kind"], answered["size"], answered["receipt"]) == ("ack", len(file), received["receipt"])
    assert file[90:99].decode() == answered["interchange_control_number"]
    assert len({each["id"] for each in told}) == len(told)
    remitted = [each["data"]["outbox"] for each in told if each["type"] == "remittance.ready"]
    delivered = list((demo.workspace.home / "outbox" / "prairielink").glob("*.835"))
    assert len(remitted) == len(delivered)
    assert {each["type"] for each in events_of(demo, clinic)} <= {"remittance.ready"}
    texts = json.dumps(told)
    assert not [path.name for path in demo.workspace.home.rglob("outbox/**/*.*") if path.name in texts]


def test_what_is_refused_is_told_so(demo: Demo) -> None:
    """A cut-off interchange, and a file that names what is another's, are told to their senders as refused."""
    clinic = subscribe(demo, "riverbend", "file.refused", "file.received")
    demo.receive((sample("inbound") / "06-cut-off.837").read_bytes())
    foreign = demo.inbox / "foreign.x12"
    foreign.write_bytes((sample("inbound") / "02-prairielink.837").read_bytes())
    nothing = demo.inbox / "nothing.x12"
    nothing.write_bytes(b"no X12 at all")
    login = demo.jobs.partner("riverbend")
    for path in (foreign, nothing):
        demo.jobs.receive(path, AT, login=login)
    told = events_of(demo, clinic)
    assert [(each["type"], each["data"]["verdict"]) for each in told] == [
        ("file.refused", "rejected"),
        ("file.refused", "quarantined"),
        ("file.refused", "quarantined"),
    ]


def test_tests_are_told_as_tests_and_repetitions_as_such(demo: Demo) -> None:
    """ISA15 T is told; the same interchange in another file is told as repeated."""
    clinic = subscribe(demo, "riverbend", "file.received", "acknowledgement.ready")
    demo.run((sample("inbound") / "05-test.837").read_bytes())
    assert [(each["type"], each["data"]["usage"]) for each in events_of(demo, clinic)] == [
        ("file.received", "T"),
        ("acknowledgement.ready", "T"),
    ]
    content = (sample("inbound") / "08-dental.837").read_bytes()
    demo.receive(content)
    demo.receive(content + b"\n")
    received = [each["data"] for each in events_of(demo, clinic) if each["type"] == "file.received"]
    assert [each["verdict"] for each in received] == ["accepted", "accepted", "repeated"]


def test_an_event_is_rolled_back_with_what_it_tells(demo: Demo) -> None:
    """Where the transaction fails there is no event."""
    clinic = subscribe(demo, "riverbend")
    with suppress(Unavailable), demo.workspace.books.writing(demo.jobs.context) as work:
        work.webhooks.announce("file.received", EventData(partner="riverbend"))
        raise Unavailable
    assert events_of(demo, clinic) == []


# --- what becomes of it ----------------------------------------------------------------------------------------------


def taken(demo: Demo, webhook: Webhook) -> KeptEvent:
    """Announce an event and take it."""
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.webhooks.announce("file.received", EventData(partner=webhook.partner))
        event = work.webhooks.take(webhook.id, demo.jobs.context.instant, TERMS.lease)
    assert event is not None
    return event


def after(demo: Demo, event: KeptEvent, outcome: Outcome, at: datetime = AT) -> tuple[KeptEvent, Webhook]:
    """Settle an attempt; return the event and its endpoint as they stand then."""
    attempt = Attempt(at=at, outcome=outcome, status=None, milliseconds=1)
    with demo.workspace.books.writing(demo.jobs.context) as work:
        event = settle(work, TERMS, event, attempt, 0.0)
    with demo.workspace.books.reading(demo.jobs.context) as work:
        return event, next(each for each in work.webhooks.all() if each.id == event.webhook)


def test_a_lease_keeps_others_away_and_runs_out(demo: Demo) -> None:
    """What is being sent is nobody else's for 35 seconds; after a kill it is sent again, under the same id."""
    clinic, now = subscribe(demo, "riverbend"), demo.jobs.context.instant
    event = taken(demo, clinic)
    with demo.workspace.books.writing(demo.jobs.context) as work:
        assert work.webhooks.due(now) == ()
        assert work.webhooks.take(clinic.id, now + timedelta(seconds=34), TERMS.lease) is None
        assert work.webhooks.due(now + timedelta(seconds=35)) == (clinic.id,)
        again = work.webhooks.take(clinic.id, now + timedelta(seconds=35), TERMS.lease)
    assert again is not None
    assert (again.message, again.body) == (event.message, event.body)


def test_ten_attempts_then_it_is_parked_until_somebody_says_so(demo: Demo) -> None:
    """A refused event is tried ten times; parked it waits for `retry`, and keeps its id and its history."""
    clinic = subscribe(demo, "riverbend")
    event = taken(demo, clinic)
    states = []
    for _each in range(10):
        event, _clinic = after(demo, event, "refused")
        states.append(event.state)
    assert states == ["waiting"] * 9 + ["parked"]
    with demo.workspace.books.writing(demo.jobs.context) as work:
        assert work.webhooks.due(AT + timedelta(days=9)) == ()
        assert webhook_sending.retry(work, clinic, AT, event.message) == 1
        assert work.webhooks.due(AT) == (clinic.id,)
        again = work.webhooks.take(clinic.id, AT, TERMS.lease)
    assert again is not None
    assert (again.message, again.attempts) == (event.message, 0)
    delivered, clinic = after(demo, again, "delivered")
    assert (delivered.state, clinic.failing_since) == ("delivered", None)


def test_an_endpoint_that_is_down_rests(demo: Demo) -> None:
    """Busy or down, all its events wait five minutes at most; one that is refused keeps no other waiting."""
    clinic = subscribe(demo, "riverbend")
    event, stands = after(demo, taken(demo, clinic), "timed out")
    assert (event.due_at, stands.rests_until) == (AT + timedelta(seconds=5), AT + timedelta(seconds=5))
    for _each in range(3):
        event, stands = after(demo, event, "timed out")
    assert (event.due_at, stands.rests_until) == (AT + timedelta(hours=2), AT + timedelta(minutes=5))
    _event, stands = after(demo, event, "refused")
    assert stands.rests_until is None


@pytest.mark.usefixtures("only_postgresql")  # SQLite has one writer at a time
def test_a_sender_keeps_nobody_waiting_who_has_something_to_tell(demo: Demo) -> None:
    """While a sender holds an endpoint, an event for it is written and committed."""
    clinic = subscribe(demo, "riverbend")

    def announce() -> None:
        with demo.workspace.books.writing(demo.jobs.context) as work:
            work.webhooks.announce("file.received", EventData(partner="riverbend"))

    teller = threading.Thread(target=announce, daemon=True)
    with demo.workspace.books.writing(demo.jobs.context) as work:
        assert work.webhooks.find(clinic.id) is not None
        teller.start()
        teller.join(10)
        assert not teller.is_alive()
    assert len(events_of(demo, clinic)) == 1


def test_who_is_gone_or_fails_for_days_is_disabled(demo: Demo) -> None:
    """410 at once, five days of failures at last: nothing more is written, what waits is parked, the log says why."""
    clinic = subscribe(demo, "riverbend")
    event = taken(demo, clinic)
    _event, stands = after(demo, event, "refused", AT)
    assert stands.failing_since == AT
    _event, stands = after(demo, event, "refused", AT + timedelta(hours=119))
    assert stands.disabled_at is None
    _event, stands = after(demo, event, "refused", AT + timedelta(hours=120))
    assert (stands.disabled_at, stands.disabled_why) == (AT + timedelta(hours=120), "nothing arrived for days")
    with demo.workspace.books.writing(demo.jobs.context) as work:
        assert not work.webhooks.any_wanted()
        work.webhooks.announce("file.received", EventData(partner="riverbend"))
        assert [event.state for event, _attempt in work.webhooks.events(clinic.id, 9)] == ["parked"]
    other = subscribe(demo, "riverbend")
    _event, stands = after(demo, taken(demo, other), "gone")
    assert stands.disabled_why == "it answered 410 Gone"
    with demo.workspace.books.reading(demo.jobs.context) as work:
        noted = [(each.subject, each.reason) for each in work.audit.find(Sought(action="webhook disable"))]
    assert sorted(noted) == [("webhook:1", "nothing arrived for days"), ("webhook:2", "it answered 410 Gone")]


def test_secrets_and_urls_rest_sealed(demo: Demo) -> None:
    """Neither stands in plain in the database."""
    subscribe(demo, "riverbend", url="https://hooks.example/secret-path")
    kept = kept_in(demo.workspace.home)
    assert b"riverbend" in kept
    assert b"MfKQ9r8G" not in kept
    assert b"secret-path" not in kept
