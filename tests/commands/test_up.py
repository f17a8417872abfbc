"""`hpedi up` over its real programs: at work, a watcher killed, itself killed, stopped, refused."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from hpedi.commands.up_settings import PROGRAMS, UpSettings, parameters, programs, read_up_settings, wanted_programs
from hpedi.commands.workspace import context_for, open_workspace
from hpedi.store.audit import Sought
from tests.commands.processes import WITHIN_SECONDS, is_running, until
from tests.commands.running import run_hpedi
from tests.databases import Workspaces
from tests.pipeline.conftest import KEY
from tests.pipeline.conftest import loaded_home as loaded_home  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.storeless  # processes are the same over every database: once is enough

ANY_PORT = '["--port", "0"]'
SETTINGS = f"[up]\nsftp = {ANY_PORT}\nmetrics = {ANY_PORT}\nwebhooks = true\nwatchers = 1\n"


@pytest.fixture
def home(workspaces: Workspaces, loaded_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the sample payer."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return workspaces.copy(loaded_home, tmp_path / "home")


@dataclass
class Running:
    """`hpedi up` as a process, with what it said so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def lines(self, beginning: str) -> list[str]:
        """Return the lines that begin with words."""
        return [line for line in self.said if line.startswith(beginning)]

    def children(self) -> list[int]:
        """Return its processes."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(each) for each in found]


@contextmanager
def up(home: Path, settings: str = SETTINGS) -> Iterator[Running]:
    """Start it with settings, until the block ends."""
    with (home / "hpedi.toml").open("a") as config:
        config.write(settings)
    command = [sys.executable, "-m", "hpedi", "--home", str(home), "up"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        running = Running(process)
        assert process.stderr is not None
        reader = threading.Thread(target=lambda: running.said.extend(process.stderr or ()), daemon=True)
        reader.start()
        try:
            yield running
        finally:
            process.kill()
            reader.join(WITHIN_SECONDS)


def is_free(port: int) -> bool:
    """Say whether a port can be had."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_all_are_at_work_until_they_are_stopped(home: Path) -> None:
    """All four come up in order, a watcher that is killed comes again, SIGTERM ends all and seals the audit log."""
    with up(home) as running:
        until(lambda: len(running.lines("listening on")) == 2)
        assert [line.split()[0] for line in running.said if "host key" not in line] == [
            "listening", "sending", "watching", "listening"
        ]  # fmt: skip
        first = running.children()
        assert len(first) == 4
        watcher = next(pid for pid in first if b"watch\0" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(watcher, signal.SIGKILL)
        until(lambda: len(running.lines("watching")) == 2)
        assert run_hpedi("--home", home, "up") == ExitCode.USAGE
        every = {*first, *running.children()}
        running.process.terminate()
        assert running.process.wait(WITHIN_SECONDS) == ExitCode.OK
        assert not any(map(is_running, every))
    assert running.said[-1] == "stopped\n"
    workspace = open_workspace(home)
    assert workspace.sealer.verify().is_whole
    with workspace.books.reading(context_for(None)) as work:
        (told,) = work.audit.find(Sought(action="up"))
    assert (told.principal, told.result) == (
        "system:operator",
        "begun: metrics, webhooks send, watch, sftp",
    )


def test_nothing_outlives_it(home: Path) -> None:
    """After kill -9 of the supervisor its processes are gone, and their ports free."""
    with up(home, f"[up]\nsftp = {ANY_PORT}\nmetrics = false\nwatchers = 0\n") as running:
        until(lambda: running.lines("listening on"))
        port = int(running.lines("listening on")[0].rpartition(":")[2])
        children = running.children()
        running.process.kill()
        until(lambda: not any(map(is_running, children)))
        until(lambda: is_free(port))  # its last thread gives it back


# --- what it would run -----------------------------------------------------------------------------------------------


def words(settings: str, tmp_path: Path, *without: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return name and words of what would run."""
    (tmp_path / "hpedi.toml").write_text(settings)
    found = programs(read_up_settings(tmp_path), ("--home", "h"), without)
    return [(each.name, each.words[each.words.index("h") + 1 :]) for each in found]


def test_settings_say_what_runs(tmp_path: Path) -> None:
    """Without settings: figures, a watcher and the SFTP server; options are passed on; several watchers have names."""
    assert words("", tmp_path) == [("metrics", ("metrics",)), ("watch", ("watch",)), ("sftp", ("sftp",))]
    asked = '[up]\nmetrics = false\nwatchers = 2\nserve = ["--port", "1"]\nwebhooks = true\n'
    assert words(asked, tmp_path, "sftp") == [
        ("webhooks send", ("webhooks", "send")),
        ("serve", ("serve", "--port", "1")),
        ("watch 1", ("watch",)),
        ("watch 2", ("watch",)),
    ]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("[up]\nsftpp = true\n", "sftpp under [up] is no setting; these are: metrics"),
        ("[up]\nwatchers = -1\n", "[up]: Expected"),
        ('[up]\nserve = ["--prot", "1"]\n', "serve under [up]: No such option"),
        ("[up]\nsftp = false\nmetrics = false\nwatchers = 0\n", "nothing is to run"),
    ],
)
def test_wrong_settings_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str, says: str
) -> None:
    """What nobody would read is told before anything starts."""
    (tmp_path / "hpedi.toml").write_text(f'id = "a"\nkey_file = "k"\ndatabase = "sqlite:///b"\n{settings}')
    assert run_hpedi("--home", tmp_path, "up", "--dry-run") == ExitCode.USAGE
    assert says in capsys.readouterr().err


def test_each_program_is_a_command() -> None:
    """Each program that can be asked for is a setting and a command."""
    assert {each.setting for each in PROGRAMS} <= set(UpSettings.__struct_fields__)
    for program, options in wanted_programs(UpSettings(serve=True, webhooks=True)):
        parameters(program, options)
