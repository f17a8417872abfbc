"""The events of the X12 reader to an outline, piece by piece, and the choice of what of it to show.

Memory does not grow with the file. What is shown, and whether values are, is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hpedi.acceptance.guide_refusal import guide_refused
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.outline import Branch, BranchKind, OutlinedSegment, Piece
from hpedi.acceptance.outlined_set import OutlinedSet
from hpedi.acceptance.set_reading import SetReading
from hpedi.findings import Finding, Where
from hpedi.x12.events import (
    Delimiters,
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

_CONTEXT_KEPT: Final = 200


def outline(events: Iterable[Event], judging: Judging) -> Iterator[Piece]:
    """Outline a file.

    Args:
        events: What `hpedi.x12.reader.read_x12` yields.
        judging: How to judge; claims and sets are not handed out.

    Yields:
        The pieces in the order of the file.

    Findings:
        Those of the reader, of the guides' walk, of the claim reader and of the checks; set-not-supported,
        set-not-of-group, version-not-adopted.
    """
    outliner = _Outliner(judging)
    for event in events:
        yield from outliner.take(event)


class _Outliner:
    """The units open at the present place in the file."""

    def __init__(self, judging: Judging) -> None:
        self._judging = judging
        self._delimiters = Delimiters()
        self._units: tuple[Branch, ...] = ()
        self._receiver = ""
        self._group: tuple[str, ...] = ()
        self._set: OutlinedSet | None = None

    def take(self, event: Event) -> Iterator[Piece]:
        """Take the next event."""
        if isinstance(event, SegmentBatch):
            yield from () if self._set is None else self._set.take(event)
        elif isinstance(event, Finding):
            yield from self._note(event)
        elif isinstance(event, SetStart):
            self._open_set(event)
        elif isinstance(event, SetEnd):
            yield from () if self._set is None else self._set.close()
            self._set, self._units = None, self._units[:2]
        else:
            yield from self._envelope(event)

    def _note(self, finding: Finding) -> Iterator[Piece]:
        if self._set is None:
            yield Piece(self._units, self._delimiters, findings=[finding])
        else:
            self._set.note(finding)

    def _envelope(
        self, event: InterchangeStart | InterchangeEnd | InterchangeAcknowledged | GroupStart | GroupEnd
    ) -> Iterator[Piece]:
        """Open a unit before its first segment, close it after its last."""
        if isinstance(event, InterchangeStart):
            self._delimiters, self._receiver = event.delimiters, event.elements[8].strip()
            self._units = (Branch(BranchKind.INTERCHANGE, event.control_number),)
        elif isinstance(event, GroupStart):
            self._group = event.elements
            self._units = (*self._units[:1], Branch(BranchKind.GROUP, event.elements[6]))
        if event.elements:
            yield Piece(self._units, self._delimiters, [OutlinedSegment(event.elements)])
        if isinstance(event, InterchangeEnd | GroupEnd):
            self._units = self._units[:-1]

    def _open_set(self, event: SetStart) -> None:
        _, set_id, control_number, *_ = event.elements
        guide = self._judging.guide_for(self._group[1], self._group[8], set_id)
        name = "" if guide is None else f"{guide.transaction_set} {guide.id}"
        self._units = (*self._units[:2], Branch(BranchKind.SET, control_number, name))
        where = Where(
            file=self._judging.file,
            interchange=self._units[0].id,
            group=self._units[1].id,
            transaction_set=control_number,
        )
        receivers = frozenset({self._receiver, self._group[3].strip()})
        reading = None if guide is None else SetReading(guide, self._delimiters, where, self._judging, receivers)
        self._set = OutlinedSet(self._units, self._delimiters, reading)
        if guide is None:
            functional_id, version = self._group[1], self._group[8]
            self._set.note(
                guide_refused(
                    where, self._judging, functional_id=functional_id, version=version, transaction_set=set_id
                )
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to show: pieces of which all that is asked for holds.

    Attributes:
        loop: A loop id: only its instances, with the loops inside them.
        claim: A CLM01 or CLP01: only that claim, and what stands above it for it too.
        errors: Only loops in which something was found.
    """

    loop: str | None = None
    claim: str | None = None
    errors: bool = False

    def of(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield the pieces to show."""
        chosen = pieces if self.claim is None else _of_claim(pieces, self.claim)
        return (piece for piece in chosen if self._shows(piece))

    def _shows(self, piece: Piece) -> bool:
        if self.errors and not any(piece.every_finding()):
            return False
        return self.loop is None or any(
            branch.kind is BranchKind.LOOP and branch.id == self.loop for branch in piece.chain
        )


def _of_claim(pieces: Iterable[Piece], claim: str) -> Iterator[Piece]:
    """Yield the pieces of a claim, after those above it that were not yielded yet."""
    above: list[Piece] = []
    for piece in pieces:
        claims = [branch.claim for branch in piece.chain if branch.claim is not None]
        above = [earlier for earlier in above if _tells_about(earlier, piece.chain)]
        if claim in claims:
            yield from above
            above = []
            yield piece
        elif not claims and len(above) < _CONTEXT_KEPT:
            above.append(piece)


def _tells_about(earlier: Piece, chain: Sequence[Branch]) -> bool:
    """Say whether a piece belongs to what is open: to one of its branches, or a loop in it that stands only once."""
    around = [branch for branch in earlier.chain if not branch.stands_once]
    return all(branch in chain for branch in around)
