"""Spans of ids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hpedi.audit.ids import IdSpans

SETS = st.sets(st.integers(min_value=1, max_value=60))


def spans_of(numbers: set[int]) -> IdSpans:
    """Return numbers as spans."""
    spans = IdSpans()
    for number in sorted(numbers):
        spans.add(number)
    return spans


def test_text_names_spans() -> None:
    """Neighbours are one span, a single id stands alone."""
    assert spans_of({1, 2, 3, 7, 9, 10}).text() == "1-3,7,9-10"
    assert IdSpans.read("1-3,7,9-10").spans == [(1, 3), (7, 7), (9, 10)]
    assert IdSpans.read("").spans == []


@given(SETS, SETS)
def test_spans_are_sets(some: set[int], others: set[int]) -> None:
    """Reading gives what was written, and taking away leaves the difference."""
    assert set(IdSpans.read(spans_of(some).text())) == some
    assert list(spans_of(some).without(spans_of(others))) == sorted(some - others)
