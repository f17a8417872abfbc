"""`hpedi metrics`: printed once, served as a process, and not beyond this machine in the open."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hpedi.commands import ExitCode
from tests.commands.running import run_hpedi
from tests.databases import Workspaces
from tests.pipeline.conftest import KEY, loaded_home  # noqa: F401 - a fixture
from tests.shared import PROJECT


@pytest.fixture
def home(
    workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A workspace with the sample payer."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    return workspaces.copy(loaded_home, tmp_path / "home")


def test_figures_are_printed_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For a textfile collector: figures of the workspace and none of the process, which node_exporter has itself."""
    assert run_hpedi("--home", home, "metrics", "--once") == ExitCode.OK
    names = {family.name for family in text_string_to_metric_families(capsys.readouterr().out)}
    assert {"hpedi_database_up", "hpedi_claims", "hpedi_decisions"} <= names
    assert not [name for name in names if not name.startswith("hpedi_")]


def test_it_does_not_listen_beyond_the_machine_in_the_open(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without TLS or a token it listens on loopback only; an empty token is none."""
    empty = tmp_path / "token"
    empty.write_text("\nsecond line\n")
    for options, said in (
        (("--host", "0.0.0.0"), "beyond this machine"),  # noqa: S104
        (("--tls-cert", str(empty)), "go together"),
        (("--token-file", str(empty)), "is empty"),
    ):
        assert run_hpedi("--home", home, "metrics", *options) == ExitCode.USAGE
        assert said in capsys.readouterr().err


@contextmanager
def served(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run it as a process, and yield it with its port."""
    words = [sys.executable, "-m", "hpedi", "--home", str(home), "metrics", "--port", "0", *options]
    with subprocess.Popen(words, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            port = re.search(r"listening on http://0\.0\.0\.0:(\d+)", running.stderr.readline())
            assert port
            yield running, int(port[1])
        finally:
            running.kill()


def asked(port: int, path: str, token: str = "") -> int:
    """Return the status of a request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@pytest.mark.usefixtures("only_sqlite")
def test_a_process_answers_until_it_is_stopped(home: Path, tmp_path: Path) -> None:
    """With a token it listens anywhere: figures to whoever has it, health and life to all; SIGTERM ends it with 0."""
    token = tmp_path / "token"
    token.write_text("a long token\n")
    with served(home, "--host", "0.0.0.0", "--token-file", str(token)) as (running, port):  # noqa: S104
        assert [asked(port, path) for path in ("/live", "/health", "/metrics")] == [200, 200, 401]
        assert asked(port, "/metrics", "a long token") == 200
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == ExitCode.OK
