"""A trial: two writers and four readers on one workspace for some time, and what is wrong afterwards."""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from benchmarks.claims_837p import write_payer_folder
from hpedi.commands import ExitCode
from tests.contention.checks import decided, wrong
from tests.contention.claims import MEMBERS, WRITERS, accounts, file_of
from tests.contention.workers import RECEIVED, Worker, commands_of, start

READERS: Final = 4
ACCOUNT: Final = re.compile(r"W(\d)-(\d{5})-\d")


@dataclass
class Outcome:
    """What a trial was and what came of it; `wrong` and `unwell` are empty where all is well.

    Attributes:
        seconds: How long the writers and readers were at it.
        commands: How many commands they ran, by their first words.
        slowest: Seconds of the slowest command.
        claims: How many claims were sent, decided and paid.
        unwell: Commands with another exit code than 0, or with anything on the standard error.
        wrong: What is not true of the books.
    """

    seconds: float
    commands: dict[str, int]
    slowest: float
    claims: int
    unwell: list[dict[str, Any]]
    wrong: list[str] = field(default_factory=list)


def run_trial(folder: Path, seconds: float, url: str | None = None, replay_url: str | None = None) -> Outcome:
    """Run a trial.

    Args:
        folder: An empty one.
        seconds: For how long.
        url: The empty database of the workspace; its own file if None.
        replay_url: The same, for the workspace in which one process does the same again.
    """
    write_payer_folder(folder / "payer", MEMBERS)
    home = _workspace(folder, "home", url)
    _compile_guides(folder / "guides")
    until = time.monotonic() + seconds
    writers = [partial(Worker(home, folder, f"writer-{each}", until).write, each) for each in range(WRITERS)]
    readers = [partial(Worker(home, folder, f"reader-{each}", until).read, each) for each in range(READERS)]
    with _settings(folder, "home"):
        ended = [os.waitpid(child, 0)[1] for child in [start(work) for work in (*writers, *readers)]]
        commands = commands_of(folder)
        auditor = Worker(home, folder, "auditor", 0)
        verified = auditor.run("audit", "verify", "--json")
        sent = [each for path in folder.glob("writer-*.837") for each in accounts(*_sender(path.stem))]
        found = list(wrong(home, sent))
    outcome = Outcome(
        seconds=seconds,
        commands=_counted(commands),
        slowest=max(each["seconds"] for each in commands),
        claims=len(sent),
        unwell=[each for each in commands_of(folder) if each["code"] != ExitCode.OK or each["errors"]],
        wrong=found,
    )
    if any(ended):
        outcome.wrong.append("a writer or reader did not end by itself")
    if not verified or not verified[0]["verified"]["whole"] or verified[0]["verified"]["unsealed"]:
        outcome.wrong.append("the audit log is not whole and sealed")
    outcome.wrong += _replayed(folder, home, replay_url)
    return outcome


def _compile_guides(folder: Path) -> None:
    """Compile the guides before the forks, so that each process has them."""
    folder.mkdir()
    file = folder / "first.837"
    file.write_bytes(file_of(0, 0))
    Worker(folder, folder, "guides", 0).run("validate", str(file))


def _replayed(folder: Path, home: Path, url: str | None) -> Iterator[str]:
    """Do the same in the same order in one process, and yield what comes out otherwise."""
    with _settings(folder, "home"):
        first = decided(home)
    again = _workspace(folder, "again", url)
    with _settings(folder, "again"):
        for day, same_day in groupby(first.items(), key=lambda item: item[1].day):
            files = list(dict.fromkeys(_sender_of(account) for account, _decided in same_day))
            paths = [folder / f"writer-{writer}-{round_:05d}.837" for writer, round_ in files]
            alone = Worker(again, folder, "replay", 0)
            alone.run("receive", "--received", RECEIVED, *map(str, paths))
            alone.run("adjudicate", "--as-of", str(day))
        second = decided(again)
    different = [account for account in first if account not in second or first[account] != second[account]]
    if different or list(first) != list(second):
        yield f"{len(different)} claims come to other money in one process, for example {different[:1]}"


def _workspace(folder: Path, name: str, url: str | None) -> Path:
    with _settings(folder, name):
        setting_up = Worker(folder / name, folder, "operator", 0)
        setting_up.run("init", *(("--database", url) if url else ()))
        setting_up.run("load", str(folder / "payer"))
    return folder / name


@contextmanager
def _settings(folder: Path, name: str) -> Iterator[None]:
    """Keep the key and the anchor of a workspace in the folder of the trial."""
    settings = {
        "HPEDI_KEY": base64.b64encode(bytes(range(32))).decode(),
        "HPEDI_AUDIT_ANCHOR": str(folder / f"{name}.anchor"),
    }
    before = {setting: os.environ.get(setting) for setting in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for setting, value in before.items():
            os.environ.pop(setting)
            if value is not None:
                os.environ[setting] = value


def _counted(commands: list[dict[str, Any]]) -> dict[str, int]:
    names = [" ".join(word for word in each["words"][:2] if word.isalpha()) for each in commands]
    return {name: names.count(name) for name in sorted(set(names))}


def _sender(stem: str) -> tuple[int, int]:
    _name, writer, round_ = stem.split("-")
    return int(writer), int(round_)


def _sender_of(account: str) -> tuple[int, int]:
    found = ACCOUNT.fullmatch(account)
    if found is None:
        raise ValueError("no claim of a writer")
    return int(found[1]), int(found[2])
