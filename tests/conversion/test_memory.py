"""Memory does not grow with the file, whatever is made of it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Iterator

import pytest

from hpedi.conversion.csv_document import Rows, csv_document
from hpedi.conversion.json_read import x12_of_json
from hpedi.conversion.json_write import json_document
from hpedi.conversion.normalise import Wanted, normalise
from hpedi.conversion.scan import scan
from hpedi.conversion.split import SplitBy, Splitting, split
from hpedi.conversion.units import units
from hpedi.guide_files import GuideFiles
from tests.conversion.odd_files import CLAIMS

GUIDES = GuideFiles()
SOME = 150
MORE = 5 * SOME
GROWTH = 400_000  # bytes; the longer file is two million longer

SUBSCRIBER = CLAIMS[CLAIMS.index("HL*2*") : CLAIMS.index("SE*")].replace("2 OAK", "2 OAK " * 500)


def subscribers(count: int) -> Iterator[bytes]:
    """Yield an 837 of so many subscribers with a claim each."""
    start = CLAIMS[: CLAIMS.index("HL*2*")]
    yield start.encode()
    for number in range(count):
        yield SUBSCRIBER.replace("HL*2*", f"HL*{number + 2}*").replace("*A1*", f"*A{number}*").encode()
    segments = start.count("~") - 2 + SUBSCRIBER.count("~") * count + 1
    yield f"SE*{segments}*0001~GE*1*1~IEA*1*000000905~".encode()


def json_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a file as JSON."""
    return json_document(units(scan(chunks), GUIDES.guide_for))


WORK: dict[str, Callable[[Iterable[bytes]], Iterable[object]]] = {
    "json": json_of,
    "json and back": lambda chunks: x12_of_json(json_of(chunks)),
    "lines": lambda chunks: csv_document(units(scan(chunks), GUIDES.guide_for), Rows.LINES, lambda _finding: None),
    "normalise": lambda chunks: normalise(chunks, Wanted()),
    "split by claim": lambda chunks: split(units(scan(chunks)), Splitting(by=SplitBy.CLAIM, claims=50)),
    "split by payer": lambda chunks: split(units(scan(chunks)), Splitting(by=SplitBy.PAYER)),
    "split by set": lambda chunks: split(units(scan(chunks)), Splitting(by=SplitBy.SET)),
}


def peak(work: Callable[[Iterable[bytes]], Iterable[object]], count: int) -> int:
    """Return the most bytes that work on a file takes."""
    tracemalloc.start()
    try:
        for _ in work(subscribers(count)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", WORK)
def test_memory_is_flat(name: str) -> None:
    """Five times the file takes no more memory."""
    peak(WORK[name], 1)
    small = peak(WORK[name], SOME)
    assert peak(WORK[name], MORE) - small < GROWTH
