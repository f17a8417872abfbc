"""Answers and submissions as pyx12 sees them: an independent engine accepts what we write."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from hpedi.acceptance.acknowledge import acknowledge
from hpedi.acceptance.claim_checks import payer_checks
from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.x12.events import Delimiters, GroupStart, InterchangeStart, SegmentBatch
from hpedi.x12.reader import read_x12
from hpedi.x12.writer import write_x12
from tests.acceptance.submissions import JOHN, MARY, changed, submitted
from tests.acceptance.test_acknowledge import NUMBERS, REFUSED, claim_answers
from tests.acceptance.test_claim_acknowledgment import ACCIDENT, ELSEWHERE, OURS, POINTS_NOWHERE, STRANGER


def opinions(data: bytes) -> list[tuple[str, Opinion]]:
    """Ask pyx12 about each set of a file; the guide and its opinion."""
    said: list[tuple[str, Opinion]] = []
    delimiters, functional_id, version = Delimiters(), "", ""
    for event in read_x12([data]):
        if isinstance(event, InterchangeStart):
            delimiters = event.delimiters
        elif isinstance(event, GroupStart):
            functional_id, version = event.elements[1], event.elements[8]
        elif isinstance(event, SegmentBatch):
            answer = validate_with_pyx12(event.texts, delimiters, functional_id=functional_id, version=version)
            said.append((version, answer.opinion))
    return said


def test_pyx12_accepts_the_claims_we_write() -> None:
    """An 837P written from models passes pyx12."""
    assert opinions(submitted()) == [("005010X222A1", Opinion.ACCEPTED)]


def test_pyx12_accepts_refusals_at_every_level() -> None:
    """277CAs that refuse a line, a claim, a provider and a submission pass pyx12, and so does a 999 with triggers.

    Of the triggers of a segment pyx12 takes a claim's CTX for one too many (PX-43): it is left out for it.
    """
    stranger = replace(MARY, billing=STRANGER)
    elsewhere = replace(MARY, payer=ELSEWHERE)
    data = submitted([MARY, ACCIDENT, POINTS_NOWHERE, stranger], [elsewhere], [stranger, MARY, stranger])
    interchange, answers = claim_answers(data, claim_checks=payer_checks(OURS))
    answer = acknowledge(interchange, NUMBERS, claims=answers)
    assert answer is not None
    written = write_x12(answer.interchange, answer.delimiters)
    assert written.count(b"CTX*SITUATIONAL TRIGGER*") == 2
    assert written.count(b"~SVC*") == 1
    assert [written.count(f"*{level}*0~".encode()) for level in ("2*19", "1*21")] == [3, 1]
    readable = changed(written, "*11:1~CTX*CLM01:PCN3~", "*11:1~")
    readable = re.sub(rb"SE\*([0-9]+)\*0001~GE\*1\*501~", one_less, readable)
    assert opinions(readable) == [("005010X231A1", Opinion.ACCEPTED), *[("005010X214", Opinion.ACCEPTED)] * 3]


def one_less(end: re.Match[bytes]) -> bytes:
    """Return SE of the 999 counting one segment less."""
    return b"SE*%d*0001~GE*1*501~" % (int(end[1]) - 1)


@pytest.mark.parametrize(
    ("old", "new"), [("SE*23*0003", "SE*9*0003"), ("942670000201~N3*1 LAKE ST~", "942670000201~N3~")]
)
def test_pyx12_accepts_our_999_and_277ca(old: str, new: str) -> None:
    """A 999 with a rejected set and 277CAs with accepted and refused claims pass pyx12."""
    data = changed(submitted([REFUSED, MARY], [MARY], [JOHN]), old, new)
    interchange, answers = claim_answers(data)
    answer = acknowledge(interchange, NUMBERS, claims=answers)
    assert answer is not None
    assert opinions(write_x12(answer.interchange, answer.delimiters)) == [
        ("005010X231A1", Opinion.ACCEPTED),
        ("005010X214", Opinion.ACCEPTED),
        ("005010X214", Opinion.ACCEPTED),
    ]
