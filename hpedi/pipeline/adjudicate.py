"""Adjudicate: decide the claims that wait, in order, a short transaction a batch.

The same claims in the same order give the same money: claims are taken by receipt and position, and each sees the
entries of those before it. Where others come to write meanwhile, claims are decided before the transaction that stores
them, by one state of the books; it looks whether the lock of a family was taken since then, and decides them again if
so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.claims.claim import ReceivedClaim
from hpedi.money import ZERO, Usd
from hpedi.pipeline.batch import Batch, Changes
from hpedi.pipeline.claim_ports import Drafted
from hpedi.pipeline.correct import replace_original, void_original
from hpedi.pipeline.pace import Pace
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import StoredClaim
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext

CLAIMS_A_TRANSACTION = 1_000
CLAIMS_SHOWN = 40


class NothingLoaded(Exception):
    """No payer is loaded yet: there is nothing to decide by."""


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim as the outcome of a run shows it: our number, CLP02, status for a 277, US dollars, and why."""

    claim: str
    clp02: str
    status277: str
    charged: Usd
    paid: Usd
    patient: Usd
    why: str


@dataclass(slots=True)
class Adjudicated:
    """How many claims were decided and pended, the money of the decisions (US dollars), and the first claims."""

    decided: int = 0
    pended: int = 0
    charged: Usd = ZERO
    paid: Usd = ZERO
    first: list[ShownClaim] = field(default_factory=list)

    def merge(self, other: Adjudicated) -> None:
        """Count what another worker decided; the claims shown are the first by their numbers."""
        self.decided += other.decided
        self.pended += other.pended
        self.charged += other.charged
        self.paid += other.paid
        self.first = sorted([*self.first, *other.first], key=lambda each: each.claim)[:CLAIMS_SHOWN]

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        self.decided += len(batch.decided)
        self.pended += len(batch.pended)
        self.charged += sum((made.charged for _received, made in batch.decided), ZERO)
        self.paid += sum((made.paid for _received, made in batch.decided), ZERO)
        shown = chain((_shown(made) for _received, made in batch.decided), (_waiting(*each) for each in batch.pended))
        self.first += islice(shown, CLAIMS_SHOWN - len(self.first))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstored:
    """What was decided of claims by one state of the books.

    Attributes:
        outcome: What was decided.
        numbers: Our numbers of the claims.
        changes: What it changes in the books.
        drafted: What it adds to them.
        lock_set: The families that it is about, sorted.
        versions: How often their locks had been taken when it was decided.
    """

    outcome: Adjudicated
    numbers: tuple[str, ...]
    changes: Changes
    drafted: Drafted
    lock_set: tuple[str, ...]
    versions: Mapping[str, int]


def reference_in_force(books: Books, context: RunContext) -> Reference:
    """Read the newest snapshot of the payer's reference data.

    Raises:
        NothingLoaded: No payer was loaded.
    """
    with books.reading(context) as work:
        snapshot = work.reference.snapshot()
        if not snapshot:
            raise NothingLoaded
        return Reference.of(work.reference.records(snapshot), snapshot=snapshot)


def adjudicate_waiting(
    books: Books, context: RunContext, reference: Reference, progress: Callable[[int], None] = lambda _count: None
) -> Adjudicated:
    """Decide every accepted claim that has no decision, without those of receipts that come meanwhile.

    Args:
        books: Where claims, balances and history are kept.
        context: Who decides, and the date of decision.
        reference: The payer's reference data; its snapshot is stored with each decision.
        progress: Told how many claims each transaction decided.
    """
    outcome, pace = Adjudicated(), Pace(CLAIMS_A_TRANSACTION, books.somebody_waits)
    with books.reading(context) as work:
        last = work.claims.last_to_decide()

    def waiting(work: Work) -> Sequence[StoredClaim]:
        claims = work.claims.next_to_decide(pace.claims)
        return claims if claims and claims[0].receipt <= last else ()

    while True:
        before = decide_before(books, context, reference, waiting) if pace.is_short else None
        with books.writing(context) as work:
            if before is not None:
                made, count = store(work, context, reference, before), len(before.numbers)
            else:
                made, count = _decided_within(work, context, reference, waiting(work), pace), pace.taken
            pace.look()
        if not count:
            return outcome
        outcome.merge(made)
        progress(count)


def _decided_within(
    work: Work, context: RunContext, reference: Reference, claims: Sequence[StoredClaim], pace: Pace
) -> Adjudicated:
    """Decide claims in a transaction at hand, and store what was decided."""
    outcome = Adjudicated()
    batch = decide(work, claims, reference, pace=pace)
    batch.store(work, context)
    outcome.add(batch)
    return outcome


def decide_before(
    books: Books, context: RunContext, reference: Reference, claims_of: Callable[[Work], Sequence[StoredClaim]]
) -> Unstored:
    """Decide claims by one state of the books, and store nothing."""
    with books.reading(context) as work:
        claims = claims_of(work)
        batch = decide(work, claims, reference, locked=False)
        versions = work.accumulators.versions(batch.lock_set)
    outcome = Adjudicated()
    outcome.add(batch)
    return Unstored(
        outcome=outcome,
        numbers=tuple(stored.received.payer_claim_control_number for stored in claims),
        changes=batch.changes,
        drafted=books.drafted(context, lambda work: batch.add(work, context)),
        lock_set=tuple(batch.lock_set),
        versions=versions,
    )


def store(work: Work, context: RunContext, reference: Reference, decided: Unstored) -> Adjudicated:
    """Store what was decided before, or decide its claims again where the books changed; return what was stored."""
    if work.accumulators.versions(decided.lock_set) == decided.versions:
        work.accumulators.lock(decided.lock_set)
        decided.changes.make(work, context)
        work.drafts.write(decided.drafted)
        return decided.outcome
    batch = decide(work, work.claims.take(decided.numbers), reference)
    batch.store(work, context)
    outcome = Adjudicated()
    outcome.add(batch)
    return outcome


def decide_waiting_claim(work: Work, context: RunContext, reference: Reference, stored: StoredClaim) -> Batch:
    """Decide one claim that waits, in a transaction at hand, and store what came of it."""
    batch = decide(work, [stored], reference)
    batch.store(work, context)
    return batch


def _shown(made: ClaimDecision) -> ShownClaim:
    adjustments = [*made.adjustments, *(each for line in made.lines for each in line.adjustments)]
    why = " ".join(dict.fromkeys(f"{each.group}-{each.carc}" for each in adjustments))
    return ShownClaim(
        claim=made.payer_claim_control_number,
        clp02=made.status,
        status277=made.status277,
        charged=made.charged,
        paid=made.paid,
        patient=made.patient_responsibility,
        why=why,
    )


def _waiting(received: ReceivedClaim, pended: Pend) -> ShownClaim:
    return ShownClaim(
        claim=pended.payer_claim_control_number,
        clp02="",
        status277=pended.status277,
        charged=received.claim.charged,
        paid=ZERO,
        patient=ZERO,
        why=f"pended: {pended.message}",
    )


def decide(
    work: Work, claims: Sequence[StoredClaim], reference: Reference, *, locked: bool = True, pace: Pace | None = None
) -> Batch:
    """Decide claims in their order; nothing is stored yet.

    Args:
        work: The transaction, which holds all that the claims touch; one that only reads where it is not locked.
        claims: Claims that wait.
        reference: The payer's reference data.
        locked: Whether to lock what they touch.
        pace: Ends it early; the claims that are left wait on.
    """
    batch = Batch.of(work, [stored.received for stored in claims], reference, locked=locked)
    for stored in claims if pace is None else pace.of(claims):
        received = stored.received
        made = _decide_claim(work, batch, received, reference)
        if isinstance(made, Pend):
            batch.pended.append((received, made))
        elif made is not None:
            batch.take(received, made)
    return batch


def _decide_claim(
    work: Work, batch: Batch, received: ReceivedClaim, reference: Reference
) -> ClaimDecision | Pend | None:
    """Decide a claim; None where it only voids another one."""
    conventions = reference.conventions(received.received)
    if conventions is not None and received.claim.frequency in conventions.replacing:
        return replace_original(work, batch, received, reference)
    if conventions is not None and received.claim.frequency in conventions.voiding:
        return void_original(work, batch, received, reference)
    who = batch.who[received.payer_claim_control_number]
    seen = batch.seen
    return seen.decide(received, reference, who)
