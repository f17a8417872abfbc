"""Adjudicate: decide the claims that wait, in order, a short transaction a batch.

The same claims in the same order give the same money: claims are taken by receipt and position, each sees the
entries of those before it, and decision, accumulator entries, history, ledger and audit rows of a batch commit
together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice

from hpedi.adjudication.adjudicate import adjudicate, lock_set, past_lines
from hpedi.adjudication.decision import ClaimDecision, PastLine, Pend
from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey
from hpedi.benefits.membership import Family, Membership
from hpedi.claims.claim import ReceivedClaim
from hpedi.money import ZERO, Usd
from hpedi.payments.ledger import decision_postings
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import StoredClaim
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext

CLAIMS_A_TRANSACTION = 250
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

    def add(self, batch: _Batch) -> None:
        """Count a batch."""
        self.decided += len(batch.decided)
        self.pended += len(batch.pended)
        self.charged += sum((made.charged for _received, made in batch.decided), ZERO)
        self.paid += sum((made.paid for _received, made in batch.decided), ZERO)
        shown = chain((_shown(made) for _received, made in batch.decided), (_waiting(*each) for each in batch.pended))
        self.first += islice(shown, CLAIMS_SHOWN - len(self.first))


@dataclass(slots=True)
class _Batch:
    """What the claims of a transaction have decided so far, and what they see of each other."""

    balances: dict[AccumulatorKey, Decimal]
    history: dict[str, list[PastLine]]
    decided: list[tuple[ReceivedClaim, ClaimDecision]] = field(default_factory=list)
    pended: list[tuple[ReceivedClaim, Pend]] = field(default_factory=list)
    entries: list[AccumulatorEntry] = field(default_factory=list)
    lines: list[PastLine] = field(default_factory=list)

    def take(self, received: ReceivedClaim, made: ClaimDecision) -> None:
        """Let the claims that follow see this decision."""
        self.decided.append((received, made))
        for entry in made.entries:
            self.balances[entry.key] = self.balances.get(entry.key, ZERO) + entry.amount
        self.entries.extend(made.entries)
        lines = past_lines(received, made)
        for line in lines:
            self.history.setdefault(line.member, []).append(line)
        self.lines.extend(lines)


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
    """Decide every accepted claim that has no decision.

    Args:
        books: Where claims, balances and history are kept.
        context: Who decides, and the date of decision.
        reference: The payer's reference data; its snapshot is stored with each decision.
        progress: Told how many claims each transaction decided.
    """
    outcome = Adjudicated()
    while True:
        with books.writing(context) as work:
            claims = work.claims.next_to_decide(CLAIMS_A_TRANSACTION)
            if not claims:
                return outcome
            batch = _decide(work, claims, reference)
            _store(work, batch, context)
        outcome.add(batch)
        progress(len(claims))


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


def _decide(work: Work, claims: Sequence[StoredClaim], reference: Reference) -> _Batch:
    member_ids = {stored.received.claim.subscriber.member_id for stored in claims}
    records = work.reference.families(reference.snapshot, member_ids)
    families = [Family.of(record.body) for record in records]
    membership = Membership.of(families)
    who = [membership.recognise(stored.received.claim) for stored in claims]
    work.accumulators.lock(lock_set(who))
    members = [member.id for family in families for member in family.members]
    batch = _Batch(
        balances=dict(work.accumulators.balances([*members, *(family.id for family in families)])),
        history={member: list(lines) for member, lines in work.history.of(members).items()},
    )
    for stored, recognised in zip(claims, who, strict=True):
        received = stored.received
        history = batch.history.get(recognised.patient.member.id, []) if recognised.patient else []
        made = adjudicate(received, reference, recognised, history, batch.balances)
        if isinstance(made, Pend):
            batch.pended.append((received, made))
        else:
            batch.take(received, made)
    return batch


def _store(work: Work, batch: _Batch, context: RunContext) -> None:
    work.claims.finalise(batch.decided, context.as_of)
    work.claims.pend([pended for _received, pended in batch.pended], context.as_of)
    work.accumulators.append(batch.entries)
    work.history.append(batch.lines)
    postings = [each for _received, made in batch.decided for each in decision_postings(made, FUNDING_ACCOUNT)]
    work.ledger.post(postings, context.as_of)
    for received, made in batch.decided:
        subject = f"claim:{received.payer_claim_control_number}"
        work.audit.record("adjudicate", subject, members=[made.member], reason="claim payment", result=made.status277)
    for received, pended in batch.pended:
        subject = f"claim:{received.payer_claim_control_number}"
        result = f"pended {pended.status277}"
        work.audit.record("adjudicate", subject, members=[pended.member], reason="claim payment", result=result)
