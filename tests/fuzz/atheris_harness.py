"""`python tests/fuzz/atheris_harness.py [libFuzzer's arguments] [corpus folder ...]`: fuzzing led by coverage.

Needs `pip install atheris`. Inputs are bytes; every second mutation is one that knows segments, the others are
libFuzzer's own.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["hpedi"]):
    from tests.fuzz.corpus import seeds
    from tests.fuzz.holding import holds
    from tests.fuzz.mutation import mutated


def custom_mutator(data: bytes, max_size: int, seed: int) -> bytes:
    """Mutate an input; one that is no X12 at all begins anew from a seed."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    if not data.startswith(b"ISA"):
        data = chance.choice(seeds())
    made = mutated(data, chance) if seed % 2 else atheris.Mutate(data, max_size)
    return made[:max_size]


def test_one_input(data: bytes) -> None:
    """Judge one input."""
    holds(data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input, custom_mutator=custom_mutator)
    atheris.Fuzz()
