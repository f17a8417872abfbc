"""Files that once made the reader fail."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from hpedi.x12.reader import read_x12
from tests.x12.telling import told, unaccounted

CRASHERS = sorted((Path(__file__).resolve().parent.parent / "crashers" / "x12").glob("*.edi"))
MANY_EVENTS = 10_000


@pytest.mark.parametrize("path", CRASHERS, ids=lambda path: path.stem)
def test_crasher_is_read(path: Path) -> None:
    """A file that once made the reader fail is read to its end, and its bytes are accounted for."""
    data = path.read_bytes()
    events = list(islice(read_x12([data]), MANY_EVENTS))
    assert len(events) < MANY_EVENTS
    assert unaccounted(data, events) == []
    assert told(read_x12([data], block_bytes=11)) == told(events)
