"""A file as somebody reads it: units and loops that hold each other, with their segments and what was found there.

The model only. A file comes as a stream of pieces, each the consecutive segments of one loop instance with the
branches around it; `outlining` makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hpedi.findings import Finding
from hpedi.guides.nodes import SegmentNode
from hpedi.x12.events import Delimiters


class BranchKind(StrEnum):
    """What holds segments."""

    INTERCHANGE = "Interchange"
    GROUP = "Functional group"
    SET = "Transaction set"
    LOOP = "Loop"


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """One interchange, group, set or loop instance; compared by identity.

    Attributes:
        kind: Which of them.
        id: Its control number; the id of a loop.
        name: What the guide calls it.
        stands_once: Whether a loop may stand only once in the loop around it, and so tells about all that follows.
        claim: CLM01 or CLP01 of the loop of a claim; None for any other.
    """

    kind: BranchKind
    id: str
    name: str = ""
    stands_once: bool = False
    claim: str | None = None


@dataclass(slots=True)
class OutlinedSegment:
    """A segment.

    Attributes:
        elements: Its id and its elements as sent.
        position: In its set, ST being 1; None in the envelope.
        node: Its place in the guide; None in the envelope, without a guide, or where it has none.
        findings: Those about it.
    """

    elements: Sequence[str]
    position: int | None = None
    node: SegmentNode | None = None
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Piece:
    """Consecutive segments of one branch.

    Attributes:
        chain: The branches around them, outermost first; empty outside any interchange.
        delimiters: Of the interchange.
        segments: At most some thousands.
        findings: Those that are about no segment of the piece, but were told here.
    """

    chain: tuple[Branch, ...]
    delimiters: Delimiters
    segments: list[OutlinedSegment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def every_finding(self) -> Iterator[Finding]:
        """Go through the findings of the segments and of the piece."""
        for segment in self.segments:
            yield from segment.findings
        yield from self.findings
