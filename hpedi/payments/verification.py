"""The 835 bytes that were written, read back by the same way as anybody's bytes and held against what was built.

Reader, guide walk and `remittance_835.read` run over them: not one finding is allowed, the remittances must be those
that were built, and each must balance again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hpedi.findings import Finding, Where
from hpedi.guides.load import Guide
from hpedi.guides.walk import SetWalk
from hpedi.payments.balancing import check_remittance
from hpedi.payments.faults import NotAsWritten
from hpedi.transactions.remittance_835.model import Remittance, as_sent
from hpedi.transactions.remittance_835.read import RemittanceReader
from hpedi.x12.events import Delimiters, InterchangeStart, SegmentBatch, SetEnd, SetStart
from hpedi.x12.reader import read_x12


@dataclass(frozen=True, slots=True)
class RemittancesRead:
    """What an interchange of 835 sets was read as: a remittance a readable set, in order, and everything found."""

    remittances: tuple[Remittance, ...]
    findings: tuple[Finding, ...]


def read_remittances(content: bytes, guide: Guide) -> RemittancesRead:
    """Read the 835 sets of a file and gather the findings of reader, walk and model.

    Args:
        content: The whole file.
        guide: 005010X221A1.
    """
    findings: list[Finding] = []
    remittances: list[Remittance] = []
    delimiters, control_number = Delimiters(), ""
    open_set: tuple[SetWalk, RemittanceReader] | None = None
    for event in read_x12([content]):
        if isinstance(event, SegmentBatch) and open_set:
            walk, reader = open_set
            placed = walk.feed(event)
            findings += placed.findings
            reader.read(placed)
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
    return RemittancesRead(tuple(remittances), tuple(findings))


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
    return read.remittances


def verify_remittance_bytes(content: bytes, guide: Guide, built: Remittance) -> Remittance:
    """Verify an interchange that holds one 835, as `verify_remittances` does."""
    (read,) = verify_remittances(content, guide, [built])
    return read
