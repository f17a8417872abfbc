"""Peak memory of validating 837P files at all levels, each in a process of its own.

`python -m benchmarks.memory` compares 1,000 with 500,000 claims (minutes, and 300 MB of disk); `--claims` takes others.
On Linux the peak is VmHWM: ru_maxrss would begin at the peak of the process that started this one.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

KILOBYTES_A_MEGABYTE = 1024
STATUS = Path("/proc/self/status")
FEW, MANY = 1_000, 500_000
MOST: Final = 10.0
"""Megabytes that the many may take more than the few."""


def peak_of_validating(path: Path) -> float:
    """Return the peak memory in MB of a new process that validates a file."""
    asked = [sys.executable, "-m", "benchmarks.memory", "--file", str(path)]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)  # noqa: S603


def own_peak() -> float:
    """Return the peak memory in MB of this process."""
    told = re.search(r"^VmHWM:\s+(\d+) kB$", STATUS.read_text(), re.MULTILINE) if STATUS.exists() else None
    kilobytes = int(told[1]) if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / KILOBYTES_A_MEGABYTE


@click.command()
@click.option("--claims", default=MANY, show_default=True, help="Claims in the larger file.")
@click.option("--file", type=click.Path(path_type=Path, exists=True), help="Validate this file and print its peak.")
def main(*, claims: int, file: Path | None) -> None:
    """Compare the peaks; leave with 1 if the larger file takes too much more."""
    if file is not None:
        from benchmarks.validation import validate  # noqa: PLC0415  # not needed by who asks

        validate(file)
        click.echo(f"{own_peak():.1f}")
        return
    from benchmarks.claims_837p import write_file  # noqa: PLC0415  # not needed by who is asked

    peaks = []
    with TemporaryDirectory(prefix="hpedi-bench-") as folder:
        for number in (FEW, claims):
            path = Path(folder) / f"{number}.837"
            write_file(path, number)
            peaks.append(peak_of_validating(path))
            path.unlink()
            click.echo(f"{number:,} claims: {peaks[-1]:.1f} MB")
    click.echo(f"more: {peaks[1] - peaks[0]:.1f} MB")
    sys.exit(peaks[1] - peaks[0] > MOST)


if __name__ == "__main__":
    main()
