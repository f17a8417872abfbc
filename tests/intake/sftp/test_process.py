"""`hpedi sftp` as a process over a workspace: who signs in, what is kept of it, how it stops."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from hpedi.commands.workspace import context_for
from hpedi.mappings_folder import sample
from hpedi.store.audit import Sought
from tests.commands.running import run_hpedi
from tests.intake.sftp.clients import ask_for, openssh, paramiko_sftp
from tests.intake.sftp.serving import Served, partner_with_key
from tests.pipeline.conftest import Demo
from tests.pipeline.conftest import demo as demo  # noqa: PLC0414 - a fixture
from tests.pipeline.conftest import loaded_home as loaded_home  # noqa: PLC0414 - a fixture
from tests.shared import PROJECT

WITHIN_SECONDS = 30
PARTNER = "riverbend"
CLAIMS = sample("inbound/01-riverbend.837").read_bytes()


@pytest.fixture(autouse=True)
def config_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Host keys lie beside the test's own workspace key."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


@contextmanager
def process(home: Path, keys: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Served]]:
    """Start the server as a process, and yield it once it listens."""
    command = [sys.executable, "-m", "hpedi", "--home", str(home), "--log-format", "json", "sftp", "--port", "0"]
    with subprocess.Popen([*command, *options], cwd=PROJECT, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            said = running.stderr.readline()
            port = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", said)
            assert port, said + running.stderr.read()
            assert running.stderr.readline().startswith("host key SHA256:")
            yield (
                running,
                Served(home=home, keys=keys, port=int(port[1]), roll=None, listener=None, loop=None),  # type: ignore[arg-type]
            )
        finally:
            running.kill()


def add_key(demo: Demo, keys: Path, name: str) -> str:
    """Let Riverbend sign in with a key; return its fingerprint."""
    told = ("partner", "keys", PARTNER, "--add", keys / f"{name}.pub", "--why", "a test")
    assert run_hpedi("--home", demo.workspace.home, *told) == ExitCode.OK
    return partner_with_key(keys, name).keys[0].fingerprint


def audited(demo: Demo, *actions: str) -> list[tuple[str, str, str, str, str]]:
    """Return who did what to what, for whom, with which result, oldest first."""
    with demo.workspace.books.reading(context_for(None)) as work:
        rows = [each for each in work.audit.find(Sought()) if each.action in actions]
    return [(each.principal, each.action, each.subject, each.recipient, each.result) for each in reversed(rows)]


def test_from_the_first_sign_in_to_the_end(demo: Demo, keys: Path) -> None:
    """Uploads lie in the inbox, pickups and sign-ins in the books; SIGTERM lets a file in hand be finished."""
    demo.receive(CLAIMS)
    demo.jobs.deliver()
    add_key(demo, keys, PARTNER)
    (demo.workspace.home.parent / "claims.837").write_bytes(CLAIMS)
    (answer,) = (demo.workspace.home / "outbox" / PARTNER).iterdir()
    with process(demo.workspace.home, keys) as (running, served):
        for user in (PARTNER, "MOLLY CANARY"):
            assert openssh(served, "ls\n", user=user, key="stranger").returncode == 255
        done = openssh(served, f"put claims.837 inbox/CANARY.837\nget outbox/{answer.name} got\n", user=PARTNER)
        assert (done.returncode, done.stderr) == (0, "")
        with paramiko_sftp(served, PARTNER) as client:
            upload = client.open("/inbox/in-hand.837", "w")
            upload.write(CLAIMS[:1_000])
            upload.flush()
            running.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", served.port), timeout=5)
            upload.write(CLAIMS[1_000:])
            upload.close()
        assert running.wait(WITHIN_SECONDS) == ExitCode.OK
        told = running.stderr.read() if running.stderr else ""
    assert served.waiting(PARTNER) == {"CANARY.837": CLAIMS, "in-hand.837": CLAIMS}
    with demo.workspace.books.reading(context_for(None)) as work:
        row = work.outbox.named(f"outbox/{PARTNER}", answer.name)
        assert row is not None
        (pickup,) = work.pickups.of([row.id, 10_000])[row.id]
    assert (pickup.partner, pickup.size) == (PARTNER, len(answer.read_bytes()))
    assert audited(demo, "sign in", "pick up") == [
        ("system:operator", "sign in", f"partner:{PARTNER}", "", "refused"),
        ("system:operator", "sign in", "partner:none", "", "refused"),
        ("system:operator", "sign in", f"partner:{PARTNER}", "", "signed in"),
        (f"partner:{PARTNER}", "pick up", f"outbox:{row.id}", f"partner:{PARTNER}", row.kind),
        ("system:operator", "sign in", f"partner:{PARTNER}", "", "signed in"),
    ]
    assert "CANARY" not in told
    assert '"event":"file uploaded"' in told
    assert demo.workspace.sealer.verify().is_whole


@pytest.mark.usefixtures("only_sqlite")  # what is known of partners is read the same way everywhere
def test_keys_are_read_again_while_it_serves(demo: Demo, keys: Path) -> None:
    """A key that is added opens within seconds; one that is revoked opens nothing, and ends what it had opened."""
    with process(demo.workspace.home, keys) as (_running, served):
        assert openssh(served, "ls\n", user=PARTNER).returncode == 255
        fingerprint = add_key(demo, keys, PARTNER)
        until = time.monotonic() + WITHIN_SECONDS
        while openssh(served, "ls\n", user=PARTNER).returncode and time.monotonic() < until:
            time.sleep(0.2)
        with paramiko_sftp(served, PARTNER) as client:
            told = ("partner", "keys", PARTNER, "--revoke", fingerprint, "--why", "lost")
            assert run_hpedi("--home", demo.workspace.home, *told) == ExitCode.OK
            with pytest.raises((EOFError, OSError)):
                ask_for(client, until - time.monotonic())
        assert openssh(served, "ls\n", user=PARTNER).returncode == 255


def test_the_host_key_stays(demo: Demo, config_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is made once, outside the workspace, readable by its owner only; its fingerprint is what clients are shown."""
    told = []
    for _ in range(2):
        assert run_hpedi("--home", demo.workspace.home, "sftp", "--fingerprint") == ExitCode.OK
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert told[0].startswith("SHA256:")
    (file,) = (config_home / "hpedi").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    shown = subprocess.run(["ssh-keygen", "-lf", str(file)], capture_output=True, text=True, check=True).stdout
    assert told[0].strip() in shown


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("[sftp]\nfile_bites = 1\n", "file_bites under [sftp] is no setting"),
        ("[sftp]\nfile_bytes = 0\n", "[sftp]: Expected `int` >= 1"),
        ("[[sftp]]\nfile_bytes = 1\n", "[sftp]: Expected `object`, got `array`"),
    ],
)
def test_settings_that_are_none(demo: Demo, capsys: pytest.CaptureFixture[str], settings: str, says: str) -> None:
    """A setting that is misspelt or out of bounds is told before anything listens."""
    config = demo.workspace.home / "hpedi.toml"
    config.write_text(config.read_text() + settings)
    assert run_hpedi("--home", demo.workspace.home, "sftp", "--port", "0") == ExitCode.USAGE
    assert says in capsys.readouterr().err


def test_a_port_that_is_taken(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """Where somebody else listens already it says so, to be tried again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_hpedi("--home", demo.workspace.home, "sftp", "--port", port) == ExitCode.TRY_AGAIN
    assert "not now" in capsys.readouterr().err
