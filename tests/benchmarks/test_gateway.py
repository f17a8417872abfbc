"""The pure parts of the benchmark of the gateway."""

from __future__ import annotations

import pytest

from benchmarks.gateway import content_of, of_hundred

INTERCHANGE = b"ISA*...~IEA*1*000000001~\n"


@pytest.mark.parametrize(
    ("megabytes", "times"),
    [(0.0, 1), (0.000_025, 1), (0.000_026, 2), (0.001, 40)],
    ids=["none", "just one", "one byte more", "a kilobyte"],
)
def test_a_large_file_is_whole_interchanges(megabytes: float, times: int) -> None:
    """It has at least the size that is asked for, and no interchange more than that needs."""
    assert content_of(INTERCHANGE, megabytes) == INTERCHANGE * times


def test_a_share_of_the_files_was_no_slower_than_its_time() -> None:
    """Of a hundred files that took 1 to 100 seconds one is slower than the time of 99, which the slowest has."""
    assert of_hundred([float(each) for each in range(1, 101)]) == {
        "half of them": 51.0,
        "99 of 100": 100.0,
        "the slowest": 100.0,
    }
