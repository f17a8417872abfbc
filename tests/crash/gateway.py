"""Kills `hpedi watch` with -9 at chosen instants and says what the next one made of it.

    python -m tests.crash.gateway FOLDER --kills 500
    python -m tests.crash.gateway FOLDER --kills 100 --server postgresql+psycopg://...

One start workspace has files of two partners in their inboxes: claims, a test file, one that is cut off, one that is no
X12, one under another's name, one that comes twice. A pass takes them in, decides, pays and delivers. A child a trial
is killed in it, around a commit, fsync, link, rename or unlink, and another one goes on in peace. Each line of output
is a trial as JSON: where it was killed, and what is other than undisturbed of books, files that went out, and files
that lie in plain.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select

from hpedi.store.gateway_tables import arrival, schedule_run
from hpedi.store.tables import metadata, outbox
from tests.crash import trials
from tests.crash.trials import BUSINESS, Points, compile_all, is_sealed
from tests.databases import POSTGRESQL, SQLITE, Workspaces, engine_of
from tests.shared import PROJECT

FIRST: Final = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""When the first file arrived: the sample claims are of that time."""

SENT: Final = (
    ("riverbend", "01-riverbend.837"),
    ("prairielink", "02-prairielink.837"),
    ("riverbend", "05-test.837"),
    ("prairielink", "01-riverbend.837"),
    ("riverbend", "01-riverbend.837"),
    ("prairielink", "07-hospital.837"),
    ("prairielink", "04-not-x12.csv"),
    ("riverbend", "06-cut-off.837"),
)
"""Folder and sample, in the order of arrival; what is looked at twice comes last, so that the order is always so."""

SETTINGS: Final = """
[watch]
poll_seconds = 0.05
settle_seconds = 0

[schedules]
adjudicate = "every 24 hours"
pay = "every 24 hours"
prenote = "never"
deliver = "every 24 hours"
"""
HANGS_ON_THE_CLOCK: Final = frozenset({("outbox", "digest"), ("payment_file", "outbox")})
"""Columns of the books that are other each time: bytes with a moment in them, rows of which a server skips numbers."""

WATCH: Final = ("watch", "--once")
PROOF: Final = ("ledger", "proof")


class MorePoints(Points):
    """Counts links and unlinks too."""

    def install(self) -> None:
        """Wrap the calls that make something last, or go."""
        super().install()
        os.link = self.around(os.link)  # type: ignore[assignment]
        os.unlink = self.around(os.unlink)  # type: ignore[assignment]


def drop_files(home: Path) -> None:
    """Lay the files into the inboxes of a workspace, each at its moment."""
    for number, (folder, name) in enumerate(SENT):
        to = home / "inbox" / folder / f"{number}-{name}"
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / "samples" / "inbound" / name, to)
        moment = (int(FIRST.timestamp()) + number) * 1_000_000_000
        os.utime(to, ns=(moment, moment))


def state_of(home: Path) -> dict[str, object]:
    """Return what a pass leaves behind, as far as it does not hang on the clock."""
    found: dict[str, object] = {}
    with engine_of(home) as engine, engine.connect() as connection:
        for name, columns in BUSINESS.items():
            kept = [column for column in columns if (name, column) not in HANGS_ON_THE_CLOCK]
            chosen = [metadata.tables[name].c[column] for column in kept]
            found[name] = sorted(repr(tuple(row)) for row in connection.execute(select(*chosen)))
        noted = select(*(arrival.c[name] for name in ("partner", "size", "arrived_at", "state", "reason")))
        found["arrivals"] = sorted(repr(tuple(row)) for row in connection.execute(noted))
        answers = select(outbox.c.name, outbox.c.digest).where(outbox.c.kind == "ack")
        found["answers"] = sorted(map(repr, connection.execute(answers)))
        found["undelivered"] = connection.execute(select(outbox.c.id).where(outbox.c.delivered_at.is_(None))).all()
        found["unended"] = connection.execute(
            select(schedule_run.c.name).where(schedule_run.c.ended_at.is_(None))
        ).all()
    for root in ("outbox", "bank", "quarantine", "inbox", "taken", "staging"):
        found[root] = sorted(str(path.relative_to(home)) for path in (home / root).rglob("*") if path.is_file())
    return found


def faults_of(home: Path, expected: dict[str, object]) -> list[str]:
    """Return the names of what is other than undisturbed."""
    found = state_of(home)
    faults = [name for name, value in expected.items() if found[name] != value]
    status, _points = _run(home, PROOF)
    return [*faults, *([] if status == 0 else ["ledger proof"]), *([] if is_sealed(home) else ["audit log"])]


def _run(home: Path, words: Sequence[str], **trial: float) -> tuple[int, int]:
    return trials.run(["--home", str(home), *words], **trial)  # type: ignore[arg-type]


def main_trials() -> None:
    """Run the trials that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="An empty folder to work in.")
    parser.add_argument("--kills", type=int, default=500, help="How many; one in five at a random moment.")
    parser.add_argument("--server", help="A PostgreSQL to make databases in; SQLite if absent.")
    asked = parser.parse_args()
    os.environ["HPEDI_KEY"] = base64.b64encode(bytes(range(32))).decode()
    trials.Points = MorePoints  # type: ignore[misc] # what its children count
    with Workspaces.of(POSTGRESQL if asked.server else SQLITE, asked.server) as workspaces:
        start = asked.folder / "start"
        trials._anchor_beside(start)
        status, _points = trials.run(["--home", str(start), "init", "--demo", *workspaces.init_options()])
        assert status == 0, "init failed"
        with (start / "hpedi.toml").open("a") as settings:
            settings.write(SETTINGS)
        drop_files(start)
        first = trials._copy(workspaces, start, asked.folder / "first")
        for words in (WATCH, PROOF):
            compile_all(["--home", str(first), *words])
        for told in _tried(workspaces, start, asked):
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


def _tried(workspaces: Workspaces, start: Path, asked: argparse.Namespace) -> Iterator[dict[str, object]]:
    calm = trials._copy(workspaces, start, asked.folder / "calm")
    began = time.monotonic()
    _status, points = _run(calm, WATCH)
    seconds = time.monotonic() - began
    expected = state_of(calm)
    yield {"points": points, "seconds": round(seconds, 2), "arrivals": len(SENT), "faults": faults_of(calm, expected)}
    for number, trial in enumerate(_instants(asked.kills, points, seconds)):
        home = trials._copy(workspaces, start, asked.folder / f"trial-{number}")
        killed, _points = _run(home, WATCH, **trial)
        was_killed = os.WIFSIGNALED(killed) and os.WTERMSIG(killed) == signal.SIGKILL
        _run(home, WATCH)
        faults = faults_of(home, expected)
        yield {**trial, "killed": was_killed, "faults": faults}
        if not faults:
            workspaces.remove(home)


def _instants(kills: int, points: int, seconds: float) -> list[dict[str, float]]:
    dice = random.Random(20261122)  # noqa: S311 - moments to kill at, no secret
    at_random = kills // 5
    spread = kills - at_random
    chosen = [index * points // spread for index in range(spread)]
    return [
        *({"die_at": point} for point in chosen),
        *({"kill_after": dice.uniform(0, seconds)} for _each in range(at_random)),
    ]


if __name__ == "__main__":
    main_trials()
