"""The events of the X12 reader to judgements: walks every set by its guide, reads its claims and checks them.

Claims are handed out one at a time, while their set is still being read; an interchange is judged at its end. Memory
does not grow with the sets: findings are counted, and only the first of a unit are kept. What is answered is not
decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.open_units import OpenGroup, OpenInterchange, OpenSet
from hpedi.acceptance.verdicts import Level, refused_level
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.x12.events import (
    Event,
    GroupEnd,
    GroupStart,
    InterchangeAcknowledged,
    InterchangeEnd,
    InterchangeStart,
    SegmentBatch,
    SetEnd,
    SetStart,
)

_MOST_NUMBERS: Final = 10_000
"""Control numbers of interchanges that are remembered of a file."""


def judge(events: Iterable[Event], judging: Judging) -> Iterator[InterchangeJudgement | Finding]:
    """Judge a file.

    Args:
        events: What `hpedi.x12.reader.read_x12` yields.
        judging: How to judge.

    Yields:
        Each interchange when it ends, and findings outside any interchange.

    Findings:
        Those of the reader, of the guides' walk, of the claim reader and of the checks; set-not-supported,
        set-not-of-group, version-not-adopted, interchange-repeated, group-empty.
    """
    court = _Court(judging)
    for event in events:
        if isinstance(event, SegmentBatch):
            court.segments(event)
        elif isinstance(event, Finding):
            yield from court.finding(event)
        elif isinstance(event, InterchangeEnd):
            yield court.end_interchange(event)
        else:
            court.envelope(event)


class _Court:
    """The units open at the present place in the file."""

    def __init__(self, judging: Judging) -> None:
        self._judging = judging
        self._interchanges = 0
        self._numbers: set[tuple[str, ...]] = set()
        self._interchange: OpenInterchange | None = None
        self._group: OpenGroup | None = None
        self._set: OpenSet | None = None

    def envelope(self, event: Event) -> None:
        """Open or close a unit."""
        if isinstance(event, SetStart):
            self._open_set(event)
        elif isinstance(event, SetEnd):
            self._close_set(event)
        elif isinstance(event, GroupStart):
            self._group = OpenGroup(event, self._judging.findings_kept)
        elif isinstance(event, GroupEnd):
            self._close_group(event)
        elif isinstance(event, InterchangeStart):
            self._open_interchange(event)
        elif isinstance(event, InterchangeAcknowledged):
            self._open().acknowledged.append(event.elements)

    def segments(self, batch: SegmentBatch) -> None:
        """Take segments of the open set."""
        if self._set is None:
            raise LookupError("segments outside any transaction set")
        self._set.take(batch)

    def finding(self, finding: Finding) -> Iterator[Finding]:
        """Note a finding of the reader against the unit it refuses; yield it where no interchange is open."""
        if finding.kind.snip > self._judging.highest_snip:
            return
        if self._interchange is None:
            yield finding
            return
        level = refused_level(finding, self._innermost())
        if level in (Level.SET, Level.CLAIM) and self._set is not None:
            self._set.note(finding)
        elif level in (Level.SET, Level.CLAIM, Level.GROUP) and self._group is not None:
            self._group.note(finding)
        else:
            self._interchange.note(finding)

    def end_interchange(self, event: InterchangeEnd) -> InterchangeJudgement:
        """Close the interchange and judge it."""
        judgement = self._open().judged(event)
        self._interchange = None
        return judgement

    def _innermost(self) -> Level:
        if self._set is not None:
            return Level.SET
        return Level.INTERCHANGE if self._group is None else Level.GROUP

    def _open(self) -> OpenInterchange:
        if self._interchange is None:
            raise LookupError("no interchange is open")
        return self._interchange

    def _open_interchange(self, event: InterchangeStart) -> None:
        self._interchanges += 1
        self._interchange = OpenInterchange(event, self._interchanges, self._judging.findings_kept)
        if self._judging.check_interchange is not None:
            for finding in self._judging.check_interchange(event):
                self._interchange.note(finding)
        else:
            self._note_repeated(event, self._interchange)

    def _note_repeated(self, start: InterchangeStart, interchange: OpenInterchange) -> None:
        """Note another interchange of the same sender, receiver and number in the file, where no store is asked."""
        number = (*start.elements[5:9], start.control_number)
        if number in self._numbers:
            where = Where(file=self._judging.file, interchange=start.control_number, byte_offset=start.byte_offset)
            interchange.note(found("interchange-repeated", replace(where, segment_id="ISA", element=13)))
        elif len(self._numbers) < _MOST_NUMBERS:
            self._numbers.add(number)

    def _open_set(self, event: SetStart) -> None:
        interchange, group = self._open(), self._group
        if group is None:
            raise LookupError("a transaction set outside any group")
        interchange.sets += 1
        guide = self._judging.guide_for(group.elements[1], group.elements[8], event.elements[1])
        self._set = OpenSet(event, guide, interchange, group, self._judging)

    def _close_set(self, event: SetEnd) -> None:
        if self._set is None or self._group is None:
            raise LookupError("the end of a transaction set that is not open")
        judgement = self._set.judged(event)
        self._set = None
        self._group.sets.append(judgement)
        if self._judging.on_set is not None:
            self._judging.on_set(judgement)

    def _close_group(self, event: GroupEnd) -> None:
        if self._group is None:
            raise LookupError("the end of a group that is not open")
        interchange, group = self._open(), self._group
        if not event.sets_received:
            number = interchange.start.control_number
            where = Where(file=self._judging.file, interchange=number, group=group.elements[6], segment_id="GE")
            group.note(found("group-empty", replace(where, element=1)))
        interchange.groups.append(group.judged(event))
        self._group = None
