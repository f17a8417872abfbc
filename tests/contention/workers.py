"""Writers and readers: processes that run hpedi's commands one after another until their time is over.

Each tells the files of its own folder what it did: `commands.jsonl`, a line a command, and for writers `known.jsonl`,
numbers of claims and payments that readers ask about.
"""

from __future__ import annotations

import io
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks import claims_837p
from hpedi.commands import ExitCode, main
from tests.contention.claims import MEMBERS, accounts, file_of

RECEIVED: Final = "2026-03-02T09:00:00-06:00"
FIRST_DAY: Final = date(2026, 3, 16)
ROUNDS_A_DAY: Final = 15
"""A day has 36 ACH files at most, of both writers."""

QUESTIONS: Final = (
    ("account", ("status", "--json")),
    ("account", ("audit", "verify", "--json")),
    ("account", ("inquire", "claim", "--patient-account", "?", "--json")),
    ("claim", ("inquire", "claim", "?", "--json")),
    ("claim", ("explain", "?", "--json")),
    ("payment", ("inquire", "remittance", "?", "--json")),
    ("payment", ("inquire", "payment", "--number", "?", "--json")),
    ("member", ("inquire", "member", "?", "--json")),
)
"""What readers ask: the kind of number that stands for the question mark, which must be known by then; the words."""


@dataclass
class Worker:
    """Somebody who runs commands on a workspace."""

    home: Path
    folder: Path
    name: str
    until: float

    def run(self, *words: str) -> list[dict[str, Any]]:
        """Run a command; note its exit code and errors, and return its JSON."""
        out, errors, began = io.StringIO(), io.StringIO(), time.monotonic()
        with redirect_stdout(out), redirect_stderr(errors):
            try:
                main(["--home", str(self.home), *words])
            except SystemExit as ended:
                code = int(ended.code or 0)
        seconds = round(time.monotonic() - began, 3)
        said = {"who": self.name, "words": words, "code": code, "seconds": seconds, "errors": errors.getvalue()}
        self._note("commands", said)
        return [json.loads(line) for line in out.getvalue().splitlines() if line.startswith("{")]

    def write(self, writer: int) -> None:
        """Send, decide, pay and deliver, a file a round."""
        round_ = 0
        while time.monotonic() < self.until:
            path = self.folder / f"{self.name}-{round_:05d}.837"
            path.write_bytes(file_of(writer, round_))
            day = ("--as-of", f"{FIRST_DAY + timedelta(days=round_ // ROUNDS_A_DAY)}")
            self.run("receive", "--json", "--received", RECEIVED, str(path))
            decided = self.run("adjudicate", "--json", *day)
            paid = self.run("pay", "release", "--json", *day)
            self.run("deliver", "--json")
            for claim in (each for line in decided for each in line["adjudicated"]["first"]):
                self._note("known", {"claim": claim["claim"]})
            for payment in (each for line in paid for each in line["paid"]["released"]):
                self._note("known", {"payment": payment["trace_number"]})
            for account in accounts(writer, round_):
                self._note("known", {"account": account})
            self._note("known", {"member": claims_837p.claim(round_ % MEMBERS).subscriber.member_id})
            round_ += 1

    def read(self, reader: int) -> None:
        """Ask one question after another about what writers wrote."""
        dice = random.Random(reader)  # noqa: S311 - which question comes next, no secret
        while time.monotonic() < self.until:
            kind, words = dice.choice(QUESTIONS)
            numbers = [number for each, number in _known(self.folder) if each == kind]
            if numbers:
                self.run(*(dice.choice(numbers) if word == "?" else word for word in words))

    def _note(self, name: str, what: dict[str, Any]) -> None:
        with (self.folder / f"{self.name}.{name}.jsonl").open("a") as out:
            out.write(json.dumps(what) + "\n")


def _known(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.glob("*.known.jsonl"):
        for line in path.read_text().splitlines(keepends=True)[-100:]:
            if line.endswith("\n"):
                yield from json.loads(line).items()


def commands_of(folder: Path) -> list[dict[str, Any]]:
    """Return every command that was run."""
    return [json.loads(line) for path in sorted(folder.glob("*.commands.jsonl")) for line in path.open()]


def start(work: Callable[[], None]) -> int:
    """Do work in a process of its own; return its id."""
    child = os.fork()
    if child:
        return child
    code = int(ExitCode.BUG)
    try:
        work()
        code = int(ExitCode.OK)
    finally:
        os._exit(code)
