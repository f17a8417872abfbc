"""An hour of work: a file a second from ten partners in turn, and a payment run every five minutes.

Memory must stay where it was after the first minutes, no backlog may grow, and every file is followed to its end.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Final

from tests.commands.running import run_hpedi
from tests.gateway.accounts import faults, unanswered
from tests.gateway.arriving import make_home
from tests.gateway.parties import Home, Running, Server, running, send_by_openssh, wait_until
from tests.gateway.world import Sending

SECONDS_A_FILE: Final = 1.0
CLAIMS: Final = 100
MOST_BACKLOG: Final = 30
MOST_GROWTH: Final = 1.25
WARM_UP: Final = 0.2
LOOK_SECONDS: Final = 10.0
END_SECONDS: Final = 300
SETTINGS: Final = """
[schedules]
adjudicate = "every 10 seconds"
pay = "every 5 minutes"
deliver = "every 10 seconds"
"""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at a moment: seconds since the start, bytes of memory by command, files that wait."""

    at: float
    memory: dict[str, int]
    waiting: int


@dataclass(slots=True)
class Lasted:
    """What was seen, and what is wrong."""

    files: int = 0
    looks: list[Look] = field(default_factory=list)
    tracked: int = 0
    wrong: list[str] = field(default_factory=list)

    def told(self) -> Iterable[str]:
        """Yield it in words."""
        yield f"{self.files} files, {self.tracked} followed to their end"
        yield f"most files that waited: {max((each.waiting for each in self.looks), default=0)}"
        for name in self.looks[-1].memory if self.looks else ():
            first, last_seen = self._settled(name)
            yield f"{name}: {first / 1e6:.0f} MB, then {last_seen / 1e6:.0f} MB"

    def _settled(self, name: str) -> tuple[int, int]:
        """Return the most memory a command had just after it warmed up, and at the end."""
        settled = self.looks[int(len(self.looks) * WARM_UP) :]
        third = max(1, len(settled) // 3)
        return (
            max(each.memory.get(name, 0) for each in settled[:third]),
            max(each.memory.get(name, 0) for each in settled[-third:]),
        )

    def judge(self) -> None:
        """Say whether memory or backlog grew."""
        for name in self.looks[-1].memory:
            first, last_seen = self._settled(name)
            if last_seen > first * MOST_GROWTH:
                self.wrong.append(f"{name} grew from {first} to {last_seen} bytes")
        if max(each.waiting for each in self.looks) > MOST_BACKLOG:
            self.wrong.append("a backlog grew")


def last(place: Path, seconds: float) -> Lasted:
    """Work so long; return what was seen."""
    lasted = Lasted()
    home, sent = make_home(place, int(seconds / SECONDS_A_FILE), CLAIMS)
    config = home.workspace / "hpedi.toml"
    config.write_text(config.read_text() + SETTINGS)
    local = place / "local"
    local.mkdir()
    with running(home, "sftp", "--port", "0") as gate, running(home, "watch") as watcher:
        server = Server(gate.wait_listening())
        _send_steadily(home, server, sent, local, lasted, {"sftp": gate, "watch": watcher})
        lasted.files = len(sent)
        wait_until(lambda: not unanswered(home.workspace, sent), END_SECONDS, every=2.0)
    home.run("adjudicate")
    home.run("pay", "release")
    home.run("deliver")
    lasted.judge()
    lasted.wrong += faults(home.workspace, sent, {each.site for each in sent})
    _follow(home, sent, lasted)
    home.run("ledger", "proof", most=0)
    return lasted


def _send_steadily(
    home: Home, server: Server, sent: Sequence[Sending], local: Path, lasted: Lasted, watched: dict[str, Running]
) -> None:
    began, looked = time.monotonic(), 0.0
    for index, each in enumerate(sent):
        time.sleep(max(0.0, began + index * SECONDS_A_FILE - time.monotonic()))
        if not send_by_openssh(server, each, local):
            lasted.wrong.append(f"{each.site.id} {each.name} could not be sent")
        shutil.rmtree(local)
        local.mkdir()
        if time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            memory = {name: _memory(running_now.process.pid) for name, running_now in watched.items()}
            waiting = len([path for path in (home.workspace / "inbox").rglob("*") if path.is_file()])
            lasted.looks.append(Look(looked - began, memory, waiting))


def _memory(pid: int) -> int:
    """Return the bytes of memory that a process has now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def _follow(home: Home, sent: Sequence[Sending], lasted: Lasted) -> None:
    """Follow every file by `track`, in this process: to start thousands would take longer than the trial."""
    os.environ.update(home.environment)
    for each in sent:
        with redirect_stdout(StringIO()) as told:
            run_hpedi("--home", home.workspace, "track", each.digest, "--json")
        track = json.loads(told.getvalue() or "{}").get("track", {})
        if track.get("is_at_end") and not track.get("is_bad"):
            lasted.tracked += 1
        else:
            lasted.wrong.append(f"{each.site.id} {each.name} cannot be followed to its end")
