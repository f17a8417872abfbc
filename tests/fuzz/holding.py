"""What must hold of any bytes: judged without an exception, lost nowhere, and answered in files that are right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from hpedi.acceptance.acknowledge import AnswerNumbers, acknowledge
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import FileJudgement, judged_file
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.outlining import outline
from hpedi.acceptance_files import RuleFiles
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from hpedi.x12.events import InterchangeAcknowledged
from hpedi.x12.reader import read_x12
from hpedi.x12.writer import write_x12
from tests.x12.telling import unaccounted

_GUIDES: Final = GuideFiles()
_JUDGING: Final = Judging(
    guide_for=_GUIDES.guide_for,
    sets_of_group=_GUIDES.sets_of_group,
    plan_for=RuleFiles(_GUIDES, companion="94267").plan_for,
)
_INSTANT: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
_COPIED: Final = {("element-code", "AK1", 1), ("element-code", "AK2", 1)}
"""What a 999 must repeat though its guide has no such code: GS01 and ST01 that no guide knows."""
_OF_INTERCHANGES: Final = {"interchange-repeated", "group-empty"}
"""What is found in a file or interchange as a whole, which an outline does not judge."""
SMALL_BLOCK: Final = 61


def judged(content: bytes) -> FileJudgement:
    """Judge bytes by all guides and rules."""
    return judged_file(list(judge(read_x12([content]), _JUDGING)))


def holds(content: bytes) -> FileJudgement:
    """Judge bytes, and raise AssertionError where something does not hold.

    All bytes are accounted for; each answer can be written, and our own guides find no error in it.
    """
    events = list(read_x12([content]))
    if not any(isinstance(event, InterchangeAcknowledged) and not all(event.elements) for event in events):
        assert unaccounted(content, events) == []  # a torn TA1 is told without its place, and is not found again
    result = judged(content)
    for interchange in result.interchanges:
        answer = acknowledge(interchange, AnswerNumbers(interchange=1, first_group=1, instant=_INSTANT))
        if answer is not None:
            written = write_x12(answer.interchange, answer.delimiters)
            wrong = {(f.code, f.where.segment_id or "", f.where.element or 0) for f in _errors(judged(written))}
            assert sorted(wrong - _COPIED) == []
    return result


def holds_slowly(content: bytes) -> None:
    """Judge bytes as `holds` does, and in small blocks, and as an outline: each tells the same findings.

    An outline gives every finding a place; it keeps all of them, where a judgement keeps the first of many.
    """
    whole = holds(content)
    small = judged_file(list(judge(read_x12([content], block_bytes=SMALL_BLOCK), _JUDGING)))
    assert _told(whole) == _told(small)
    outlined = [finding for piece in outline(read_x12([content]), _JUDGING) for finding in piece.every_finding()]
    codes = {finding.code for finding in _all(whole)} - _OF_INTERCHANGES
    assert codes <= {finding.code for finding in outlined}


def _all(result: FileJudgement) -> list[Finding]:
    return [*result.findings, *(each for interchange in result.interchanges for each in interchange.findings())]


def _errors(result: FileJudgement) -> list[Finding]:
    return [finding for finding in _all(result) if finding.is_error]


def _told(result: FileJudgement) -> list[tuple[str, int | None, int | None]]:
    return sorted(
        ((f.code, f.where.segment, f.where.element) for f in _all(result)), key=lambda told: tuple(map(str, told))
    )
