"""Two writers and four readers at once: `python -m tests.contention --minutes 5 [--server URL]`.

Over SQLite, or with --server over PostgreSQL: the URL of one of a server's databases, in which it makes databases of
its own and drops them afterwards. Prints figures, then what is wrong, if anything; exit code 1 says that something is.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.contention.trial import run_trial
from tests.postgresql import postgres_database

UNWELL_SHOWN = 20


def main() -> int:
    """Run a trial as the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="For how long; 5 if left out.")
    parser.add_argument("--server", help="postgresql+psycopg://USER@HOST:PORT/postgres; SQLite if left out.")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hpedi-contention-")))
        urls = [stack.enter_context(postgres_database(asked.server)) if asked.server else None for _each in range(2)]
        outcome = run_trial(folder, asked.minutes * 60, *urls)
    kind = "PostgreSQL" if asked.server else "SQLite"
    total = sum(outcome.commands.values())
    print(f"{kind}: {outcome.seconds:.0f} s, {total} commands, {outcome.claims} claims, slowest {outcome.slowest} s")  # noqa: T201
    print(json.dumps(outcome.commands, indent=2))  # noqa: T201
    for each in outcome.unwell[:UNWELL_SHOWN]:
        print(f"{each['who']}: {' '.join(each['words'])}: exit code {each['code']}: {each['errors']}")  # noqa: T201
    for told in outcome.wrong:
        print(f"wrong: {told}")  # noqa: T201
    print(f"{len(outcome.unwell)} commands that a user would complain of, {len(outcome.wrong)} faults in the books")  # noqa: T201
    return 1 if outcome.unwell or outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
