"""Sets written as real bytes, read by the real reader and walked by the real guide, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from hpedi.findings import Finding, Where
from hpedi.guide_files import GuideFiles
from hpedi.guides.walk import PlacedBatch, SetWalk
from hpedi.x12.events import Delimiters, OffsetsOf, SegmentBatch
from hpedi.x12.reader import read_x12
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import (
    FunctionalGroup,
    Interchange,
    InterchangeParty,
    TransactionSet,
    write_x12,
)

INSTANT = datetime(2026, 3, 2, 9, 14, tzinfo=UTC)
WHERE = Where(file="a.x12", interchange="000000905", group="1", transaction_set="0001")


def in_bytes(
    functional_id: str,
    version: str,
    set_id: str,
    sets: Iterable[Iterable[SegmentValues]],
    delimiters: Delimiters = Delimiters(),  # noqa: B008  frozen
) -> bytes:
    """Write sets as one interchange with one group."""
    written = [
        TransactionSet(id=set_id, control_number=f"{number:04}", version=version, segments=segments)
        for number, segments in enumerate(sets, 1)
    ]
    group = FunctionalGroup(
        functional_id=functional_id,
        sender="LAKES",
        receiver="94267",
        instant=INSTANT,
        control_number=1,
        version=version,
        sets=written,
    )
    return write_x12(
        Interchange(
            sender=InterchangeParty("ZZ", "LAKES"),
            receiver=InterchangeParty("ZZ", "94267"),
            instant=INSTANT,
            control_number=905,
            usage="P",
            groups=[group],
        ),
        delimiters,
    )


def walked(
    data: bytes,
    functional_id: str,
    version: str,
    set_id: str,
    delimiters: Delimiters = Delimiters(),  # noqa: B008  frozen
) -> Iterator[PlacedBatch]:
    """Walk the one set of an interchange; what the reader and the end of the walk find comes last, without segments."""
    guide = GuideFiles().guide_for(functional_id, version, set_id)
    assert guide is not None
    walk = SetWalk(guide, delimiters, WHERE)
    found: list[Finding] = []
    for event in read_x12([data], file="a.x12"):
        if isinstance(event, SegmentBatch):
            yield walk.feed(event)
        elif isinstance(event, Finding):
            found.append(event)
    yield PlacedBatch(SegmentBatch([], 1, OffsetsOf()), [], [], [*found, *walk.close()])
