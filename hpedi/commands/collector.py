"""Python's collector of cycles, told to run seldom while much is made that has none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

OBJECTS_BEFORE_IT_RUNS: Final = 200_000


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let the collector run seldom in this block.

    What is decided of a claim leads nowhere back to itself, so that it goes when it is let go; the collector only went
    through all reference data again and again (a tenth of the time).
    """
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS_BEFORE_IT_RUNS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
