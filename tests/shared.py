"""What many tests ask for: the sample files written by others, which lie beside the project and are never committed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def shared_dir() -> Path:
    """Return the folder of shared material: $HPEDI_SHARED, or `shared` beside the checkout.

    Absent, the test is skipped and says so; where CI=true it fails.
    """
    folder = Path(os.environ.get("HPEDI_SHARED") or PROJECT.parent / "shared")
    if not folder.is_dir():
        reason = "the shared material is absent: set HPEDI_SHARED or lay it beside the checkout"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


def samples_dir() -> Path:
    """Return the folder of sample files written by others; absent, see `shared_dir`."""
    return shared_dir() / "samples"
