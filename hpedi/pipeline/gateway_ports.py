"""What the pipeline asks of the books about the gateway: files as they arrived, files picked up, who watches, what ran.

An arrival is a file as a partner dropped it, under the name that the partner gave it. That name may tell of patients:
it rests sealed, is shown only to whoever may see the partner's files, and goes into no log, note or message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias, get_args

ArrivalState: TypeAlias = Literal["taken", "received", "refused", "quarantined", "failed"]
"""taken: it is being received; received: it is answered, and something in it was accepted; refused: it is answered, and
nothing in it was accepted; quarantined: nothing of it was taken; failed: a bug of ours, it is tried again later."""

ENDED: Final[frozenset[ArrivalState]] = frozenset({"received", "refused", "quarantined"})
"""The states in which an arrival stays."""
UNENDED: Final[frozenset[ArrivalState]] = frozenset(get_args(ArrivalState)) - ENDED
"""Those in which it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file that a partner dropped.

    Attributes:
        id: Our arrival number.
        partner: Whose folder it was dropped in.
        name: As the partner named it.
        size: In bytes.
        arrived_at: When its upload was closed.
        taken_at: When a watcher took it first.
        watcher: Who took it last.
        file: The inbound file that it became; equal bytes are one file. None until it is received.
        state: Where it stands.
        reason: Finding codes of one in quarantine; of one that failed what went wrong, without any PHI.
        tries: How often receiving it was begun, without those that the world interrupted.
    """

    id: int
    partner: str
    name: str
    size: int
    arrived_at: datetime
    taken_at: datetime
    watcher: str
    file: int | None = None
    state: ArrivalState = "taken"
    reason: str = ""
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """A partner read a file of its outbox to the end, as a server of ours saw it.

    Attributes:
        outbox: The row of the outbox.
        partner: Who read it.
        at: When.
        size: Bytes read.
    """

    outbox: int
    partner: str
    at: datetime
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A watcher, and when it was last at work.

    Attributes:
        id: Its name, which is also that of its folder below taken/.
        host: The machine it runs on.
        pid: Its process there.
        started_at: Since when.
        beat_at: When it told last that it lives.
        files: How many files it has taken.
    """

    id: str
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRun:
    """One run of something that is done by the clock.

    Attributes:
        name: What ran, as in [schedules] of hpedi.toml.
        due_at: The moment it was due; each is run once.
        begun_at: When it began; anew where a kill had cut it off.
        ended_at: None while it runs, and after a kill until it is taken up again.
        result: What came of it, without any PHI.
    """

    name: str
    due_at: datetime
    begun_at: datetime
    ended_at: datetime | None = None
    result: str = ""


class Arrivals(Protocol):
    """Files as they were dropped."""

    def take(self, *, partner: str, name: str, moment: int, size: int, watcher: str) -> Arrival:
        """Note that a watcher has a file in its hands; one that was noted before is returned as it stands.

        Args:
            partner: Whose folder it lay in.
            name: As the partner named it.
            moment: When it arrived, in nanoseconds since 1970: with partner and name what makes it the same arrival.
            size: In bytes.
            watcher: Who took it.
        """

    def finish(self, arrival: int, state: ArrivalState, *, file: int | None = None, reason: str = "") -> None:
        """Say what became of an arrival."""

    def give_back(self, arrival: int) -> None:
        """Say that a file was begun in vain through no fault of its own, so that it does not count as a try."""

    def find(self, arrival: int) -> Arrival | None:
        """Return an arrival by its number."""

    def of_file(self, file: int) -> tuple[Arrival, ...]:
        """Return the arrivals of an inbound file, first first."""

    def named(self, name: str) -> tuple[Arrival, ...]:
        """Return the arrivals under a name that partners gave, first first."""

    def unended(self) -> tuple[Arrival, ...]:
        """Return what is not received to its end, in the order of arrival."""


class Pickups(Protocol):
    """Files of the outbox that partners read."""

    def add(self, pickup: Pickup) -> None:
        """Note that a file was read."""

    def any(self) -> bool:
        """Say whether anything was ever picked up, as far as we are told."""

    def of(self, outbox: Iterable[int]) -> Mapping[int, tuple[Pickup, ...]]:
        """Return the pickups of rows of the outbox, first first; a row that was never picked up is absent."""


class Watchers(Protocol):
    """Who watches the folders."""

    def beat(self, heartbeat: Heartbeat) -> None:
        """Keep that a watcher lives; those that were not heard of for long are forgotten."""

    def forget(self, watcher_id: str) -> None:
        """Keep nothing of a watcher that ended."""

    def all(self) -> tuple[Heartbeat, ...]:
        """Return the watchers that are known, last heard of last."""


class Schedules(Protocol):
    """What ran by the clock. Whoever begins a run is the only one at work in the workspace until it ends."""

    def begin(self, name: str, due: datetime) -> bool:
        """Begin the run of a due moment, or take up one that a kill cut off; False where that run has ended."""

    def end(self, name: str, due: datetime, result: str) -> None:
        """Say that a run has ended."""

    def last(self, name: str, *, before: datetime | None = None) -> ScheduleRun | None:
        """Return the run of the latest due moment, of those before a moment if one is given."""
