"""Kills `hpedi keys rotate`, `backup` and `restore` with -9 at chosen instants, and says what was there then and later.

Run as a program, as `tests.crash.trials` is: instants are points around commits, fsyncs and renames. Each line of
output is a trial as JSON: `open` says which keys opened everything after the kill, `equal` whether books and files are
those of before once the command was run again, `sealed` whether the audit log is whole.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from shutil import copy, copytree
from typing import Final

import click

import hpedi.commands.backing_up
import hpedi.commands.restoring
import hpedi.commands.rotation  # noqa: F401 - imported once, before the forks
from hpedi.commands.workspace import open_workspace
from hpedi.safekeeping.backup_file import BackupFile
from hpedi.store.sealed_columns import SEALED
from tests.crash.trials import compile_all, is_sealed, run, state_of
from tests.keeping.books import NEW_KEY
from tests.pipeline.conftest import KEY
from tests.safety.samples import DAY, INBOUND, RECEIVED

ANCHOR: Final = "HPEDI_AUDIT_ANCHOR"


def opens(home: Path, key: str) -> bool:
    """Say whether a key opens a workspace; if it does, everything sealed in it has to open."""
    os.environ["HPEDI_KEY"] = key
    try:
        workspace = open_workspace(home)
    except click.UsageError:
        return False
    with workspace.database.reading() as connection:
        for each in SEALED:
            for row in connection.execute(each.column.table.select()):
                workspace.vault.open(row._mapping[each.column], each.context(row))
    for digest in workspace.files.digests():
        assert all(workspace.files.chunks(digest))
    workspace.database.close()
    return True


def trial_of_rotation(home: Path, point: int) -> dict[str, object]:
    """Kill a rotation, and run it again if it is not at its end."""
    status, _seen = run(["--home", str(home), "keys", "rotate"], die_at=point)
    keys = [name for name, key in (("old", KEY), ("new", NEW_KEY)) if opens(home, key)]
    os.environ["HPEDI_KEY"] = KEY
    again = run(["--home", str(home), "keys", "rotate"])[0] if "old" in keys else 0
    is_ended = opens(home, NEW_KEY) and not opens(home, KEY)
    os.environ["HPEDI_KEY"] = NEW_KEY
    run(["--home", str(home), "keys", "show"])  # whatever command comes next seals what the kill left
    return {"killed": was_killed(status), "open": keys, "again": again, "ended": is_ended, **seen(home)}


def trial_of_backup(home: Path, point: int) -> dict[str, object]:
    """Kill a backup: its file is whole or not there; the next one is made all the same."""
    target = home.parent / "first.backup"
    status, _seen = run(["--home", str(home), "backup", str(target)], die_at=point)
    if target.exists():
        BackupFile(target, open_workspace(home).keys.given).verify()
    later = home.parent / "second.backup"
    again, _seen = run(["--home", str(home), "backup", str(later)])
    BackupFile(later, open_workspace(home).keys.given).verify()
    return {"killed": was_killed(status), "open": ["old"], "again": again, "ended": True, **seen(home)}


def trial_of_restoration(home: Path, point: int) -> dict[str, object]:
    """Kill a restoration: the workspace is there whole or not at all."""
    backup, place = home.parent / "kept.backup", home.parent / "place"
    assert run(["--home", str(home), "backup", str(backup)])[0] == 0
    command = ["--home", str(place), "restore", str(backup)]
    status, _seen = run(command, die_at=point)
    again = 0 if place.exists() else run(command)[0]
    is_ended = opens(place, KEY)
    assert run(["--home", str(place), "audit", "verify"])[0] == 0
    return {"killed": was_killed(status), "open": ["old"], "again": again, "ended": is_ended, **seen(place)}


TRIALS: Final = {"rotate": trial_of_rotation, "backup": trial_of_backup, "restore": trial_of_restoration}


def commands_of(name: str, home: Path) -> list[list[str]]:
    """Return what has to be run on a workspace for a command to be undisturbed; it is the last of them."""
    target = home.parent / "calm.backup"
    commands = {
        "rotate": ["--home", str(home), "keys", "rotate"],
        "backup": ["--home", str(home), "backup", str(target)],
        "restore": ["--home", str(home.parent / "calm place"), "restore", str(target)],
    }
    return [commands["backup"], commands[name]] if name == "restore" else [commands[name]]


def points_of(name: str, home: Path) -> int:
    """Count the points that the undisturbed command passes."""
    *before, command = commands_of(name, home)
    for each in before:
        run(each)
    status, points = run(command)
    assert status == 0, f"{name} failed"
    return points


def was_killed(status: int) -> bool:
    """Say whether a child died of -9."""
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def seen(home: Path) -> dict[str, object]:
    """Return what a workspace comes to."""
    return {"state": state_of(home), "sealed": is_sealed(home)}


def prepared(folder: Path) -> Path:
    """Make a workspace in which the sample files are received and decided."""
    home = folder / "start" / "home"
    home.parent.mkdir(parents=True)
    os.environ[ANCHOR] = str(home.parent / "anchor")
    day, received = list(DAY), list(RECEIVED)
    files = [str(path) for path in INBOUND]
    for command in (["init", "--demo"], ["receive", *received, *files], ["adjudicate", *day]):
        run(["--home", str(home), *command])
    return home


def copied(home: Path, folder: Path) -> Path:
    """Copy a workspace with its anchor."""
    folder.mkdir()
    copy(home.parent / "anchor", folder / "anchor")
    os.environ[ANCHOR] = str(folder / "anchor")
    return Path(copytree(home, folder / "home"))


def main_kills() -> None:
    """Run the trials that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="An empty folder to work in.")
    parser.add_argument("name", choices=TRIALS)
    parser.add_argument("--points", type=int, default=20, help="How many points, evenly spread.")
    asked = parser.parse_args()
    os.environ.update({"HPEDI_KEY": KEY, "HPEDI_NEW_KEY": NEW_KEY, "XDG_CONFIG_HOME": str(asked.folder / "config")})
    start = prepared(asked.folder)
    expected = state_of(start)
    for command in commands_of(asked.name, copied(start, asked.folder / "first")):
        compile_all(command)
    points = points_of(asked.name, copied(start, asked.folder / "calm"))
    for point in sorted({index * points // asked.points for index in range(asked.points)}):
        os.environ["HPEDI_KEY"] = KEY
        home = copied(start, asked.folder / f"trial-{point}")
        told = TRIALS[asked.name](home, point)
        told["equal"] = told.pop("state") == expected
        sys.stdout.write(json.dumps({"die_at": point, "points": points, **told}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main_kills()
