"""Long lists of keys, cut to what one statement may carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Key = TypeVar("Key")

KEYS_A_STATEMENT = 500


def in_batches(keys: Sequence[Key], size: int = KEYS_A_STATEMENT) -> Iterator[Sequence[Key]]:
    """Cut a list of keys into pieces that fit a statement."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
