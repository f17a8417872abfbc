"""Work on payments killed by the hundred: `python -m tests.crash.payments --kills 300`.

Release, approval, delivery, void, reissue and the import of returns are each killed with -9 at an equal share of the
instants, half of them around commits and files and half at random moments, and run again. It must end with the
files and books of an undisturbed run and a clean `hpedi ledger proof`. Progress goes to standard error; the exit code
is 1 if a trial ends otherwise.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.crash.test_kill import DAY, LIMIT, RECEIVED, WORK_ON_PAYMENTS
from tests.crash.test_kill_bank import LATER
from tests.payments.ach.return_writer import Back, return_file
from tests.pipeline.payer_changes import changed_payer
from tests.pipeline.test_files_of_remittances import together
from tests.pipeline.test_proof import SENT
from tests.shared import PROJECT

UNTIL_RELEASED, UNTIL_DELIVERED = 4, 5
"""How many commands of the day come before a command that is killed."""
BEFORE = {"release": 3, "approve": UNTIL_RELEASED, "deliver": UNTIL_RELEASED}
"""The others work on what was delivered."""


def main() -> int:
    """Do what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300, help="How many, in all.")
    asked = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory(prefix="hpedi-kills-") as folder:
        commands = _commands(Path(folder))
        for name, words in commands.items():
            trials = list(_trials(Path(folder) / name, _day(Path(folder)), name, words, asked.kills // len(commands)))
            wrong = [each for each in trials if not (each["equal"] and each["sealed"] and each["proven"])]
            killed = sum(each["killed"] for each in trials)
            print(f"{name}: {len(trials)} trials, {killed} killed, {len(wrong)} wrong", file=sys.stderr)  # noqa: T201
            print("".join(f"  {each}\n" for each in wrong), end="", file=sys.stderr)  # noqa: T201
            bad += len(wrong)
    return 1 if bad else 0


def _commands(folder: Path) -> dict[str, Sequence[str]]:
    back = folder / "back.ach"
    back.write_bytes(return_file([[Back("R03", "999999990000001", 4_900, "200000204", "12345678", kind="31")]]))
    imported = ("eft", "import", "--reissue", *LATER, str(back))
    return {**WORK_ON_PAYMENTS, "deliver": ("deliver",), "import": imported}


def _day(folder: Path) -> list[list[str]]:
    file = folder / "sent.837"
    file.write_bytes(SENT)
    return [
        ["load", str(changed_payer(folder, LIMIT, together(9)))],
        ["receive", *RECEIVED, str(file)],
        ["adjudicate", *DAY],
        list(WORK_ON_PAYMENTS["release"]),
        ["deliver"],
    ]


def _trials(
    folder: Path, day: list[list[str]], name: str, words: Sequence[str], kills: int
) -> Iterator[dict[str, Any]]:
    folder.mkdir()
    before = json.dumps(day[: BEFORE.get(name, UNTIL_DELIVERED)])
    choice = ("--before", before, "--done", "2", "--points", str(kills - kills // 2), "--random", str(kills // 2))
    arguments = [sys.executable, "-m", "tests.crash.trials", str(folder), "--prove", *choice, "--", *words]
    told = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, check=True)
    _calm, *trials = map(json.loads, told.stdout.splitlines())
    yield from trials


if __name__ == "__main__":
    sys.exit(main())
