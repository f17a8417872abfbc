"""The sample payer's folder with some of its rows changed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from samples.sample_claims import PAYER_FOLDER


def changed_payer(folder: Path, *changes: tuple[str, str]) -> Path:
    """Copy the sample payer below a folder, each text replaced by another; each must stand there."""
    copied = Path(tempfile.mkdtemp(dir=folder)) / "payer"
    shutil.copytree(PAYER_FOLDER, copied)
    for old, new in changes:
        files = [path for path in copied.rglob("*") if path.is_file() and old in path.read_text()]
        assert files, old
        for path in files:
            path.write_text(path.read_text().replace(old, new))
    return copied
