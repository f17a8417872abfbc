"""`hpedi serve` as a process: asked as the page shows, stopped in the middle of a request, never answering half."""

from __future__ import annotations

import os
import re
import shutil
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
from tests.commands.running import run_hpedi
from tests.inquired import inquiry, segments_of
from tests.pipeline.conftest import Demo
from tests.shared import PROJECT
from tests.web.envelopes import ASKED

PAGE = PROJECT / "docs" / "real-time.md"
ANY_PORT = "8270"
STOPS_WITHIN_SECONDS = 30


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def process(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start the service as a process, and yield it with its port once it listens."""
    command = [sys.executable, "-m", "hpedi", "--home", str(home), "--log-format", "json", "serve", "--port", "0"]
    command += options
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            said = running.stderr.readline()
            port = re.search(r"listening on http://127.0.0.1:(\d+)", said)
            assert port, said
            yield running, int(port[1])
        finally:
            running.kill()


def request(key: str, content: bytes) -> bytes:
    """Return a request as it goes over the wire."""
    head = (
        "POST /x12 HTTP/1.1\r\nHost: here\r\nContent-Type: application/edi-x12\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def whole(connection: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_request_in_hand_is_answered_when_the_service_is_stopped(demo: Demo, riverbend: str) -> None:
    """SIGTERM while half of a request is sent: it is answered whole, nobody else is let in, and the log is sealed."""
    sent = request(riverbend, inquiry(ASKED))
    with process(demo.workspace.home) as (running, port):
        with socket.create_connection(("127.0.0.1", port), timeout=STOPS_WITHIN_SECONDS) as connection:
            connection.sendall(sent[:-50])
            time.sleep(0.5)
            running.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=5)
            connection.sendall(sent[-50:])
            answer = whole(connection)
        assert running.wait(STOPS_WITHIN_SECONDS) == ExitCode.OK
        told = running.stderr.read() if running.stderr else ""
    head, _blank, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert segments_of(body, "EB*1")
    assert segments_of(body, "IEA")
    assert '"event":"request answered"' in told
    assert not any(secret in told for secret in ("AMBLE", "ROSA", "HS1000001", "1979", "T-1", riverbend))
    assert demo.workspace.sealer.verify().is_whole


def test_the_page_does_what_it_says(
    demo: Demo, riverbend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started, asked in three ways and stopped with the commands of the page, each as it stands."""
    if shutil.which("curl") is None:
        pytest.skip("the page asks with curl, which is not installed")
    folder = tmp_path / "page"
    folder.mkdir()
    program = folder / "hpedi"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m hpedi "$@"\n')
    program.chmod(0o755)
    steps = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    script = "set -e -m\n" + "echo ---\n".join(steps).replace(ANY_PORT, str(free_port()))
    surroundings = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "KEY": riverbend,
        "HPEDI_HOME": str(demo.workspace.home),
        "PYTHONPATH": str(PROJECT),
    }
    ran = subprocess.run(
        ["bash", "-c", script],
        check=False,
        cwd=folder,
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == ExitCode.OK, ran.stderr
    _started, health, plain, mime, soap, _stopped = ran.stdout.split("---\n", 5)
    assert health.startswith('{"status":"ok"')
    assert all("ST*271*0001*005010X279A1~" in each and "EB*1" in each for each in (plain, mime, soap))
    assert all("Success" in each for each in (mime, soap))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--host", "0.0.0.0"), "beyond this machine"),  # noqa: S104
        (("--host", "somewhere.example"), "beyond this machine"),
        (("--tls-cert", str(PAGE)), "go together"),
    ],
)
def test_it_does_not_listen_beyond_the_machine_without_tls(
    demo: Demo, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], says: str
) -> None:
    """What would carry members' data in the open is refused before anything listens."""
    assert run_hpedi("--home", demo.workspace.home, "serve", *options) == ExitCode.USAGE
    assert says in capsys.readouterr().err
