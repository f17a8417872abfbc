"""Deal: claims that wait are dealt to several workers, so that the money is the same as if one had decided them all.

What a claim sees of others is its families' alone, and what it replaces. So claims that share a family, or one that
names the other, go to one worker in their order; where two workers hold what a claim shares, both finish first.

Over PostgreSQL a worker decides and stores in transactions of its own. SQLite has one writer: there workers only
decide, and whoever deals stores what they made, after a look whether the lock of a family was taken meanwhile; if so,
the claims are decided again where they are stored.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from hpedi.pipeline.adjudicate import Adjudicated, Unstored, decide, decide_before, store
from hpedi.pipeline.pace import Pace
from hpedi.pipeline.ports import Books
from hpedi.pipeline.records import StoredClaim
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext

CLAIMS_A_TASK: Final = 500
CLAIMS_AT_HAND: Final = 1_000
"""Claims read at once to be dealt."""

TASKS_AT_HAND: Final = 4
"""Tasks a worker that are read ahead: what it is at, the next one, and what fills up meanwhile."""

Dealt: TypeAlias = tuple[str, frozenset[str]]
"""Our number of a claim, and what it shares with others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a worker did of a task.

    Attributes:
        outcome: What it decided and stored itself.
        numbers: Our numbers of the claims of the task.
        unstored: What it decided and somebody else has to store; None where it stored.
    """

    outcome: Adjudicated
    numbers: tuple[str, ...]
    unstored: Unstored | None = None


class Workers(Protocol):
    """Processes that decide; each does its tasks in their order."""

    count: int
    stores: bool
    """Whether they store what they decide."""

    def give(self, worker: int, numbers: tuple[str, ...]) -> None:
        """Give a worker claims to decide, by our numbers."""

    def take(self) -> tuple[int, Done]:
        """Wait for whichever worker is done with a task, and return which one and what it did."""


def decide_and_store(books: Books, context: RunContext, reference: Reference, numbers: tuple[str, ...]) -> Done:
    """Decide the claims of a task and store what was decided, in one transaction."""
    outcome = Adjudicated()
    with books.writing(context) as work:
        batch = decide(work, work.claims.take(numbers), reference)
        batch.store(work, context)
    outcome.add(batch)
    return Done(outcome=outcome, numbers=numbers)


def only_decide(books: Books, context: RunContext, reference: Reference, numbers: tuple[str, ...]) -> Done:
    """Decide the claims of a task by one state of the books, and store nothing."""
    unstored = decide_before(books, context, reference, lambda work: work.claims.take(numbers))
    return Done(outcome=unstored.outcome, numbers=numbers, unstored=unstored)


def adjudicate_dealt(
    books: Books,
    context: RunContext,
    reference: Reference,
    workers: Workers,
    progress: Callable[[int], None] = lambda _count: None,
) -> Adjudicated:
    """Decide every accepted claim that has no decision, with several workers.

    Args:
        books: Where claims, balances and history are kept.
        context: Who decides, and the date of decision.
        reference: The payer's reference data, the same that the workers have.
        workers: Who decides.
        progress: Told how many claims each task decided.
    """
    pace = Pace(CLAIMS_A_TASK, books.somebody_waits, begins_with=CLAIMS_A_TASK)
    dealer = _Dealer(books, context, reference, workers, progress, pace)
    while dealer.deal_all():
        pass
    return dealer.outcome


@dataclass(slots=True)
class _Dealer:
    """Which worker holds what, and what waits to be given.

    Attributes:
        pace: How many claims a task has.
        holders: Which worker holds a family or claim number, as long as a claim of it is not decided.
        held: How many such claims there are.
        waiting: Claims dealt to a worker and not given yet, each with what it shares.
        given: Tasks given and not done, oldest first.
        load: How many claims each worker has of both.
    """

    books: Books
    context: RunContext
    reference: Reference
    workers: Workers
    progress: Callable[[int], None]
    pace: Pace
    outcome: Adjudicated = field(default_factory=Adjudicated)
    holders: dict[str, int] = field(default_factory=dict)
    held: Counter[str] = field(default_factory=Counter)
    waiting: list[list[Dealt]] = field(default_factory=list)
    given: list[deque[list[Dealt]]] = field(default_factory=list)
    load: list[int] = field(default_factory=list)

    def deal_all(self) -> bool:
        """Deal all claims that wait, from the first; say whether there were any."""
        self.waiting = [[] for _worker in range(self.workers.count)]
        self.given = [deque() for _worker in range(self.workers.count)]
        self.load = [0] * self.workers.count
        was_any = False
        for number, shares in self._claims():
            was_any = True
            self._deal(number, shares)
        self._finish()
        return was_any

    def _claims(self) -> Iterator[Dealt]:
        """Yield our numbers of the claims that wait in their order, with what each shares with others."""
        at = (0, 0)
        while True:
            with self.books.reading(self.context) as work:
                claims = work.claims.waiting_after(*at, CLAIMS_AT_HAND)
                cards = {stored.received.claim.subscriber.member_id for stored in claims}
                families = work.reference.family_ids(cards)
            if not claims:
                return
            at = (claims[-1].receipt, claims[-1].ordinal)
            for stored in claims:
                yield stored.received.payer_claim_control_number, _shares(stored, families)

    def _deal(self, number: str, shares: frozenset[str]) -> None:
        holding = {self.holders[each] for each in shares if each in self.holders}
        if len(holding) > 1:
            self._finish()
            holding = set()
        worker = holding.pop() if holding else self.load.index(min(self.load))
        for each in shares:
            self.holders[each] = worker
            self.held[each] += 1
        self.waiting[worker].append((number, shares))
        self.load[worker] += 1
        self._give_whole(worker)
        while sum(self.load) >= TASKS_AT_HAND * self.workers.count * CLAIMS_A_TASK:
            self._take()

    def _give_whole(self, worker: int) -> None:
        if len(self.waiting[worker]) >= CLAIMS_A_TASK:
            self._give(worker)

    def _give(self, worker: int) -> None:
        """Give a worker a task of what waits for it, unless it has one more than it is at."""
        if len(self.given[worker]) > 1:
            return
        task, self.waiting[worker] = self._next_task(worker)
        if task:
            self.given[worker].append(task)
            self.workers.give(worker, tuple(number for number, _shares in task))

    def _next_task(self, worker: int) -> tuple[list[Dealt], list[Dealt]]:
        """Return the next claims for a worker and those that wait on, each in their order.

        Who does not store sees nothing of what it has not handed back: what shares with that waits.
        """
        waiting = self.waiting[worker]
        if self.workers.stores:
            return waiting[: self.pace.claims], waiting[self.pace.claims :]
        unseen = {each for task in self.given[worker] for _number, shares in task for each in shares}
        task: list[Dealt] = []
        later: list[Dealt] = []
        for place, (number, shares) in enumerate(waiting):
            if len(task) == self.pace.claims:
                return task, later + waiting[place:]
            if unseen.isdisjoint(shares):
                task.append((number, shares))
            else:
                later.append((number, shares))
                unseen |= shares
        return task, later

    def _take(self) -> None:
        """Wait for a task to be done; first, nobody who could work is left without any."""
        for worker in range(self.workers.count):
            if not self.given[worker]:
                self._give(worker)
        worker, done = self.workers.take()
        self.outcome.merge(done.outcome if done.unstored is None else self._store(done.unstored))
        self.progress(len(done.numbers))
        task = self.given[worker].popleft()
        self.load[worker] -= len(task)
        for each in (each for _number, shares in task for each in shares):
            self.held[each] -= 1
            if not self.held[each]:
                del self.held[each], self.holders[each]
        self._give_whole(worker)

    def _finish(self) -> None:
        """Wait until all that was dealt is done."""
        while any(self.load):
            self._take()

    def _store(self, unstored: Unstored) -> Adjudicated:
        with self.books.writing(self.context) as work:
            outcome = store(work, self.context, self.reference, unstored)
            self.pace.look()
        return outcome


def _shares(stored: StoredClaim, families: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return what a claim shares with those that it must be decided in order with."""
    received = stored.received
    named = {f"claim {received.payer_claim_control_number}"}
    if received.claim.original_reference:
        named.add(f"claim {received.claim.original_reference}")
    card = received.claim.subscriber.member_id
    return frozenset({f"card {card}", *named, *(f"family {each}" for each in families.get(card, ()))})
