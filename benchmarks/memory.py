"""Peak memory of validating a file, in a process of its own: `python -m benchmarks.memory FILE` prints megabytes.

On Linux the peak is VmHWM: ru_maxrss would begin at the peak of the process that started this one.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

KILOBYTES_A_MEGABYTE = 1024
STATUS = Path("/proc/self/status")


def peak_of_validating(path: Path) -> float:
    """Return the peak memory in MB of a new process that validates a file."""
    asked = [sys.executable, "-m", "benchmarks.memory", str(path)]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)  # noqa: S603


def own_peak() -> float:
    """Return the peak memory in MB of this process."""
    told = re.search(r"^VmHWM:\s+(\d+) kB$", STATUS.read_text(), re.MULTILINE) if STATUS.exists() else None
    kilobytes = int(told[1]) if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / KILOBYTES_A_MEGABYTE


def main() -> None:
    """Validate the file named on the command line and print the peak."""
    from benchmarks.validation import validate  # noqa: PLC0415  # not needed by who asks

    validate(Path(sys.argv[1]))
    sys.stdout.write(f"{own_peak():.1f}\n")


if __name__ == "__main__":
    main()
