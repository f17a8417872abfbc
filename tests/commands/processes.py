"""Waiting for processes and looking at them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

WITHIN_SECONDS = 60.0


def until(happens: Callable[[], object]) -> None:
    """Wait for something."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that only waits to be asked how it ended does not."""
    try:
        return re.search(r"^State:\s+Z", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE) is None
    except FileNotFoundError:
        return False
