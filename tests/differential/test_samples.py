"""Every sample is read and walked, nothing lost in silence, and differs from pyx12 only as explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from hpedi.findings import Finding
from hpedi.x12.events import (
    Event,
    GroupEnd,
    GroupStart,
    InterchangeAcknowledged,
    InterchangeEnd,
    InterchangeStart,
    SegmentBatch,
)
from hpedi.x12.reader import read_x12
from tests.differential.compare import (
    DOCUMENT,
    GUIDES,
    Comparison,
    classifications,
    compare,
    errata,
    our_findings,
    render,
    sets_of,
)
from tests.shared import samples_dir

NOT_X12 = ("nacha", "nacha-malformed")


def x12_samples() -> list[Path]:
    """Every sample but the Nacha files."""
    folders = [folder for folder in sorted(samples_dir().iterdir()) if folder.is_dir() and folder.name not in NOT_X12]
    return [file for folder in folders for file in sorted(folder.iterdir())]


@pytest.fixture(scope="module")
def outcome() -> Comparison:
    """All samples judged by both engines."""
    return compare()


def test_every_difference_is_explained(outcome: Comparison) -> None:
    """No verdict and no code differs from pyx12's without a line of classified.tsv that says why."""
    assert outcome.judged > 0
    assert [difference.line for difference in outcome.unexplained] == []


def test_every_line_explains_something(outcome: Comparison) -> None:
    """A line of classified.tsv that explains nothing any more goes."""
    assert [line for line, differences in outcome.explained.items() if not differences] == []


def test_every_line_cites_a_row_of_the_errata() -> None:
    """The row a line cites is in one of the errata tables."""
    assert {line.row for line in classifications()} <= errata().keys()


def test_the_document_lists_the_differences(outcome: Comparison) -> None:
    """docs/differences-from-pyx12.md is what `python -m tests.differential.compare --write` renders."""
    assert DOCUMENT.read_text(encoding="utf-8") == render(outcome)


def test_every_sample_is_walked_to_its_end() -> None:
    """Each set that has a guide is walked without a traceback, malformed or not."""
    walked = 0
    for file in x12_samples():
        for judged in sets_of(file):
            guide = GUIDES.guide_for(judged.functional_id, judged.version, judged.set_id)
            if guide is not None:
                our_findings(guide, judged)
                walked += 1
    assert walked > 0


def test_nothing_is_lost_in_silence() -> None:
    """What a plain split at the terminator finds in a sample and our reader did not read is told by a finding."""
    silent = []
    for file in x12_samples():
        data = file.read_bytes()
        events = list(read_x12([data], file=file.name))
        lost = Counter(split_plainly(data, events)) - Counter(segments_read(events))
        if lost and not any(isinstance(event, Finding) for event in events):
            silent.append(file.name)
    assert silent == []


def split_plainly(data: bytes, events: list[Event]) -> Iterator[str]:
    """Split each interchange at its terminator; all of a file that has none."""
    starts = [event for event in events if isinstance(event, InterchangeStart)]
    if not starts:
        yield data.decode("latin-1")
        return
    ends = [*(start.byte_offset for start in starts), len(data)]
    for start, (first, last) in zip(starts, pairwise(ends), strict=True):
        separator = start.delimiters.element
        for text in data[first:last].decode("latin-1").split(start.delimiters.segment):
            if segment := text.strip(" \r\n").rstrip(separator):
                yield segment


def segments_read(events: list[Event]) -> Iterator[str]:
    """Every segment our reader told, in the form of `split_plainly`."""
    separator = ""
    for event in events:
        if isinstance(event, InterchangeStart):
            separator = event.delimiters.element
        if isinstance(event, SegmentBatch):
            yield from (text.strip(" \r\n").rstrip(separator) for text in event.texts)
        elif isinstance(event, InterchangeStart | GroupStart | GroupEnd | InterchangeEnd | InterchangeAcknowledged):
            yield separator.join(event.elements).rstrip(separator)
