"""Running hpedi in this process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hpedi.commands import main


def run_hpedi(*arguments: object) -> int:
    """Run hpedi and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def json_lines(told: str) -> list[dict[str, Any]]:
    """Return the objects that --json printed, one a line."""
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]
