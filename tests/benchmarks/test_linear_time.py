"""Judging takes as long as a file is: what is wrong in one place is not looked for anew at each other one."""

from __future__ import annotations

from benchmarks.linear_time import FAMILIES, seconds_of

SHORT, TIMES = 300, 8
MOST_TIMES = 16
"""Twice as much as in proportion, for an uneven machine; what grows with the square takes 64 times as long."""


def test_levels_each_at_fault_take_no_longer_in_a_longer_file() -> None:
    """Eight times as many levels, each with findings of its own, take about eight times as long."""
    make = FAMILIES["levels in levels"]
    short, long = make(SHORT), make(SHORT * TIMES)
    seconds_of(short)
    once = min(seconds_of(short) for _round in range(3))
    assert seconds_of(long) < MOST_TIMES * once
