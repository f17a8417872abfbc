"""Our 999 of two enrolments says what the 999 that pyx12's own tests expect says, dates and control numbers apart.

What ours says more or in other words is cited: IK303 (HP-25), IK404 (HP-26) and the version (HP-27).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hpedi.x12.events import SegmentBatch
from hpedi.x12.reader import read_x12
from tests.commands.running import run_hpedi
from tests.differential.compare import errata
from tests.shared import samples_dir

PAIRS = ["834_eol_in_element", "834_ls_le_ls"]
SYNTAX_AND_GUIDE = 2
UNLIKE = {("IK3", 3): "HP-25", ("IK4", 4): "HP-26", ("ST", 3): "HP-27"}
CONTROL_NUMBERS = {("ST", 2), ("SE", 2)}


def said(content: bytes) -> Iterator[list[str]]:
    """The segments of the 999 sets of an answer, without control numbers and what is known to be unlike."""
    for event in read_x12([content]):
        if not isinstance(event, SegmentBatch):
            continue
        for text in event.texts:
            segment_id, *elements = text.split("*")
            left_out = [number for name, number in (*CONTROL_NUMBERS, *UNLIKE) if name == segment_id]
            kept = ["" if place in left_out else element for place, element in enumerate(elements, start=1)]
            while kept and not kept[-1]:
                kept.pop()
            yield [segment_id, *kept]


@pytest.fixture
def answered(tmp_path: Path) -> Callable[[str], bytes]:
    """Answer the input of a pair."""

    def answer(name: str) -> bytes:
        folder = samples_dir() / "pairs_pyx12"
        run_hpedi("validate", "--snip", SYNTAX_AND_GUIDE, "--ack-dir", tmp_path, folder / f"{name}.in.edi")
        return (tmp_path / f"{name}.in.edi.1.ack").read_bytes()

    return answer


@pytest.mark.parametrize("name", PAIRS)
def test_our_999_says_the_same(name: str, answered: Callable[[str], bytes]) -> None:
    """Group, set, segments, elements, codes and counts are those of the expected 999."""
    expected = (samples_dir() / "pairs_pyx12" / f"{name}.expected_ack.edi").read_bytes()
    assert list(said(answered(name))) == list(said(expected))


def test_what_is_unlike_is_cited() -> None:
    """Each element left out of the comparison has its row."""
    assert set(UNLIKE.values()) <= errata().keys()
