"""The page about access is run as it stands: a billing service is registered, approved, allowed, refused, and ended."""

from __future__ import annotations

import base64
import io
import re
import shlex
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.commands.running import run_hpedi
from tests.databases import kept_in
from tests.shared import PROJECT

PAGE: Final = PROJECT / "docs" / "access.md"
SECRET: Final = re.compile(r"^(\S+): .*shown only now: (\S+)$", re.MULTILINE)
PIN: Final = re.compile(r"Your PIN is (\d+)")


class Reader:
    """Somebody who does what the page says, and notes the passwords and the PIN that are shown once."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin knowing nothing."""
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self._passwords: dict[str, str] = {}
        self._pin = ""
        self._login = ""

    def run(self, line: str) -> str:
        """Run a line of the page and return what it printed."""
        words = shlex.split(line.removeprefix("hpedi "))
        words = [self._pin if word == "PIN" else word for word in words]
        typed = self._typed(words)
        if typed:
            self._monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{each}\n" for each in typed)))
            words.append("--password-stdin")
        run_hpedi(*words)
        told = self._capsys.readouterr()
        text = told.out + told.err
        self._passwords |= {match[1]: match[2] for match in SECRET.finditer(text)}
        self._pin = match[1] if (match := PIN.search(text)) else self._pin
        return text

    def _typed(self, words: list[str]) -> list[str]:
        """Return the passwords that a command asks for; each person's new one is made up here."""
        if words[0] == "login":
            self._login = words[1]
            return [self._passwords[self._login]]
        if words != ["user", "password"]:
            return []
        old, new = self._passwords[self._login], f"{len(self._passwords)} horses, correct, and a battery"
        self._passwords[self._login] = new
        return [old, new]


def steps(page: Path) -> list[tuple[str, str]]:
    """Return each command of a page with the output that it shows."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(), flags=re.DOTALL)
    return [
        (command, shown.rstrip("\n"))
        for block in blocks
        for command, _newline, shown in (step.partition("\n") for step in block.split("$ ")[1:])
    ]


def is_as_shown(told: str, shown: str) -> bool:
    """Say whether an output is what the page shows; three dots stand for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.split("..."))
    return re.fullmatch(pattern, told.rstrip("\n"), flags=re.DOTALL) is not None


def follow(page: Path, folder: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what a page says, in its order, on a fresh workspace; each command prints what the page shows."""
    monkeypatch.chdir(PROJECT)
    for name, value in {
        "HPEDI_HOME": str(folder / "workspace"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "HPEDI_KEY": base64.b64encode(bytes(32)).decode(),
    }.items():
        monkeypatch.setenv(name, value)
    every = steps(page)
    assert len(every) > 20
    for command, shown in every:
        told = reader.run(command)
        assert is_as_shown(told, shown), f"$ {command}\n{told}"


def test_the_page_is_true(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the page prints what the page shows, in its order, on a fresh workspace."""
    reader = Reader(capsys, monkeypatch)
    follow(PAGE, tmp_path, reader, monkeypatch)
    answers = "".join(path.read_text() for path in (tmp_path / "workspace" / "outbox" / "prairielink").glob("*.ack"))
    assert answers.count("STC*A3:496:85") > 1
    assert_nothing_plain(tmp_path, reader)


def assert_nothing_plain(folder: Path, reader: Reader) -> None:
    """No password, PIN or Tax ID stands in the workspace's database or in the session file's folder."""
    kept = kept_in(folder / "workspace")
    for secret in (*reader._passwords.values(), reader._pin, "410000202"):
        assert secret.encode() not in kept
    assert b"lakeside" in kept, "the search finds nothing at all"
    sessions = list((folder / "config" / "hpedi").glob("*.session"))
    assert [path.stat().st_mode & 0o777 for path in sessions] == [0o600]
