"""`hpedi webhooks`: endpoints added, tried, rotated, disabled; the page for partners verifies what really arrives."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hpedi.commands import ExitCode
from hpedi.pipeline.webhook_events import EVENTS, EventData
from hpedi.pipeline.webhook_signing import PREFIX, read_secret
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces, kept_in, statements_in
from tests.delivery.receiving import Receiver, certificate, receiving
from tests.pipeline.conftest import KEY, loaded_home  # noqa: F401 - a fixture
from tests.shared import PROJECT

PAGE = (PROJECT / "docs" / "webhooks.md").read_text()
DENTAL = PROJECT / "samples" / "inbound" / "08-dental.837"


@pytest.fixture
def home(
    workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A workspace with the sample payer that may send to this machine."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    made = workspaces.copy(loaded_home, tmp_path / "home")
    with (made / "hpedi.toml").open("a") as settings:
        settings.write('\n[webhooks]\nallow = ["127.0.0.0/8"]\n')
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A partner's server."""
    with receiving() as running:
        yield running


Tell = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def tell(home: Path, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Run `hpedi webhooks` with --json, and return what it told."""

    def run(*words: object, code: int = ExitCode.OK) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert run_hpedi("--home", home, "webhooks", *words, "--json") == code, capsys.readouterr().err
        return json_lines(capsys.readouterr().out)

    return run


def verified() -> Callable[[str, dict[str, str], bytes], dict[str, Any]]:
    """Return the function that the page shows."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 - the page is ours
    return names["verified"]  # type: ignore[no-any-return]


def test_the_page_verifies_what_arrives(home: Path, receiver: Receiver, tell: Tell) -> None:
    """From adding an endpoint to the first event, verified as the page shows; anything changed is refused."""
    (added,) = tell("add", "riverbend", receiver.url(), "--event", "file.received", "--event", "acknowledgement.ready")
    secret = added["secret"]
    assert (added["number"], len(read_secret(secret)), secret.startswith(PREFIX)) == (1, 32, True)
    assert secret.removeprefix(PREFIX).encode() not in kept_in(home)
    run_hpedi("--home", home, "run", "--as-of", "2026-03-16", DENTAL)
    sent = tell("send", "--once")
    assert [(each["type"], each["outcome"], each["state"]) for each in sent] == [
        ("file.received", "delivered", "delivered"),
        ("acknowledgement.ready", "delivered", "delivered"),
    ]
    check = verified()
    for each, told in zip(receiver.arrived, sent, strict=True):
        event = check(secret, each.headers, each.body)
        assert (event["id"], event["type"], event["data"]["partner"]) == (told["message"], told["type"], "riverbend")
    arrived = receiver.arrived[0]
    old = {**arrived.headers, "webhook-timestamp": str(int(time.time()) - 301)}
    for headers, body in ((arrived.headers, arrived.body + b" "), (old, arrived.body)):
        with pytest.raises(ValueError, match=r"too old|not signed"):
            check(secret, headers, body)
    assert tell("send", "--once") == []


def test_a_secret_is_replaced_without_a_gap(receiver: Receiver, tell: Tell) -> None:
    """The new secret is shown once; both verify what is sent from then on."""
    (added,) = tell("add", "riverbend", receiver.url())
    (rotated,) = tell("rotate", "1")
    assert rotated["secret"] != added["secret"]
    (tried,) = tell("test", "1")
    assert (tried["type"], tried["outcome"]) == ("webhook.test", "delivered")
    for secret in (added["secret"], rotated["secret"]):
        assert verified()(secret, receiver.arrived[0].headers, receiver.arrived[0].body)["type"] == "webhook.test"
    (shown,) = tell("show", "1")
    assert shown["old_secret_until"]
    assert not [secret for secret in (added["secret"], rotated["secret"]) if secret in repr(shown)]


def test_a_failing_endpoint_is_shown_retried_and_disabled(home: Path, receiver: Receiver, tell: Tell) -> None:
    """What is parked is shown with its last outcome; it goes out by retry, and not while its endpoint is disabled."""
    receiver.statuses = [500, 500, 204]
    tell("add", "riverbend", f"{receiver.url('/said')}?key=hidden", "--event", "file.received")
    run_hpedi("--home", home, "receive", DENTAL)
    (failed,) = tell("send", "--once", code=ExitCode.FINDINGS)
    assert (failed["outcome"], failed["status"], failed["state"]) == ("refused", 500, "waiting")
    (listed,) = tell("list")
    assert listed["url"] == receiver.url("/said")
    assert listed["stands"].startswith("failing since")
    assert tell("disable", "1", "--why", "the contract ended") == [{"number": 1, "parked": 1}]
    (shown,) = tell("show", "1")
    (event,) = shown["newest_events"]
    assert (event["state"], event["attempts"], event["outcome"], event["status"]) == ("parked", 1, "refused", 500)
    assert shown["stands"].endswith("the contract ended")
    for words in (("retry", "1"), ("test", "1")):
        assert tell(*words, code=ExitCode.USAGE) == []
    tell("enable", "1")
    assert tell("retry", "1", "--event", "evt_other") == [{"number": 1, "waiting": 0}]
    assert tell("retry", "1", "--event", event["event"]) == [{"number": 1, "waiting": 1}]
    tell("send", "--once", code=ExitCode.FINDINGS)
    statements_in(home, "UPDATE webhook_event SET due_at = '2026-01-01 00:00:00'")
    (sent,) = tell("send", "--once")
    assert (sent["message"], sent["outcome"]) == (event["event"], "delivered")
    assert receiver.ids() == [event["event"]] * 3


def test_events_go_over_tls(home: Path, tmp_path: Path, tell: Tell) -> None:
    """With an authority of its own an https endpoint is verified; without it nothing is sent."""
    cert, key = certificate(tmp_path)
    with receiving((cert, key)) as receiver:
        tell("add", "riverbend", receiver.url(scheme="https"))
        (tried,) = tell("test", "1", code=ExitCode.FINDINGS)
        assert (tried["outcome"], tried["state"], receiver.arrived) == ("certificate not accepted", "parked", [])
        with (home / "hpedi.toml").open("a") as settings:
            settings.write(f'ca_file = "{cert}"\n')
        (tried,) = tell("test", "1")
        assert tried["outcome"] == "delivered"


@pytest.mark.usefixtures("only_sqlite")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "nobody", "https://hooks.example/"), "no such partner"),
        (("add", "riverbend", "http://hooks.example/"), "https"),
        (("add", "riverbend", "https://10.0.0.1/"), "not a public one"),
        (("show", "7"), "no such webhook"),
        (("rotate", "7"), "no such webhook"),
        (("send", "--once", "--follow"), "do not go together"),
    ],
)
def test_what_cannot_be_is_told(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    """Wrong usage, with a word on what is wrong."""
    assert run_hpedi("--home", home, "webhooks", *words) == ExitCode.USAGE
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("only_sqlite")
def test_settings_that_cannot_be_read_are_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A network that is none, an authority that is not there, a word that nobody knows."""
    text = (home / "hpedi.toml").read_text().partition("[webhooks]")[0]
    for line in ('allow = ["10.1.0.1/16"]', 'ca_file = "/nowhere/ca.pem"', "proxy = true"):
        (home / "hpedi.toml").write_text(f"{text}[webhooks]\n{line}\n")
        assert run_hpedi("--home", home, "webhooks", "add", "riverbend", "https://hooks.example/") == ExitCode.USAGE
        assert "[webhooks]" in capsys.readouterr().err


@pytest.mark.usefixtures("only_sqlite")
def test_people_read_tables(home: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json the same is told in words; a dry run keeps nothing."""
    hpedi = ("--home", home, "webhooks")
    assert run_hpedi(*hpedi, "add", "riverbend", receiver.url(), "--dry-run") == ExitCode.OK
    assert run_hpedi(*hpedi, "list") == ExitCode.OK
    assert capsys.readouterr().out == ""
    assert run_hpedi(*hpedi, "add", "riverbend", receiver.url()) == ExitCode.OK
    assert "shown only now: whsec_" in capsys.readouterr().out
    for words, said in (
        (("test", "1"), "delivered"),
        (("list",), "sent to"),
        (("show", "1"), "webhook.test"),
        (("rotate", "1"), "whsec_"),
        (("disable", "1", "--why", "left"), "0 events parked"),
        (("enable", "1"), "enabled"),
        (("retry", "1"), "0 events wait"),
        (("send", "--once"), ""),
    ):
        assert run_hpedi(*hpedi, *words) == ExitCode.OK, words
        assert said in capsys.readouterr().out


@pytest.mark.storeless
def test_the_page_tells_every_type_and_field() -> None:
    """The tables of the page are those of the program."""
    rows = dict(re.findall(r"^\| `([a-z.]+)` \| (.*) \|$", PAGE, re.MULTILINE))
    assert {kind: rows.get(kind) for kind in EVENTS} == EVENTS
    told = {name for row in re.findall(r"^\| (`[^|]*`) \|", PAGE, re.MULTILINE) for name in re.findall("`(.*?)`", row)}
    assert set(EventData.__struct_fields__) <= told
