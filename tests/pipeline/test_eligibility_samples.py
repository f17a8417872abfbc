"""Every 270 written by others gets an answer: as it is, and sent to us by a partner of ours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.x12.segment import read_segment
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12
from tests.commands.running import run_hpedi
from tests.pipeline.conftest import RECEIVED, Demo
from tests.pipeline.test_eligibility import answers
from tests.pipeline.test_judged_by_others import sets_of
from tests.shared import samples_dir

VERSION = "005010X279A1"


def samples() -> list[Path]:
    """Return the files that hold a 270."""
    every = (path for path in sorted(samples_dir().rglob("*")) if path.is_file() and b"270" in path.read_bytes())
    return [path for path in every if any(_is_270(texts) for texts, *_envelope in sets_of(path.read_bytes()))]


def _is_270(texts: list[str]) -> bool:
    return bool(texts) and texts[0][:2] == "ST" and texts[0][3:6] == "270"


def as_ours(path: Path, numbers: Iterator[int]) -> Iterator[bytes]:
    """Yield the 270 sets of a file, each in an interchange from Riverbend to us and asked for its clinic."""
    inquiries = (each for each in sets_of(path.read_bytes()) if _is_270(each[0]))
    for texts, delimiters, _functional_id, _version in inquiries:
        segments = [read_segment(text, delimiters) for text in texts]
        body = [_readdressed(list(segment)) for segment in segments if segment[0] not in {"ST", "SE"}]
        made = TransactionSet(id="270", control_number="0001", version=VERSION, segments=body)
        group = FunctionalGroup(
            functional_id="HS",
            sender="RIVERBEND",
            receiver="94267",
            instant=RECEIVED,
            control_number=1,
            version=VERSION,
            sets=[made],
        )
        yield write_x12(
            Interchange(
                sender=InterchangeParty("ZZ", "RIVERBEND"),
                receiver=InterchangeParty("ZZ", "94267"),
                instant=RECEIVED,
                control_number=next(numbers),
                usage="P",
                groups=[group],
            )
        )


def _readdressed(segment: list[object]) -> list[str]:
    """Let the information source be us, and the receiver the clinic."""
    if segment[0] == "NM1" and segment[1] in {"PR", "2B", "36", "GP", "P5"}:
        return [*segment[:8], "PI", "94267"] if len(segment) > 8 else segment  # type: ignore[list-item,return-value]
    if segment[0] == "NM1" and segment[1] in {"1P", "80", "FA"} and len(segment) > 8:
        return [*segment[:8], "XX", "1000002000"]  # type: ignore[list-item]
    return segment  # type: ignore[return-value]


def test_every_270_is_answered_as_it_is(demo: Demo) -> None:
    """None of them is for us: each file gets a TA1 or stands in quarantine, and none ends in a traceback."""
    files = samples()
    assert len(files) >= 20
    for path in files:
        received = demo.receive(path.read_bytes())
        assert received.quarantined or all(each.verdict and each.summary.answer for each in received.receipts), (
            path.name
        )


def test_every_270_sent_to_us_is_answered_with_a_valid_271_or_a_999(demo: Demo) -> None:
    """Sent by a partner of ours, a set is answered with a 271 that both engines accept, or refused in its 999."""
    kinds: list[str] = []
    numbers = count(501)
    for path in samples():
        for content in as_ours(path, numbers):
            before = set(answers(demo))
            (outcome,) = demo.receive(content).receipts
            demo.jobs.deliver()
            made = set(answers(demo)) - before
            kinds.append("271" if made else "999")
            assert made or outcome.summary.sets_refused, path.name
            for file in made:
                check(file)
    assert kinds.count("271") >= 10


def check(file: Path) -> None:
    """Let both engines look at an answer."""
    assert run_hpedi("validate", file) == 0, file
    for texts, delimiters, functional_id, version in sets_of(file.read_bytes()):
        said = validate_with_pyx12(texts, delimiters, functional_id=functional_id, version=version)
        assert said.opinion is Opinion.ACCEPTED, file
