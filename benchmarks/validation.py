"""How fast one file is tokenised, walked and judged, by us and by others.

Measured is the time of the processor, not of the clock: other work on the machine then disturbs less.
"""

from __future__ import annotations

import gc
import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pyx12.params
import pyx12.x12n_document

from hpedi.acceptance.acknowledge import AnswerNumbers, acknowledge
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.acceptance.judging import HIGHEST_SNIP, Judging
from hpedi.acceptance_files import RuleFiles
from hpedi.findings import Where
from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.guides.moves import GuideTables
from hpedi.guides.segment_check import MemoCount
from hpedi.guides.walk import PlacedBatch, SetWalk
from hpedi.transactions.claim_837.read import ClaimReader
from hpedi.x12.events import Delimiters, SegmentBatch, SetStart
from hpedi.x12.reader import read_x12
from hpedi.x12.writer import write_x12

CHUNK_BYTES = 1 << 18
GUIDE = ("HC", "005010X222A1", "837")
DELIMITERS = Delimiters()
INSTANT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Measured:
    """Segments done in seconds."""

    segments: int
    seconds: float

    @property
    def rate(self) -> float:
        """Segments a second."""
        return self.segments / self.seconds


def best_of(rounds: int, jobs: Mapping[str, Callable[[], Measured]]) -> dict[str, Measured]:
    """Return the fastest of some runs of each job: what disturbs a run only makes it slower.

    The jobs take turns, so that a busy minute of the machine falls on all of them.
    """
    runs = [{name: job() for name, job in jobs.items()} for _ in range(rounds)]
    return {name: min((run[name] for run in runs), key=lambda measured: measured.seconds) for name in jobs}


def tokenise(path: Path) -> Measured:
    """Read the file to its end."""
    return _timed(lambda: sum(len(event.texts) for event in read_x12(_chunks(path)) if isinstance(event, SegmentBatch)))


def walk(path: Path, *, memo: bool) -> Measured:
    """Read the file and walk its sets by their guide."""
    tables = GuideTables(_guide(), DELIMITERS, memo=memo)
    return _timed(lambda: sum(len(placed.texts) for placed in _walked(path, tables)))


def memo_hit_rate(path: Path) -> float:
    """Return which share of the file's segments the walk finds in its memo."""
    counted = MemoCount()
    tables = GuideTables(_guide(), DELIMITERS, count=counted)
    segments = sum(len(placed.texts) for placed in _walked(path, tables))
    return counted.hits / segments


def validate(path: Path, *, snip: int = HIGHEST_SNIP) -> Measured:
    """Judge the file up to a SNIP level, 2 being what pyx12 does, and write its TA1 and 999."""
    guides = GuideFiles()
    judging = Judging(guide_for=guides.guide_for, plan_for=RuleFiles(guides).plan_for, highest_snip=snip)
    judging.guide_for(*GUIDE)

    def judged() -> int:
        segments = 0
        numbers = count(1)
        for each in judge(read_x12(_chunks(path)), judging):
            if isinstance(each, InterchangeJudgement):
                segments += each.segments
                number = next(numbers)
                answer = acknowledge(each, AnswerNumbers(interchange=number, first_group=number, instant=INSTANT))
                if answer is not None:
                    write_x12(answer.interchange, answer.delimiters)
        return segments

    return _timed(judged)


def models(path: Path) -> Measured:
    """Make the models of an 837P's claims from segments that are placed already; counted are claims."""
    tables = GuideTables(_guide(), DELIMITERS)
    claims, seconds = 0, 0.0
    for placed in _walked(path, tables):
        if placed.batch.first_position == 1:
            reader = ClaimReader(DELIMITERS)
        start = time.process_time()
        claims += sum(each.claim is not None for each in reader.read(placed))
        seconds += time.process_time() - start
    return Measured(claims, seconds)


def validate_with_pyx12(path: Path, *, answers: bool = True) -> Measured:
    """Have pyx12 judge a file and write its 999; for files of one set: its time grows with the square of the sets.

    Args:
        path: The file.
        answers: Whether it writes a 999: it cannot for an 835.
    """
    content = path.read_text()

    def judged() -> int:
        answer = io.StringIO() if answers else None
        pyx12.x12n_document.x12n_document(pyx12.params.ParamsBase(), io.StringIO(content), answer, None, None)
        if answer is not None and "IK5*" not in answer.getvalue():
            raise RuntimeError("pyx12 wrote no 999")
        return content.count("~")

    return _timed(judged)


def floor(script: Path, *arguments: str) -> Measured:
    """Run one of the plain Python floors, which lie beside the project."""
    told, seconds = _run(str(script), *arguments)
    _, of_start = _run("-c", "import sys, time, json, re, gc")
    return Measured(json.loads(told)["n"], seconds - of_start)


def _run(*arguments: str) -> tuple[str, float]:
    """Run Python in a process of its own; return what it printed and its processor time in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _guide() -> Guide:
    guide = GuideFiles().guide_for(*GUIDE)
    if guide is None:
        raise LookupError("the guide of the 837P is not there")
    return guide


def _walked(path: Path, tables: GuideTables) -> Iterator[PlacedBatch]:
    for event in read_x12(_chunks(path)):
        if isinstance(event, SetStart):
            walk_of_set = SetWalk(tables.guide, DELIMITERS, Where(), tables=tables)
        elif isinstance(event, SegmentBatch):
            yield walk_of_set.feed(event)


def _timed(work: Callable[[], int]) -> Measured:
    gc.collect()
    start = time.process_time()
    segments = work()
    return Measured(segments, time.process_time() - start)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            yield chunk
