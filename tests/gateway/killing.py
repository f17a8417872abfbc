"""Servers and watchers that are killed with -9 again and again while files come in and payments go out.

Each process is forked from one that has everything compiled, counts the instants around its commits, fsyncs, links and
renames, and dies at one of them; others are killed at random moments. Whoever died is started again. In the end all is
left in peace, and nothing may be lost, doubled or out of balance.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

from hpedi.commands import main
from tests.crash.gateway import MorePoints
from tests.crash.trials import Points, compile_all
from tests.gateway.accounts import faults, unanswered
from tests.gateway.arriving import make_home
from tests.gateway.parties import Home, Server, send_by_openssh, wait_until
from tests.gateway.world import Sending

WATCHERS: Final = 2
MOST_POINTS: Final = 60
MOST_SECONDS: Final = 4.0
BY_POINT: Final = 0.7
ANSWER_SECONDS: Final = 300
SETTINGS: Final = """
[schedules]
adjudicate = "every 2 seconds"
pay = "every 30 seconds"
deliver = "every 2 seconds"
"""
"""Paid so often that runs are cut off, and so seldom that a day's 36 Nacha files outlast the longest trial."""


@dataclass(slots=True)
class Kills:
    """How often who was killed, how many files were sent meanwhile, and what is wrong now."""

    killed: Counter[str] = field(default_factory=Counter)
    files: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Mortal:
    """A process that will die."""

    words: tuple[str, ...]
    pid: int
    dies_at: float


class Keeper:
    """Starts whoever died, and kills those whose time has come."""

    def __init__(self, home: Home, port: int, dice: random.Random, kills: Kills) -> None:
        """Begin with nobody running."""
        self._home = home
        self._dice = dice
        self._kills = kills
        self._wanted = [("sftp", "--port", str(port)), *([("watch",)] * WATCHERS)]
        self._living: list[Mortal] = []

    def look(self) -> None:
        """Bury the dead, kill the due, and start anew."""
        for mortal in list(self._living):
            if time.monotonic() > mortal.dies_at:
                os.kill(mortal.pid, signal.SIGKILL)
                os.waitpid(mortal.pid, 0)
                self._bury(mortal)
            elif os.waitpid(mortal.pid, os.WNOHANG)[0]:
                self._bury(mortal)
        missing = Counter(self._wanted) - Counter(mortal.words for mortal in self._living)
        self._living += [self._born(words) for words in missing.elements()]

    def _bury(self, mortal: Mortal) -> None:
        self._living.remove(mortal)
        self._kills.killed[mortal.words[0]] += 1

    def _born(self, words: tuple[str, ...]) -> Mortal:
        by_point = self._dice.random() < BY_POINT
        point = self._dice.randrange(MOST_POINTS) if by_point else None
        lives = 30.0 if by_point else self._dice.uniform(0.05, MOST_SECONDS)
        pid = os.fork()
        if pid == 0:
            _live(["--home", str(self._home.workspace), *words], MorePoints(point))
        return Mortal(words, pid, time.monotonic() + lives)

    def end(self) -> None:
        """Kill all that live."""
        for mortal in self._living:
            with suppress(ProcessLookupError):
                os.kill(mortal.pid, signal.SIGKILL)
            os.waitpid(mortal.pid, 0)
        self._living.clear()


def _live(arguments: Sequence[str], points: Points) -> NoReturn:
    """Run hpedi in a forked child until it dies."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    if "HPEDI_TRIALS_LOUD" not in os.environ:
        os.dup2(quiet, 2)
    points.install()
    code = 70
    try:
        main(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        os._exit(code)


def kill_again_and_again(place: Path, kills: int, port: int, claims: int = 3, seed: int = 94267) -> Kills:
    """Kill servers and watchers so many times while files come; return what was found afterwards."""
    told = Kills()
    dice = random.Random(seed)  # noqa: S311 - moments to kill at, no secret
    home, sent = make_home(place, kills, claims)
    config = home.workspace / "hpedi.toml"
    config.write_text(config.read_text() + SETTINGS)
    os.environ.update(home.environment)
    compile_all(["--home", str(home.workspace), "watch", "--once"])
    keeper = Keeper(home, port, dice, told)
    coming: list[Sending] = []
    local = place / "local"
    local.mkdir()
    try:
        for each in sent:
            if told.killed.total() >= kills:
                break
            coming.append(each)
            _send_surely(home, Server(port), each, local, keeper)
    finally:
        keeper.end()
    told.files = len(coming)
    told.wrong += _in_peace(home, coming)
    return told


def _send_surely(home: Home, server: Server, each: Sending, local: Path, keeper: Keeper) -> None:
    """Send a file until its sender is told that it is there: by SFTP, or into the folder as another server would."""
    if each.control_number % 2:
        keeper.look()
        folder = home.workspace / "inbox" / each.site.id
        folder.mkdir(parents=True, exist_ok=True)
        coming = folder / f".{each.name}"
        coming.write_bytes(each.content)
        coming.rename(folder / each.name)
        return
    while True:
        keeper.look()
        if send_by_openssh(server, each, local):
            return
        time.sleep(0.05)


def _in_peace(home: Home, sent: Sequence[Sending]) -> list[str]:
    """Let what is left be done by a watcher that nobody kills; return what is wrong then."""

    def done() -> bool:
        home.run("watch", "--once")
        return not unanswered(home.workspace, sent)

    wait_until(done, ANSWER_SECONDS)
    for words in (("adjudicate",), ("pay", "release"), ("deliver",)):
        home.run(*words)
    wrong = list(faults(home.workspace, sent, {each.site for each in sent}))
    for words in (("ledger", "proof"), ("audit", "verify")):
        try:
            home.run(*words, most=0)
        except RuntimeError as told:
            wrong.append(str(told))
    return wrong
