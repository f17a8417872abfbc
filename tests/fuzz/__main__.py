"""`python -m tests.fuzz --inputs 1000000`: so many mutated files judged, on all cores; what fails is kept.

`--slow` also reads each in small blocks and as an outline. The same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import NamedTuple

from tests.fuzz.corpus import KEPT, seeds
from tests.fuzz.holding import holds, holds_slowly
from tests.fuzz.mutation import mutated, spliced

SHARE = 2_000
SPLICED = 0.1
SLOWEST_SECONDS = 2.0
FAILURES_KEPT = 20


class Share(NamedTuple):
    """What became of a share of the inputs."""

    inputs: int
    failures: list[tuple[bytes, str]]
    slowest: float


def input_of(chance: random.Random) -> bytes:
    """Return the next input."""
    files = seeds()
    if chance.random() < SPLICED:
        return spliced(chance.choice(files), chance.choice(files), chance)
    return mutated(chance.choice(files), chance)


def run_share(seed: str, inputs: int, *, slow: bool) -> Share:
    """Judge a share of the inputs."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    failures: list[tuple[bytes, str]] = []
    slowest = 0.0
    for _ in range(inputs):
        content = input_of(chance)
        began = time.process_time()
        try:
            (holds_slowly if slow else holds)(content)
        except Exception:  # noqa: BLE001  whatever it is, it is what we look for
            failures.append((content, traceback.format_exc(limit=-4)))
        slowest = max(slowest, time.process_time() - began)
    return Share(inputs, failures, slowest)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, help="how many inputs (default: %(default)s)")
    parser.add_argument("--seed", default="hpedi", help="the same seed gives the same inputs (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: %(default)s")
    parser.add_argument("--slow", action="store_true", help="read each input in small blocks and as an outline too")
    asked = parser.parse_args()
    done, failed, slowest, began = 0, 0, 0.0, time.monotonic()
    sizes = [min(SHARE, asked.inputs - first) for first in range(0, asked.inputs, SHARE)]
    with ProcessPoolExecutor(asked.processes) as pool:
        shares = [
            pool.submit(run_share, f"{asked.seed}-{number}", size, slow=asked.slow) for number, size in enumerate(sizes)
        ]
        for share in as_completed(shares):
            result = share.result()
            done, slowest = done + result.inputs, max(slowest, result.slowest)
            for content, told in result.failures:
                failed += 1
                if failed <= FAILURES_KEPT:
                    path = KEPT / f"{hashlib.sha256(content).hexdigest()[:16]}.edi"
                    path.write_bytes(content)
                    sys.stderr.write(f"kept {path.name}\n{told}\n")
            sys.stderr.write(f"\r{done:,} inputs, {failed} failed, slowest {slowest:.2f} s")
    seconds = time.monotonic() - began
    sys.stdout.write(f"\n{done:,} inputs in {seconds:.0f} s: {failed} failed, slowest {slowest:.2f} s\n")
    return 1 if failed or slowest > SLOWEST_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
