"""The files that fuzzing starts from: our own clean examples, and inputs kept because they once found something."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.shared import PROJECT

KEPT = Path(__file__).resolve().parent / "corpus"
_CLEAN = PROJECT / "tests" / "conformance" / "clean"
_INBOUND = PROJECT / "samples" / "inbound"


@cache
def seeds() -> tuple[bytes, ...]:
    """Return the files to mutate, without line breaks."""
    clean = sorted(path for folder in (_CLEAN, _INBOUND) for path in folder.iterdir() if path.is_file())
    return tuple(_in_one_line(path.read_bytes()) for path in [*clean, *kept()])


def kept() -> list[Path]:
    """Return the inputs that were kept."""
    return sorted(path for path in KEPT.iterdir() if path.suffix == ".edi")


def _in_one_line(content: bytes) -> bytes:
    return content.replace(b"\r", b"").replace(b"\n", b"") if b"~" in content else content
