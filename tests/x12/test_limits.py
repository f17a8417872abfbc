"""Limits: what is over one is refused at once, in little time and memory, and the next interchange is read."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from hpedi.findings import Finding
from hpedi.x12.events import InterchangeEnd, InterchangeStart
from hpedi.x12.limits import Limits
from hpedi.x12.reader import read_x12
from tests.x12.cases import ISA, ONE_SET, TWO_GROUPS
from tests.x12.telling import codes, read_told, told, unaccounted

MEGABYTE = 1_000_000
OPENING = f"{ISA}GS*HC*LAKES*94267*20260131*0905*1*X*005010X222A1~ST*837*0001*005010X222A1~".encode()
GOOD = ONE_SET.text.encode()
GOOD_LINES = [line.split(" @")[0] for line in read_told(GOOD)][:-1]


def one_long_segment() -> Iterator[bytes]:
    """Send a segment of 100 MB, in one set."""
    return chain([OPENING + b"NTE*ADD*"], repeat(b"A" * MEGABYTE, 100), [b"~SE*3*0001~GE*1*1~IEA*1*000000905~"])


def many_elements() -> Iterator[bytes]:
    """Send a segment of 20 million elements."""
    return chain([OPENING + b"NTE"], repeat(b"*A" * MEGABYTE, 20), [b"~SE*3*0001~GE*1*1~IEA*1*000000905~"])


def many_sets() -> Iterator[bytes]:
    """Send 200,000 transaction sets."""
    sets = (f"ST*837*{number:06}*005010X222A1~SE*2*{number:06}~".encode() for number in range(200_000))
    return chain([OPENING + b"SE*2*0001~"], sets, [b"GE*200001*1~IEA*1*000000905~"])


def many_set_headers() -> Iterator[bytes]:
    """Send 200,000 ST without an SE."""
    return chain([OPENING], repeat(b"ST*837*0001*005010X222A1~", 200_000), [b"GE*200001*1~IEA*1*000000905~"])


def many_repetitions() -> Iterator[bytes]:
    """Send an element of 20 million repetitions."""
    return chain([OPENING + b"EB*1**30"], repeat(b"^30" * MEGABYTE, 20), [b"~SE*3*0001~GE*1*1~IEA*1*000000905~"])


BOMBS = (one_long_segment, many_elements, many_repetitions, many_sets, many_set_headers)


def first_refusal(bomb: Callable[[], Iterator[bytes]]) -> Finding:
    """Read until the limit is told."""
    return next(event for event in read_x12(bomb()) if isinstance(event, Finding) and event.code == "limit-exceeded")


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_bomb_is_refused_at_once(bomb: Callable[[], Iterator[bytes]]) -> None:
    """A bomb is refused within a second."""
    started = time.process_time()
    assert first_refusal(bomb).where.interchange == "000000905"
    assert time.process_time() - started < 1


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_bomb_takes_no_memory(bomb: Callable[[], Iterator[bytes]]) -> None:
    """A bomb is refused with far less than 64 MB more memory."""
    tracemalloc.start()
    first_refusal(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MEGABYTE


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_interchange_after_a_bomb_is_read(bomb: Callable[[], Iterator[bytes]]) -> None:
    """After a bomb everything is closed and the next interchange is read as if it stood alone."""
    lines = told(read_x12(chain(bomb(), [GOOD])))
    assert [line.split(" @")[0] for line in lines[-len(GOOD_LINES) - 1 : -1]] == GOOD_LINES
    assert lines[-len(GOOD_LINES) - 2].startswith("IEA ()")


def test_skipping_after_a_limit_is_quick() -> None:
    """The rest of a refused interchange is passed over, not cut into segments."""
    started = time.process_time()
    assert "limit-exceeded" in codes(read_x12(one_long_segment()))
    assert time.process_time() - started < 5


SMALL = Limits(
    segment_bytes=200,
    elements=20,
    repetitions=5,
    components=6,
    segments_in_set=9,
    sets_in_interchange=3,
    groups_in_interchange=2,
    interchanges_in_file=3,
    envelope_findings=4,
    empty_segments_told=2,
)


def with_segment(text: str) -> bytes:
    """Return the one-set interchange with its BHT replaced."""
    return ONE_SET.text.replace("BHT*0019*00*0123*20260131*0905*CH", text).encode()


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (with_segment("NTE*ADD*" + "A" * 192), with_segment("NTE*ADD*" + "A" * 193)),
        (with_segment("REF" + "*A" * 20), with_segment("REF" + "*A" * 21)),
        (with_segment("EB*" + "A^" * 4 + "A"), with_segment("EB*" + "A^" * 5 + "A")),
        (with_segment("HI*" + "A:" * 5 + "A"), with_segment("HI*" + "A:" * 6 + "A")),
        (
            with_segment("~".join(["CLM*1"] * 5)).replace(b"SE*5", b"SE*9"),
            with_segment("~".join(["CLM*1"] * 6)).replace(b"SE*5", b"SE*10"),
        ),
        (TWO_GROUPS.text.encode(), TWO_GROUPS.text.replace("SE*2*0001~", "SE*2*0001~ST*837*0009~SE*2*0009~").encode()),
        (TWO_GROUPS.text.encode(), TWO_GROUPS.text.replace("IEA", "GS*HC~GE*0*~IEA").encode()),
        (GOOD * 3, GOOD * 4),
        (
            (ISA + "TA1*000000111*260130*1201*A*000~" * 2 + "IEA*0*000000905~").encode(),
            (ISA + "TA1*000000111*260130*1201*A*000~" * 3 + "IEA*0*000000905~").encode(),
        ),
    ],
    ids=["segment", "elements", "repetitions", "components", "segments", "sets", "groups", "interchanges", "ta1"],
)
def test_both_sides_of_a_limit(inside: bytes, outside: bytes) -> None:
    """What reaches a limit is read without findings; one more is refused, and no byte goes missing."""
    assert codes(read_x12([inside], SMALL)) == []
    events = list(read_x12([outside], SMALL))
    assert codes(events) == ["limit-exceeded"]
    assert unaccounted(outside, events) == []
    starts = [event for event in events if isinstance(event, InterchangeStart)]
    assert len([event for event in events if isinstance(event, InterchangeEnd)]) == len(starts)


def test_long_segment_without_end_is_refused_before_its_end() -> None:
    """A segment over the limit is refused though its terminator has not come."""
    data = OPENING + b"NTE*ADD*" + b"A" * 1000
    assert codes(read_x12([data], SMALL, block_bytes=100))[:1] == ["limit-exceeded"]


def test_segments_before_a_limit_are_told() -> None:
    """What was read of a set before a limit is told, then the set, group and interchange are closed empty-handed."""
    data = with_segment("CLM*1~REF" + "*A" * 21)
    lines = told(read_x12([data], SMALL))
    offset = data.index(b"REF")
    assert lines[3:8] == [
        "1 'ST*837*0001*005010X222A1' @" + str(data.index(b"ST*837")),
        "2 'CLM*1' @" + str(data.index(b"CLM")),
        f"limit-exceeded @{offset}",
        "SE () of 2",
        "GE () of 1",
    ]
    assert lines[8].startswith("IEA ()")
    assert lines[8].endswith(f"..{len(data)}")


def test_too_many_findings() -> None:
    """An envelope with more findings than the limit is noise and refused."""
    data = TWO_GROUPS.text.replace("SE*", "SE*9").replace("*0001~", "*X~").encode()
    assert codes(read_x12([data], SMALL))[-1] == "limit-exceeded"
    assert len(codes(read_x12([data], SMALL))) == SMALL.envelope_findings + 2


def test_too_many_empty_segments() -> None:
    """Empty segments beyond the limit are not listed any more, and refuse nothing."""
    data = with_segment("~~".join(["CLM*1"] * 5)).replace(b"SE*5", b"SE*9")
    events = list(read_x12([data], SMALL))
    found = [event for event in events if isinstance(event, Finding)]
    assert codes(events) == ["empty-segment"] * 3
    assert ["not listed" in finding.message for finding in found] == [False, False, True]
