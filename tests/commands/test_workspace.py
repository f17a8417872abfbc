"""The workspace: its settings, its key."""

from __future__ import annotations

import base64
from pathlib import Path

import click
import pytest

from hpedi.commands.settings import absolute, read_settings
from hpedi.commands.workspace import create, open_workspace
from hpedi.x12.limits import Limits
from tests.databases import Workspaces

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def home(workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    create(tmp_path / "home", workspaces.url())
    return tmp_path / "home"


def test_limits_are_settings(home: Path) -> None:
    """A limit under [limits] holds; the others keep their usual values."""
    assert open_workspace(home).limits == Limits()
    with (home / "hpedi.toml").open("a") as config:
        config.write("[limits]\nsets_in_interchange = 3\n")
    limits = open_workspace(home).limits
    assert (limits.sets_in_interchange, limits.elements) == (3, Limits().elements)


@pytest.mark.parametrize("line", ["sets = 3", "elements = 0", 'elements = "many"', "elements = true"])
def test_what_is_no_limit_is_refused(home: Path, line: str) -> None:
    """A name that is not known or a value below one is told, with the file and the names there are."""
    with (home / "hpedi.toml").open("a") as config:
        config.write(f"[limits]\n{line}\n")
    with pytest.raises(click.UsageError, match=r"hpedi\.toml: .* is no limit; these are: components, elements"):
        open_workspace(home)


def test_the_key_lies_outside_the_workspace(
    workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`init` puts the key where only its owner reads it, and nothing opens without it."""
    monkeypatch.delenv("HPEDI_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert create(tmp_path / "home", workspaces.url())
    (key,) = (tmp_path / "config" / "hpedi").iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert not create(tmp_path / "home")
    key.write_bytes(bytes(range(200, 232)))
    with pytest.raises(click.UsageError, match=r"\.key holds no workspace key, which is base64 of 32 bytes"):
        open_workspace(tmp_path / "home")
    key.unlink()
    with pytest.raises(click.UsageError, match="the workspace key is missing"):
        open_workspace(tmp_path / "home")


@pytest.mark.usefixtures("only_sqlite")
def test_a_lost_database_is_never_made_anew(home: Path) -> None:
    """A workspace whose database is gone says so: an empty one would have old files paid again."""
    (home / "hpedi.sqlite3").unlink()
    for attempt in (lambda: open_workspace(home), lambda: create(home)):
        with pytest.raises(click.UsageError, match="bring it back from a backup"):
            attempt()
    assert not (home / "hpedi.sqlite3").exists()


def test_a_killed_init_is_made_good(workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database without settings is what a killed `init` leaves: the next one takes it up."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    url = workspaces.url()
    monkeypatch.setattr("hpedi.commands.workspace.write_settings", _killed)
    with pytest.raises(KeyboardInterrupt):
        create(tmp_path / "home", url)
    monkeypatch.undo()
    monkeypatch.setenv("HPEDI_KEY", KEY)
    assert create(tmp_path / "home", url)
    open_workspace(tmp_path / "home")


def test_a_database_is_of_one_workspace(home: Path, tmp_path: Path) -> None:
    """A second workspace is not made in a database that holds the books of another one."""
    url = read_settings(home).database
    with pytest.raises(click.UsageError, match="the books of another workspace"):
        create(tmp_path / "second", absolute(url, home))
    assert not (tmp_path / "second" / "hpedi.toml").exists()
    assert not create(home)


def _killed(*_said: object, **_changed: str) -> None:
    raise KeyboardInterrupt
