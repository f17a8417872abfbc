"""One taken file after the other: its arrival noted, the file received, its end kept, answered, and then deleted.

The order is what a kill costs nothing by: whatever is done twice is done once, and the file goes last. A file is
received as its partner's machine, and answered as whoever watches. What a bug of ours keeps from being received is put
aside until the next watcher starts; where the world fails, or the code lists cannot be read, the file stays in hand.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import now_for
from hpedi.findings import Unavailable
from hpedi.intake.taken_files import Taken, TakenFiles
from hpedi.log import log
from hpedi.pipeline.arrivals import dropped_by, end, fail, note_name
from hpedi.pipeline.gateway_ports import ENDED, Arrival
from hpedi.pipeline.received import ReceiptOutcome
from hpedi.reference.partners import Partner
from hpedi.run_context import Principal

DOUBTFUL: Final = 3
"""A file that was begun so often and never ended comes after all others: it may be what ends the process."""

IN_PLACE_SECONDS: Final = 60.0
"""How long it is taken for granted that no restored workspace took the place of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """An arrival that was taken in, without any PHI; its number is 0 where a bug of ours kept it from being noted."""

    arrival: int
    partner: str
    bytes: int
    state: str
    reason: str = ""
    interchanges: int = 0
    claims: int = 0
    claims_refused: int = 0


class Files:
    """The files in the hands of a watcher.

    Attributes:
        count: How many it has taken in.
    """

    def __init__(self, taken: TakenFiles, tell: Callable[[Handled], None], settle_seconds: float) -> None:
        """Take in the files of a watcher, and tell of each.

        Args:
            taken: The files.
            tell: Is told of each.
            settle_seconds: So long a file of a foreign folder lies on after it was received: who fills that may have it
                open yet.
        """
        self.count = 0
        self._settle_seconds = settle_seconds
        self._lying: dict[Path, tuple[Taken, float]] = {}
        self._taken = taken
        self._tell = tell
        self._put_aside: set[Path] = set()
        self._in_place_until = float("-inf")

    def in_hand(self) -> list[Taken]:
        """Return the files that were taken and are not done, in the order of arrival, without those put aside."""
        self._let_go(time.monotonic())
        left = self._put_aside | self._lying.keys()
        return [each for each in self._taken.waiting() if each.path not in left]

    def close(self) -> None:
        """Delete what is done with; what cannot be is for the next watcher."""
        with suppress(OSError):
            self._let_go(float("inf"))

    def _let_go(self, at: float) -> None:
        """Delete what lay long enough after it was received; what was written to meanwhile comes again."""
        for path, (taken, until) in list(self._lying.items()):
            if until <= at:
                self._taken.let_go(taken)
                del self._lying[path]

    def take_in(self, jobs: Jobs, partner: Partner, taken: Taken, *, is_last: bool = False) -> bool:
        """Take in one file.

        Args:
            jobs: The jobs of this pass.
            partner: Who dropped it.
            taken: The file.
            is_last: All others were taken in.

        Returns:
            False where it had better come after all others, and was left.

        Raises:
            Unavailable: The world failed, or the operator has something to mend first: the file stays in hand.
            OSError: The same.
        """
        arrival: Arrival | None = None
        try:
            with _acting(jobs, _machine_of(jobs, partner)):
                taken, arrival = self._noted(jobs, partner, taken)
                if arrival.tries > DOUBTFUL and not is_last:
                    return False
                handled, receipts = self._received(jobs, partner, taken, arrival)
            self._answer(jobs, arrival, receipts)
            if taken.is_foreign:
                self._lying[taken.path] = taken, time.monotonic() + self._settle_seconds
            else:
                self._taken.let_go(taken)
        except (Unavailable, OSError):
            self._give_back(jobs, arrival)
            raise
        except click.UsageError as unready:  # lists or settings of ours: no fault of the file
            self._give_back(jobs, arrival)
            log.warning("files wait", reason=unready.message)
            raise Unavailable(unready.message) from None
        except Exception as bug:  # noqa: BLE001 - one file's bug keeps no other back; its text may hold PHI
            handled = self._failed(jobs, partner, taken, arrival, type(bug).__name__)
        self.count += 1
        self._tell(handled)
        log.info("arrival taken in", arrival=handled.arrival, partner=partner.id, status=handled.state)
        return True

    def _noted(self, jobs: Jobs, partner: Partner, taken: Taken) -> tuple[Taken, Arrival]:
        """Note an arrival, or find it noted; another one that ended under the same moment and name is not this one."""
        while True:
            with jobs.workspace.books.writing(jobs.context) as work:
                arrival = work.arrivals.take(
                    partner=partner.id,
                    name=taken.name,
                    moment=taken.moment,
                    size=taken.size,
                    watcher=self._taken.id,
                )
            if arrival.state not in ENDED or (not taken.is_new and _is_same(jobs, taken, arrival)):
                return taken, arrival
            taken = self._taken.again(taken)

    def _received(
        self, jobs: Jobs, partner: Partner, taken: Taken, arrival: Arrival
    ) -> tuple[Handled, tuple[ReceiptOutcome, ...]]:
        """Receive a file and end its arrival; of one that has ended only say what it came to."""
        books = jobs.workspace.books
        if arrival.state in ENDED:
            with books.reading(jobs.context) as work:
                stored = work.receipts.of_file(arrival.file) if arrival.file is not None else ()
            receipts = tuple(ReceiptOutcome.of(each, again=True) for each in stored)
            return _handled(arrival, arrival.state, arrival.reason, receipts), receipts
        received = jobs.receive(taken.path, arrival.arrived_at, login=partner, name=f"arrival {arrival.id}")
        with books.writing(jobs.context) as work:
            state = end(work, arrival, received, partner)
        return _handled(arrival, state, received.quarantined, received.receipts), received.receipts

    def _give_back(self, jobs: Jobs, arrival: Arrival | None) -> None:
        """Let an interrupted try not count, as far as the world lets us: the file keeps its place among the others."""
        if arrival is not None:
            with suppress(Unavailable), jobs.workspace.books.writing(jobs.context) as work:
                work.arrivals.give_back(arrival.id)

    def _failed(self, jobs: Jobs, partner: Partner, taken: Taken, arrival: Arrival | None, fault: str) -> Handled:
        self._put_aside.add(taken.path)
        handled = Handled(
            arrival=0 if arrival is None else arrival.id,
            partner=partner.id,
            bytes=taken.size,
            state="failed",
            reason=fault,
        )
        log.error("arrival failed", arrival=handled.arrival, partner=partner.id, exception=fault)
        if arrival is not None and arrival.state not in ENDED:
            with _acting(jobs, jobs.context.principal), jobs.workspace.books.writing(jobs.context) as work:
                fail(work, arrival.id, fault)
        return handled

    def _answer(self, jobs: Jobs, arrival: Arrival, outcomes: Iterable[ReceiptOutcome]) -> None:
        """Place what answers a file; what cannot be placed waits for the schedule."""
        receipts = {each for outcome in outcomes for each in (outcome.receipt, outcome.summary.repeats)} - {None}
        note = note_name(arrival)
        try:
            if time.monotonic() > self._in_place_until:
                jobs.check_in_place()
                self._in_place_until = time.monotonic() + IN_PLACE_SECONDS
            with _acting(jobs, jobs.context.principal):
                delivery = jobs.deliver_at_once(lambda row: row.receipt in receipts or row.name == note)
        except Exception as failure:  # noqa: BLE001 - the file is received all the same; the text may hold PHI
            log.warning("answers wait", arrival=arrival.id, exception=type(failure).__name__)
            return
        if delivery.failures:
            log.warning("answers wait", arrival=arrival.id, files=len(delivery.failures))


def _is_same(jobs: Jobs, taken: Taken, arrival: Arrival) -> bool:
    """Say whether a file is the one that an arrival ended with: a kill came before it was deleted."""
    digest = jobs.workspace.files.keep(taken.path).digest
    with jobs.workspace.books.reading(jobs.context) as work:
        file = work.receipts.file(digest)
    return file is not None and file.id == arrival.file


def _machine_of(jobs: Jobs, partner: Partner) -> Principal:
    with jobs.workspace.books.reading(jobs.context) as work:
        return dropped_by(work, partner)


@contextmanager
def _acting(jobs: Jobs, principal: Principal) -> Iterator[None]:
    """Act as somebody while the block lasts, at the moment of its beginning: that of the pass lies before it."""
    ours, jobs.context = jobs.context, now_for(principal)
    try:
        yield
    finally:
        jobs.context = ours


def _handled(arrival: Arrival, state: str, reason: str, receipts: tuple[ReceiptOutcome, ...]) -> Handled:
    return Handled(
        arrival=arrival.id,
        partner=arrival.partner,
        bytes=arrival.size,
        state=state,
        reason=reason,
        interchanges=len(receipts),
        claims=sum(each.summary.claims for each in receipts),
        claims_refused=sum(each.summary.claims_refused for each in receipts),
    )
