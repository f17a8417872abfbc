"""Whether hostile files cost no more than their length: `python -m benchmarks.linear_time`.

Bombs must be refused within a second and 64 MB more than an ordinary file takes. Families of files are judged at one
and at two times a length: twice the length may take 2.6 times the processor time, beside what a start costs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks.validation import INSTANT
from hpedi.acceptance.acknowledge import AnswerNumbers, acknowledge
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.acceptance.judging import Judging
from hpedi.acceptance_files import RuleFiles
from hpedi.commands.printing import Column, print_table
from hpedi.guide_files import GuideFiles
from hpedi.x12.limits import Limits
from hpedi.x12.reader import read_x12
from hpedi.x12.writer import write_x12
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claim, interchange
from tests.safety.bombs import BOMBS, MANY_SETS, ORDINARY, SLOWER_BOMBS, lay
from tests.safety.test_hostile_input import Cost, cost_of

SECONDS, MEGABYTES, MOST_TIMES = 1.0, 64, 2.6
ROUNDS = 5
LENGTH = 400
_ONE: Final = interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", [clinic_claim("ONE-1", "M01", 10)])])
_CLAIM: Final = _ONE[_ONE.index(b"CLM*") : _ONE.index(b"SE*")]
_LINE: Final = _CLAIM[_CLAIM.index(b"LX*") :]
_SEGMENTS_FROM_ST: Final = _ONE[_ONE.index(b"ST*") : _ONE.index(b"SE*")].count(b"~") + 1
_NO_LIMITS: Final = Limits(
    segment_bytes=10**9, elements=10**9, repetitions=10**9, components=10**9, sets_in_interchange=10**9,
    groups_in_interchange=10**9, interchanges_in_file=10**9, envelope_findings=10**9,
)  # fmt: skip


def _within(body: bytes, length: int) -> bytes:
    """Return the ordinary file with something many times before its SE."""
    at = _ONE.index(b"SE*")
    return _ONE[:at] + body * length + b"SE*%d*0001~" % (_SEGMENTS_FROM_ST + body.count(b"~") * length) + _after_se()


def _after_se() -> bytes:
    return _ONE[_ONE.index(b"GE*") :]


def _sets(length: int) -> bytes:
    one = _ONE[_ONE.index(b"ST*") : _ONE.index(b"GE*")]
    sets = b"".join(one.replace(b"*0001", b"*%04d" % number) for number in range(length))
    return _ONE[: _ONE.index(b"ST*")] + sets + _after_se()


FAMILIES: Final[Mapping[str, Callable[[int], bytes]]] = {
    "claims of one subscriber": lambda length: _within(_CLAIM, length),
    "lines of one claim": lambda length: _within(_LINE, length),
    "diagnoses repeated": lambda length: _within(b"HI*ABK:E119~", length),
    "unknown segments": lambda length: _within(b"ZZZ*1~", length),
    "segments out of order": lambda length: _within(b"NM1*85*2*A*****XX*1~N3*A~", length),
    "levels without a parent": lambda length: _within(b"HL*9*8*22*0~", length),
    "levels in levels": lambda length: _within(b"HL*9*8*22*1~HL*10*9*23*0~", length),
    "claims without anything": lambda length: _within(b"CLM*A*1~", length),
    "other payers": lambda length: _within(b"SBR*S*18*******CI~AMT*D*1~OI***Y***Y~NM1*PR*2*P*****PI*9~", length),
    "empty segments": lambda length: _within(b"~", length),
    "one long segment": lambda length: _within(b"", 0).replace(b"SE*", b"NTE*ADD*" + b"A" * 100 * length + b"~SE*", 1),
    "elements of one segment": lambda length: _within(b"", 0).replace(
        b"SE*", b"NTE" + b"*A" * 50 * length + b"~SE*", 1
    ),
    "repetitions of one element": lambda length: _within(b"", 0).replace(
        b"SE*", b"NTE*" + b"A^" * 50 * length + b"~SE*", 1
    ),
    "transaction sets": _sets,
    "sets of one number": lambda length: (
        _ONE[: _ONE.index(b"ST*")] + _ONE[_ONE.index(b"ST*") : _ONE.index(b"GE*")] * length + _after_se()
    ),
    "interchanges": lambda length: _ONE * length,
    "interchanges cut off": lambda length: _ONE[: _ONE.index(b"SE*")] * length,
    "ISA after ISA": lambda length: _ONE[: _ONE.index(b"GS*")] * 20 * length,
    "no X12 at all": lambda length: b"A,B,C\n" * 200 * length,
}
"""From a length to a file that is in proportion to it."""


@click.command()
@click.option("--length", default=LENGTH, show_default=True, help="Of the shorter file of each family.")
def main(*, length: int) -> None:
    """Measure, print, and leave with 1 if anything took more than it may."""
    bombs = list(_bombs())
    print_table("Bombs", (Column("File"), Column("s more", right=True), Column("MB more", right=True)), [
        (name, f"{seconds:.2f}", f"{megabytes:.0f}") for name, seconds, megabytes in bombs
    ])  # fmt: skip
    families = [(name, _times(make, length)) for name, make in FAMILIES.items()]
    print_table("Twice the length", (Column("Family"), Column("times", right=True)), [
        (name, f"{times:.2f}") for name, times in families
    ])  # fmt: skip
    is_refused = all(seconds <= SECONDS and megabytes <= MEGABYTES for _, seconds, megabytes in bombs)
    sys.exit(not (is_refused and all(times < MOST_TIMES for _, times in families)))


def _bombs() -> Iterator[tuple[str, float, float]]:
    """Measure the command `validate` on each bomb, beside an ordinary file."""
    with TemporaryDirectory(prefix="hpedi-bench-") as folder:
        place = Path(folder)
        ordinary = _cheapest(place, ORDINARY)
        for name, bomb in {**BOMBS, MANY_SETS: SLOWER_BOMBS[MANY_SETS]}.items():
            cost = _cheapest(place, bomb)
            yield name, cost.seconds - ordinary.seconds, (cost.memory - ordinary.memory) / 2**20


def _cheapest(folder: Path, bomb: Callable[[], Iterator[bytes]]) -> Cost:
    path = lay(bomb, folder / "file")
    costs = [cost_of(["validate", path], folder) for _ in range(3)]
    return min(costs, key=lambda cost: cost.seconds)


def _times(make: Callable[[int], bytes], length: int) -> float:
    """Return how many times the processor time twice the length takes; the best of some rounds."""
    once, twice = make(length), make(2 * length)
    seconds_of(once)
    return min(seconds_of(twice) for _ in range(ROUNDS)) / min(seconds_of(once) for _ in range(ROUNDS))


def seconds_of(content: bytes) -> float:
    """Judge a file at all levels, without limits, and write its answer."""
    guides = GuideFiles()
    judging = Judging(
        guide_for=guides.guide_for, sets_of_group=guides.sets_of_group, plan_for=RuleFiles(guides).plan_for
    )
    start = time.process_time()
    for each in judge(read_x12([content], _NO_LIMITS), judging):
        if isinstance(each, InterchangeJudgement):
            answer = acknowledge(each, AnswerNumbers(interchange=1, first_group=1, instant=INSTANT))
            if answer is not None:
                write_x12(answer.interchange, answer.delimiters)
    return time.process_time() - start


if __name__ == "__main__":
    main()
