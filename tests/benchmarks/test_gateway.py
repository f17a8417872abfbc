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


@pytest.mark.parametrize(
    ("files", "expected"),
    [(1, (1, 1, 1)), (6, (3, 6, 6)), (100, (50, 99, 100)), (200, (100, 198, 200))],
)
def test_a_share_of_the_files_took_at_most_its_time(files: int, expected: tuple[int, int, int]) -> None:
    """Of files that took 1, 2, 3 ... seconds, half, 99 of 100 and all took at most what is told."""
    assert tuple(of_hundred([float(each + 1) for each in range(files)]).values()) == expected
