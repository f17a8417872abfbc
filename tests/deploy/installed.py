"""What deploy/install.sh lays into a folder, without its program: scripts, folders, units."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from tests.shared import PROJECT

DEPLOY: Final = PROJECT / "deploy"
INSTALL: Final = DEPLOY / "install.sh"
UNITS: Final = Path("etc/systemd/system")


def install(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run steps of the installation into a folder."""
    command = ["sh", str(INSTALL), "--root", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def unit_names(kind: str) -> list[str]:
    """Return the names of our units of a kind; of a template an instance."""
    return sorted(path.name.replace("@.", "@1.") for path in (DEPLOY / "systemd").glob(f"*.{kind}"))


def settings_of(unit: Path, name: str) -> list[str]:
    """Return what a unit says under a name, each time that it says it."""
    lines = (line.strip() for line in unit.read_text().splitlines())
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]
