"""Where what went out lies: delivered, sent again, picked up, one event each; files alike are one event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from hpedi.pipeline.gateway_ports import Pickup
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import OutboundRow
from hpedi.pipeline.tracking_events import Placed, TrackWords, some


@dataclass(frozen=True, slots=True)
class Handed:
    """What is known of files of the outbox, by their rows: when they were sent again, and who picked them up."""

    resent: Mapping[int, Sequence[datetime]]
    pickups: Mapping[int, Sequence[Pickup]]

    @classmethod
    def of(cls, work: Work, rows: Sequence[OutboundRow]) -> Handed:
        """Read it."""
        ids = [row.id for row in rows]
        return cls(work.tracking.resent(ids), work.pickups.of(ids))


def put_out(words: TrackWords, rows: Sequence[OutboundRow], handed: Handed, rank: int) -> Iterator[Placed]:
    """Yield where files were delivered, when they were sent again, and who picked them up."""
    delivered = [(row.delivered_at, row) for row in rows if row.delivered_at is not None]
    resent = [(at, row) for row in rows for at in handed.resent.get(row.id, ())]
    yield from _laid(words, delivered, rank, "delivered")
    yield from _laid(words, resent, rank + 1, "sent again")
    of_id = {row.id: row for row in rows}
    read = sorted((each.at, each.partner, row) for row in of_id for each in handed.pickups.get(row, ()))
    for at, partner, row in ((at, partner, of_id[outbox]) for at, partner, outbox in read):
        yield words.placed(at, rank + 2, "picked up", row.name, f"from {row.folder}", codes=(row.kind,), by=partner)


def _laid(words: TrackWords, laid: Sequence[tuple[datetime, OutboundRow]], rank: int, what: str) -> Iterator[Placed]:
    """Yield when files were laid into their folders."""
    for (at, folder, kind), alike in groupby(
        sorted(laid, key=lambda each: (each[0], each[1].folder, each[1].kind, each[1].id)),
        key=lambda each: (each[0], each[1].folder, each[1].kind),
    ):
        names = [row.name for _at, row in alike]
        yield words.placed(at, rank, what, some(names), f"into {folder}", codes=(kind,))
