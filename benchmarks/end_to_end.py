"""From a file to payments, through the commands themselves, in a workspace that is thrown away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.claims_837p import write_file, write_payer_folder

RECEIVED, PAID_ON = "2026-03-02T09:00:00-06:00", "2026-03-16"
FINDINGS = 1
STEPS = {
    "receive": ("receive", "--received", RECEIVED),
    "adjudicate": ("adjudicate", "--as-of", PAID_ON),
    "pay": ("pay", "release", "--as-of", PAID_ON),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A command and how long it took for how many claims."""

    name: str
    claims: int
    seconds: float

    @property
    def rate(self) -> float:
        """Claims a second."""
        return self.claims / self.seconds


def run(claims: int) -> list[Step]:
    """Receive, decide and pay so many claims; return each command's time and the whole."""
    with TemporaryDirectory(prefix="hpedi-bench-") as folder:
        place = Path(folder)
        write_payer_folder(place / "payer", claims)
        write_file(place / "claims.837", claims)
        _hpedi(place, "init")
        _hpedi(place, "load", str(place / "payer"))
        steps = []
        for name, words in STEPS.items():
            files = [str(place / "claims.837")] if name == "receive" else []
            start = time.perf_counter()
            told = _hpedi(place, *words, "--json", *files)
            steps.append(Step(name, claims, time.perf_counter() - start))
            if name == "adjudicate" and json.loads(told)["adjudicated"]["decided"] != claims:
                raise RuntimeError("not every claim was decided")
    return [*steps, Step("receive to pay", claims, sum(step.seconds for step in steps))]


def _hpedi(place: Path, *words: str) -> str:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(place / "config"), "XDG_STATE_HOME": str(place / "state")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    asked = [sys.executable, "-m", "hpedi", "--home", str(place / "workspace"), *words]
    done = subprocess.run(asked, env=environment, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode > FINDINGS:
        raise RuntimeError(f"hpedi {words[0]} left with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
