"""Peak memory of validating a file, in a process of its own: `python -m benchmarks.memory FILE` prints megabytes."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

KILOBYTES_A_MEGABYTE = 1024


def peak_of_validating(path: Path) -> float:
    """Return the peak memory in MB of a new process that validates a file."""
    asked = [sys.executable, "-m", "benchmarks.memory", str(path)]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)  # noqa: S603


def main() -> None:
    """Validate the file named on the command line and print the peak."""
    from benchmarks.validation import validate  # noqa: PLC0415  # not needed by who asks

    validate(Path(sys.argv[1]))
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES_A_MEGABYTE:.1f}\n")


if __name__ == "__main__":
    main()
