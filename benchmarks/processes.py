"""What processes of ours take of the machine: memory and processor time, each with the processes it started."""

from __future__ import annotations

import os
from pathlib import Path


def family_of(process: int) -> list[int]:
    """Return a process and those it started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *map(int, children)]


def memory_of(process: int) -> float:
    """Return the resident memory in MB."""
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in family_of(process))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_seconds_of(process: int) -> float:
    """Return how long processors were kept busy."""
    ticks = 0
    for each in family_of(process):
        told = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(told[11]) + int(told[12])  # in user and system mode
    return ticks / os.sysconf("SC_CLK_TCK")
