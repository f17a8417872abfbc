"""Write run.txt and dev.txt: every package hpedi needs, pinned to the version that pip would take today.

Run by `make lock`. The ranges stand in pyproject.toml; this script only asks pip to resolve them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

HERE = Path(__file__).resolve().parent
EDITABLE = "editables"  # what hatchling needs for `pip install -e .`


def resolve(wanted: list[str]) -> dict[str, str]:
    """Return name -> version of the wanted packages and all they need."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    report = subprocess.run([*command, *wanted], check=True, capture_output=True, text=True)  # noqa: S603
    found = (entry["metadata"] for entry in json.loads(report.stdout)["install"])
    return {re.sub(r"[-_.]+", "-", entry["name"]).lower(): entry["version"] for entry in found}


def write(path: Path, first_lines: list[str], pins: dict[str, str]) -> None:
    """Write a requirements file, its pins in alphabetical order."""
    path.write_text("\n".join([*first_lines, *(f"{name}=={pins[name]}" for name in sorted(pins))]) + "\n")


def main() -> None:
    """Resolve and write both files."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())
    run_wants = [*project["project"]["dependencies"], *project["build-system"]["requires"], EDITABLE]
    dev_wants = [
        *project["dependency-groups"]["dev"],
        *chain.from_iterable(project["project"]["optional-dependencies"].values()),
    ]
    run = resolve(run_wants)
    dev = resolve([*dev_wants, *(f"{name}=={version}" for name, version in run.items())])
    write(HERE / "run.txt", ["# What hpedi runs on. Written by `make lock`."], run)
    only_dev = {name: version for name, version in dev.items() if name not in run}
    write(HERE / "dev.txt", ["# What tests and checks need besides. Written by `make lock`.", "-r run.txt"], only_dev)


if __name__ == "__main__":
    main()
