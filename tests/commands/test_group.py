"""The command group: start-up, the workspace option, exit codes, and what a bug may say."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from hpedi.commands import COMMANDS, ExitCode
from hpedi.findings import Unavailable
from tests.commands.running import run_hpedi
from tests.shared import PROJECT

CANARY = "CANARYLASTNAME"


def fail_with(monkeypatch: pytest.MonkeyPatch, failure: BaseException) -> None:
    """Let the command `status` fail."""

    def body() -> None:
        raise failure

    monkeypatch.setattr(
        "hpedi.commands.CommandsOnDemand.get_command", lambda *_: click.Command("status", callback=body)
    )


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`hpedi --help` names every command and leaves with 0."""
    assert run_hpedi("--help") == ExitCode.OK
    told = capsys.readouterr().out
    assert all(name in told and summary in told for name, summary in COMMANDS.items())


def test_help_is_quick() -> None:
    """`hpedi --help` imports neither the store nor the guides nor the tables."""
    listing = "import sys; from hpedi.commands import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert imported.isdisjoint({"sqlalchemy", "lxml.etree", "rich.table", "structlog", "msgspec", "pyx12", "alembic"})


def test_cli_py_is_the_same_program() -> None:
    """`python cli.py` does what the console script does."""
    done = subprocess.run(
        [sys.executable, "cli.py", "--version"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("hpedi, version ")


def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command or option leaves with 2 and says which."""
    assert run_hpedi("remit-everything") == ExitCode.USAGE
    assert run_hpedi("--nonsense") == ExitCode.USAGE
    assert "remit-everything" in capsys.readouterr().err


@pytest.mark.parametrize("failure", [Unavailable("the database is locked"), OSError(28, "No space left on device")])
def test_the_world_failing_exits_75(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failure: Exception
) -> None:
    """A failure of the world leaves with 75 and asks to try again."""
    fail_with(monkeypatch, failure)
    assert run_hpedi("status") == ExitCode.TRY_AGAIN
    assert "again later" in capsys.readouterr().err


def test_an_interruption_exits_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C leaves with 130, never with a code that means findings."""
    fail_with(monkeypatch, KeyboardInterrupt())
    assert run_hpedi("status") == ExitCode.INTERRUPTED


def test_a_bug_exits_70_without_its_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bug leaves with 70 and shows where it happened, not its message, which may quote a value."""
    fail_with(monkeypatch, ValueError(f"bad name {CANARY}"))
    assert run_hpedi("status") == ExitCode.BUG
    told = capsys.readouterr()
    assert "ValueError" in told.err
    assert "test_group.py" in told.err
    assert CANARY not in told.err + told.out
