"""A supervisor over programs of a test, as a process of its own; arguments in JSON: patience, then programs."""

from __future__ import annotations

import json
import os
import sys

from hpedi.commands.supervised import Patience, Program
from hpedi.commands.supervising import Supervisor
from hpedi.log import LogFormat, configure


def main() -> None:
    """Run programs until they end."""
    configure(LogFormat.JSON)
    patience, *given = (json.loads(argument) for argument in sys.argv[1:])
    programs = [Program(name=name, words=("sh", "-c", script)) for name, script in given]
    outcome = Supervisor(programs, Patience(**patience), os.environ).run()
    sys.stderr.write(f"outcome: {outcome.why}\n")
    sys.exit(outcome.exit_code)


if __name__ == "__main__":
    main()
