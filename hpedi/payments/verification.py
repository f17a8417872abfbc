"""The 835 bytes that were written, read back by the same way as anybody's bytes and held against what was built.

Reader, guide walk and `remittance_835.read` run over them: not one finding is allowed, the remittances must be those
that were built, and each must balance again. What stands beside the claims (BPR to the payee, PLB) must also be written
as the remittance writes it, for some of it follows from the rest and is not kept: BPR01, BPR03, BPR10, PLB01, PLB02.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from hpedi.findings import Finding, Where
from hpedi.guides.load import Guide
from hpedi.guides.walk import PlacedBatch, SetWalk
from hpedi.payments.balancing import check_remittance
from hpedi.payments.faults import NotAsWritten
from hpedi.transactions.remittance_835.model import Remittance, as_sent
from hpedi.transactions.remittance_835.read import RemittanceReader
from hpedi.transactions.remittance_835.write import write_remittance
from hpedi.x12.events import Delimiters, InterchangeStart, SegmentBatch, SetEnd, SetStart
from hpedi.x12.reader import read_x12
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import segment_writer

CLAIM_LOOPS: Final = frozenset({"2000", "2100", "2110"})
SET_ENDS: Final = frozenset({"ST", "SE"})


@dataclass(frozen=True, slots=True)
class RemittancesRead:
    """What an interchange of 835 sets was read as.

    Attributes:
        remittances: One a readable set, in order.
        findings: Everything found.
        beside_claims: The segments of all sets that stand beside the claims, as sent, ST and SE left out.
        delimiters: Of the interchange.
    """

    remittances: tuple[Remittance, ...]
    findings: tuple[Finding, ...]
    beside_claims: tuple[str, ...]
    delimiters: Delimiters


def read_remittances(content: bytes, guide: Guide) -> RemittancesRead:
    """Read the 835 sets of a file and gather the findings of reader, walk and model.

    Args:
        content: The whole file.
        guide: 005010X221A1.
    """
    findings: list[Finding] = []
    remittances: list[Remittance] = []
    beside: list[str] = []
    delimiters, control_number = Delimiters(), ""
    open_set: tuple[SetWalk, RemittanceReader] | None = None
    for event in read_x12([content]):
        if isinstance(event, SegmentBatch) and open_set:
            walk, reader = open_set
            placed = walk.feed(event)
            findings += placed.findings
            reader.read(placed)
            beside += _beside_claims(placed)
        elif isinstance(event, SetEnd) and open_set:
            walk, reader = open_set
            read = reader.close()
            findings += [*walk.close(), *read.findings]
            remittances += [read.remittance] if read.remittance else []
        elif isinstance(event, InterchangeStart):
            delimiters, control_number = event.delimiters, event.control_number
        elif isinstance(event, SetStart):
            where = Where(interchange=control_number, transaction_set=event.elements[2])
            open_set = SetWalk(guide, delimiters, where), RemittanceReader(delimiters, where)
        elif isinstance(event, Finding):
            findings.append(event)
    return RemittancesRead(tuple(remittances), tuple(findings), tuple(beside), delimiters)


def _beside_claims(placed: PlacedBatch) -> Iterator[str]:
    for node, text in zip(placed.nodes, placed.texts, strict=True):
        if node is not None and node.loop_id not in CLAIM_LOOPS and node.segment_id not in SET_ENDS:
            yield text


def verify_remittances(content: bytes, guide: Guide, built: Sequence[Remittance]) -> tuple[Remittance, ...]:
    """Read written bytes back, compare them with what they were written from, and balance them again.

    Args:
        content: The interchange that was written.
        guide: 005010X221A1.
        built: The remittances it was written from, in order.

    Returns:
        The remittances as read.

    Raises:
        NotAsWritten: The bytes give a finding or other remittances: a bug; nothing may be released.
        Unbalanced: One does not balance: likewise.
    """
    read = read_remittances(content, guide)
    if read.findings:
        first = read.findings[0]
        place = f"{first.where.segment_id or ''} at segment {first.where.segment}"
        raise NotAsWritten(f"the 835 reads back with {len(read.findings)} findings, first {first.code}: {place}")
    if len(read.remittances) != len(built):
        raise NotAsWritten("the 835 file reads back with another number of sets")
    for number, (one, other) in enumerate(zip(read.remittances, built, strict=True), start=1):
        if one != as_sent(other):
            raise NotAsWritten(f"the 835 reads back as another remittance: set {number}")
        check_remittance(one)
    write = segment_writer(read.delimiters)
    if list(read.beside_claims) != [write(segment) for made in built for segment in _without_claims(made)]:
        raise NotAsWritten("the 835 says something else beside its claims than was written")
    return read.remittances


def _without_claims(remittance: Remittance) -> Iterator[SegmentValues]:
    return write_remittance(replace(remittance, claims=()))
