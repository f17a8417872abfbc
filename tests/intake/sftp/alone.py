"""The server as a process of its own, to be killed: `python -m tests.intake.sftp.alone HOME KEYS`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.intake.sftp.serving import serving, usual_limits


def main() -> None:
    """Serve until killed."""
    home, keys = map(Path, sys.argv[1:])
    with serving(home, keys, usual_limits(settle_after=0)) as served:
        sys.stdout.write(f"{served.port}\n")
        sys.stdout.flush()
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
