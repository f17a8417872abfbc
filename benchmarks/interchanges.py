"""Files of one interchange and one group, of sets of one guide, for the benchmarks: always the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, stream_x12

UNITS_A_SET = 5000
SENT = datetime(2026, 3, 2, 8, 30)  # noqa: DTZ001  # local time of the sender
DAY, TIME = f"{SENT:%Y%m%d}", f"{SENT:%H%M}"
PAYER_NAME, PAYER_ID = "HPEDI SAMPLE HEALTH PLAN", "94267"
SUBMITTER_NAME, SUBMITTER_ID = "PRAIRIELINK CLEARINGHOUSE", "PRAIRIELINK"
US, CLEARINGHOUSE = InterchangeParty("ZZ", PAYER_ID), InterchangeParty("30", "410000301")

SetBody = Callable[[int, range], Iterable[SegmentValues]]
"""From the ordinal of a set and the numbers of its units to its segments between ST and SE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a file holds.

    Attributes:
        name: What we call it, for example 837P.
        functional_id: GS01.
        set_id: ST01.
        version: GS08.
        body: Writes a set.
        unit: What the sets hold many of.
        is_named_in_set: Whether ST03 repeats the version.
    """

    name: str
    functional_id: str
    set_id: str
    version: str
    body: SetBody
    unit: str = "claims"
    is_named_in_set: bool = True


def write_file(path: Path, kind: Kind, units: int) -> None:
    """Write a file of so many claims or inquiries."""
    group = FunctionalGroup(
        functional_id=kind.functional_id,
        sender=SUBMITTER_ID,
        receiver=PAYER_ID,
        instant=SENT,
        control_number=1,
        version=kind.version,
        sets=_sets(kind, units),
    )
    whole = Interchange(
        sender=CLEARINGHOUSE,
        receiver=US,
        instant=SENT,
        control_number=900_000_000 + units,
        usage="P",
        groups=(group,),
    )
    with path.open("wb") as out:
        out.writelines(stream_x12(whole))


def _sets(kind: Kind, units: int) -> Iterator[TransactionSet]:
    version = kind.version if kind.is_named_in_set else ""
    for ordinal, first in enumerate(range(0, units, UNITS_A_SET), 1):
        body = kind.body(ordinal, range(first, min(first + UNITS_A_SET, units)))
        yield TransactionSet(id=kind.set_id, control_number=f"{ordinal:04d}", version=version, segments=body)
