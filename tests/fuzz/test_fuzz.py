"""A small share of the fuzzing, in every run of the tests; `python -m tests.fuzz` runs as many as one likes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.corpus import kept, seeds
from tests.fuzz.holding import holds_slowly
from tests.fuzz.mutation import mutated, spliced

EACH = 8


@pytest.mark.parametrize("path", kept(), ids=lambda path: path.stem)
def test_what_once_failed_holds(path: Path) -> None:
    """An input that once found something is judged, accounted for and answered."""
    holds_slowly(path.read_bytes())


@pytest.mark.parametrize("number", range(len(seeds())))
def test_seeds_and_their_first_mutations_hold(number: int) -> None:
    """Each file that fuzzing starts from holds, and so do the first of its mutations."""
    chance = random.Random(number)  # noqa: S311  not for secrets
    seed = seeds()[number]
    holds_slowly(seed)
    for _ in range(EACH):
        holds_slowly(mutated(seed, chance))


@given(st.randoms(use_true_random=False), st.integers(0, len(seeds()) - 1), st.integers(0, len(seeds()) - 1))
@settings(max_examples=150)
def test_mutated_and_spliced_files_hold(chance: random.Random, one: int, other: int) -> None:
    """Whatever is done to right files, they are judged, accounted for and answered."""
    holds_slowly(mutated(seeds()[one], chance))
    holds_slowly(spliced(seeds()[one], seeds()[other], chance))


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_any_bytes_hold(content: bytes) -> None:
    """Bytes of any kind are judged, alone and behind an interchange header."""
    holds_slowly(content)
    holds_slowly(seeds()[0][:106] + content)
