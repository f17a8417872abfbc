"""What holds for a span of days, and which of several holds on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import msgspec

from hpedi.service_dates import DateSpan


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of a payer folder: typed, frozen, and nothing in it is passed over."""


class Dated(Entry, frozen=True, kw_only=True):
    """A piece that is in force from a day to a day, both included; no `to` is open."""

    start: date = msgspec.field(name="from")
    end: date | None = msgspec.field(name="to", default=None)

    @property
    def span(self) -> DateSpan:
        """The days it is in force."""
        return DateSpan(self.start, self.end)

    def covers(self, day: date) -> bool:
        """Say whether it is in force on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


class Lasting(Dated, frozen=True, kw_only=True):
    """A dated piece that has always been in force where no `from` is written."""

    start: date = msgspec.field(name="from", default=date.min)


DatedT = TypeVar("DatedT", bound=Dated)


def in_force(pieces: Iterable[DatedT], day: date) -> DatedT | None:
    """Return the piece in force on a day; the loader has seen to it that there is at most one."""
    for piece in pieces:
        if piece.covers(day):
            return piece
    return None
