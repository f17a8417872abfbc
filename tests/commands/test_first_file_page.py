"""The page for a new billing service is run as it stands: a key, a test file, a claim, its answers, its payment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.commands.test_access_page import Reader, is_as_shown, steps
from tests.gateway.parties import Home, running, wait_until
from tests.shared import PROJECT

PAGE: Final = PROJECT / "docs" / "first-file.md"
PORT: Final = "2222"
ANSWER_SECONDS: Final = 60
SSH_OPTIONS: Final = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
"""What spares the reader the question whether the server's key is the right one."""


class Desk:
    """The machine at which everybody of the page sits."""

    def __init__(self, folder: Path, reader: Reader, stack: ExitStack) -> None:
        """Begin with nothing running."""
        self._servers = Home(folder, config="servers")  # at which nobody signs in
        self._reader = reader
        self._stack = stack
        self._port = ""

    def run(self, line: str) -> str:
        """Run a line of the page and return what it printed."""
        if line.endswith(" &"):
            return self._start(line)
        if line.startswith("hpedi "):
            return self._reader.run(line)
        return self._shell(line)

    def _start(self, line: str) -> str:
        words = line.removeprefix("hpedi ").removesuffix(" &").replace(PORT, "0").split()
        started = self._stack.enter_context(running(self._servers, *words))
        if words[0] == "sftp":
            self._port = str(started.wait_listening())
        return ""

    def _shell(self, line: str) -> str:
        """Run a line in a shell; what is fetched is there once the watcher has answered."""
        wanted = line.replace("sftp ", f"sftp {SSH_OPTIONS} ", 1) if "| sftp" in line else line
        wanted = wanted.replace("| sftp ", f"| sftp {SSH_OPTIONS} ").replace(f"-P {PORT}", f"-P {self._port}")
        told = ""

        def done() -> bool:
            nonlocal told
            told = self._once(wanted)
            return "not found" not in told

        assert wait_until(done, ANSWER_SECONDS), told
        return told

    def _once(self, line: str) -> str:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "PYTHONPATH": str(PROJECT)}
        done = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr


@contextmanager
def desk(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Sit down at a machine of one's own."""
    home = Home(folder)
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HPEDI_KEY", raising=False)
    monkeypatch.setenv("HPEDI_HOME", str(home.workspace))
    monkeypatch.chdir(folder)
    with ExitStack() as stack:
        yield Desk(folder, Reader(capsys, monkeypatch), stack)


@pytest.mark.skipif(not shutil.which("sftp"), reason="OpenSSH's sftp is not there")
def test_the_page_is_true(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command prints what the page shows; in the end the billing service holds the 835 of its claim."""
    every = steps(PAGE)
    assert len(every) > 40
    with desk(tmp_path, capsys, monkeypatch) as machine:
        for command, shown in every:
            told = machine.run(command)
            assert is_as_shown(told, shown), f"$ {command}\n{told}"
    assert "TRN*1*900000001*" in (tmp_path / "900000001.835").read_text()
