"""The gateway under load and under fire: `python -m tests.gateway arrive|kill|last|meanwhile`.

    arrive --files 500                 ten partners at once by real clients, some connections broken off
    kill --kills 500                   kill -9 of server and watchers, again and again
    last --minutes 60                  a file a second, a pay run every five minutes: memory, backlog, tracking
    meanwhile --claims 20000           files that come while a schedule decides and pays so many claims

Prints what was done, then what is wrong, if anything; exit code 1 says that something is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.gateway.arriving import let_arrive
from tests.gateway.killing import kill_again_and_again
from tests.gateway.lasting import last
from tests.gateway.meanwhile import answer_meanwhile

WRONG_SHOWN = 30


def main() -> int:
    """Run a trial as the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=94267, help="Of the dice.")
    trials = parser.add_subparsers(dest="trial", required=True)
    arrive = trials.add_parser("arrive")
    arrive.add_argument("--files", type=int, default=500)
    arrive.add_argument("--claims", type=int, default=5, help="In each file.")
    kill = trials.add_parser("kill")
    kill.add_argument("--kills", type=int, default=500)
    kill.add_argument("--port", type=int, default=22_267, help="Where the server listens.")
    lasts = trials.add_parser("last")
    lasts.add_argument("--minutes", type=float, default=60.0)
    meanwhile = trials.add_parser("meanwhile")
    meanwhile.add_argument("--claims", type=int, default=20_000, help="That wait to be decided.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hpedi-gateway-") as folder:
        told, wrong = _TRIALS[asked.trial](Path(folder), asked)
    for line in told:
        print(line)  # noqa: T201
    for line in wrong[:WRONG_SHOWN]:
        print(f"wrong: {line}")  # noqa: T201
    print(f"{len(wrong)} faults")  # noqa: T201
    return 1 if wrong else 0


def _arrive(place: Path, asked: argparse.Namespace) -> tuple[Iterable[str], list[str]]:
    found = let_arrive(place, asked.files, asked.claims, seed=asked.seed)
    rate = found.bytes / 1_000_000 / found.seconds_to_send
    told = [
        *(f"{count} files by {how}" for how, count in sorted(found.sent.items())),
        f"{found.cuts} connections broken off",
        f"sent in {found.seconds_to_send:.1f} s ({rate:.2f} MB/s), all answered {found.seconds_to_answer:.1f} s later",
    ]
    return told, found.wrong


def _kill(place: Path, asked: argparse.Namespace) -> tuple[Iterable[str], list[str]]:
    found = kill_again_and_again(place, asked.kills, asked.port, seed=asked.seed)
    told = [f"{count} kills of {who}" for who, count in sorted(found.killed.items())]
    return [*told, f"{found.files} files meanwhile"], found.wrong


def _last(place: Path, asked: argparse.Namespace) -> tuple[Iterable[str], list[str]]:
    found = last(place, asked.minutes * 60)
    return found.told(), found.wrong


def _meanwhile(place: Path, asked: argparse.Namespace) -> tuple[Iterable[str], list[str]]:
    found = answer_meanwhile(place, asked.claims)
    return found.told(), found.wrong


_TRIALS: dict[str, Callable[[Path, argparse.Namespace], tuple[Iterable[str], list[str]]]] = {
    "arrive": _arrive,
    "kill": _kill,
    "last": _last,
    "meanwhile": _meanwhile,
}

if __name__ == "__main__":
    sys.exit(main())
