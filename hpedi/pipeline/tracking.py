"""Following submissions and claims from arrival to last answer, by whoever may see them, as one timeline.

Somebody of an organisation sees what was sent as its trading partner, and of its claims those of providers that let it;
of anything else it learns nothing, not even whether it is there. Every question leaves an audit row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from hpedi.access.reach import Scope
from hpedi.claims.model import Model
from hpedi.money import ZERO
from hpedi.payments.states import PaymentState
from hpedi.pipeline.gateway_ports import Arrival
from hpedi.pipeline.inquiring import INQUIRE, Inquiry, NeverAsks, ever_asks
from hpedi.pipeline.overdue import OverdueTerms, late_output
from hpedi.pipeline.received import ReceiptOutcome
from hpedi.pipeline.records import InboundFile, OutboundRow, Receipt, StoredClaim
from hpedi.pipeline.tracking_events import (
    RECEIVED,
    PaidShare,
    Placed,
    TrackEvent,
    TrackWords,
    acknowledged,
    acknowledged_claim,
    arrived,
    decided,
    decided_versions,
    in_states,
    paid,
    received,
    some,
    told_in,
    without_answer,
)
from hpedi.pipeline.tracking_outputs import Handed, put_out
from hpedi.pipeline.tracking_ports import ClaimsInState, DecidedAlike, Followed, FollowedPayment, OutputDue, PaidIn

SUBMISSION: Final = "submission"
AT_MOST: Final = 20
"""What one word may name: interchanges with the same ISA13, claims with the same patient account."""

_UNDER_WAY: Final = frozenset({PaymentState.BUILT, PaymentState.APPROVED})
_ACKNOWLEDGEMENT: Final = "ack"


class Track(Model, frozen=True, kw_only=True):
    """What became of a submission or a claim, oldest first.

    Attributes:
        of: What is followed: file, interchange or claim.
        events: What happened.
        is_at_end: Nothing more is to come: all is decided, paid, delivered and picked up where pickups are known.
    """

    of: str
    events: tuple[TrackEvent, ...]
    is_at_end: bool

    @property
    def is_bad(self) -> bool:
        """Say whether something is refused or overdue."""
        return any(each.is_bad for each in self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to be followed: interchanges of a file, or a claim.

    Attributes:
        file: The file; its interchanges are `receipts`, all of them or those that may be seen.
        claim: The claim alone, if one is meant; then its interchange is in `receipts`.
    """

    of: str
    file: InboundFile | None = None
    receipts: tuple[Receipt, ...] = ()
    claim: StoredClaim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """Somebody who follows, with what that needs.

    Attributes:
        inquiry: The question: who asks, and the transaction.
        words: Words for codes.
        terms: What lateness is told by.
    """

    inquiry: Inquiry
    words: TrackWords
    terms: OverdueTerms
    _houses: dict[str, bool] = field(default_factory=dict)
    _npis: dict[str, tuple[str, ...] | None] = field(default_factory=dict)

    @property
    def sees_all(self) -> bool:
        """Say whether it sees every submission."""
        return self.inquiry.who.may(INQUIRE, Scope(thing=SUBMISSION))

    def sees(self, partner: str) -> bool:
        """Say whether it sees what was sent as a trading partner."""
        if partner not in self._houses:
            house = self.inquiry.work.grants.house_of_partner(partner) if partner else None
            own = Scope(thing=SUBMISSION, organisation=house[0] if house else "")
            self._houses[partner] = self.sees_all or (house is not None and self.inquiry.who.may(INQUIRE, own))
        return self._houses[partner]

    def npis(self, *things: str) -> tuple[str, ...] | None:
        """Return the providers of whom it sees one of these things; None: of all."""
        found: list[str] = []
        for thing in things:
            if thing not in self._npis:
                self._npis[thing] = self._npis_of(thing)
            npis = self._npis[thing]
            if npis is None:
                return None
            found += npis
        return tuple(dict.fromkeys(found))

    def _npis_of(self, thing: str) -> tuple[str, ...] | None:
        try:
            providers = self.inquiry.providers(thing)
        except NeverAsks:
            return ()
        return None if providers is None else tuple(each.npi for each in providers)

    def told_name(self, arrival: Arrival) -> str:
        """Return the name that a partner gave a file, for itself and who sees claims: it may be a patient's."""
        if self.sees_all and self.npis("claim") == ():
            return "a file"
        return "".join(each if each.isprintable() else "?" for each in arrival.name)

    @property
    def summed(self) -> tuple[str, ...] | None:
        """The providers whose claims are in the sums of a submission: who sees every submission sees all sums."""
        return None if self.sees_all else self.npis("claim")


def check_follows(tracker: Tracker) -> None:
    """Refuse who follows nothing at all.

    Raises:
        NeverAsks: No role lets somebody.
    """
    if not any(ever_asks(tracker.inquiry.who, thing) for thing in (SUBMISSION, "claim")):
        raise NeverAsks(SUBMISSION)


def track(tracker: Tracker, target: Target) -> Track:
    """Return the timeline of what is to be followed."""
    claim, followed = target.claim, _followed(tracker, target)
    work, words = tracker.inquiry.work, tracker.words
    decisions = work.tracking.decided(followed)
    placed = list(
        _submission(tracker, target, decisions) if claim is None else _claim(tracker, claim, target.receipts[0])
    )
    answers = work.tracking.answers([each.id for each in target.receipts])
    placed += _answers(tracker, target, answers)
    states = work.tracking.states(followed)
    since = {each.id: each.received_at for each in target.receipts}
    placed += in_states(words, states, since, target.of)
    found, is_paid_out = _payments(tracker, target, followed)
    placed += found
    is_at_end = is_paid_out and _is_at_end(target, states, answers, decisions)
    return Track(of=target.of, events=_in_order(placed, target.receipts), is_at_end=is_at_end)


def _in_order(placed: Iterable[Placed], receipts: Iterable[Receipt]) -> tuple[TrackEvent, ...]:
    """Return events by their moments, those of one moment in their natural order.

    What follows on a receipt stands behind it, also where its own moment is that of a pass which began before.
    """
    begun = max((each.received_at for each in receipts), default=None)

    def place(each: Placed) -> tuple[datetime, int]:
        moment = max(each.moment, begun) if begun is not None and each.rank > RECEIVED else each.moment
        return moment, each.rank

    return tuple(each.event for each in sorted(placed, key=place))


def _followed(tracker: Tracker, target: Target) -> Followed:
    if target.claim is not None:
        return Followed(numbers=(target.claim.received.payer_claim_control_number,))
    return Followed(receipts=tuple(each.id for each in target.receipts), npis=tracker.summed)


def _is_at_end(
    target: Target, states: Iterable[ClaimsInState], answers: Sequence[OutboundRow], decisions: Iterable[DecidedAlike]
) -> bool:
    is_received = target.file is None or target.file.state != "receiving"
    is_decided = all(each.state in ("decided", "refused") for each in states)
    is_delivered = all(row.delivered_at is not None for row in answers)
    is_paid = all(each.run is not None for each in decisions)
    return is_received and is_decided and is_delivered and is_paid


# --- a submission ----------------------------------------------------------------------------------------------------


def _submission(tracker: Tracker, target: Target, decisions: Iterable[DecidedAlike]) -> Iterator[Placed]:
    work, words = tracker.inquiry.work, tracker.words
    if target.file is not None:
        for arrival in work.arrivals.of_file(target.file.id):
            if tracker.sees(arrival.partner):
                yield from arrived(words, arrival, tracker.told_name(arrival))
        yield received(words, target.file)
    first = min((each.received_at for each in target.receipts), default=None)
    if first is not None:
        yield from decided(words, decisions, first, target.of)


def _answers(tracker: Tracker, target: Target, answers: Sequence[OutboundRow]) -> Iterator[Placed]:
    """Yield what interchanges were answered, and where the answers are; of a claim alone nothing of its neighbours."""
    work, words = tracker.inquiry.work, tracker.words
    told = work.tracking.contents([row for row in answers if row.kind == _ACKNOWLEDGEMENT])
    handed = Handed.of(work, answers)
    of_receipt: dict[int, list[OutboundRow]] = {}
    for row in answers:
        of_receipt.setdefault(row.receipt or 0, []).append(row)
    for receipt in target.receipts:
        if not tracker.sees(receipt.partner):
            yield words.placed(receipt.received_at, RECEIVED, "received", f"receipt {receipt.id}", "by the payer")
            continue
        outcome, rows = ReceiptOutcome.of(receipt), of_receipt.get(receipt.id, [])
        if target.file is None:
            says = f"receipt {receipt.id} from {receipt.partner or 'an unknown sender'}"
            about = f"interchange {receipt.control_number}"
            yield words.placed(receipt.received_at, RECEIVED, "received", about, says)
        other = without_answer(words, outcome, receipt.received_at)
        if other is not None:
            yield other
        for row in rows:
            if row.kind == _ACKNOWLEDGEMENT:
                codes, claim, at = told_in(told[row.id]), target.claim, receipt.received_at
                if claim is None:
                    yield from acknowledged(words, outcome, at, codes)
                else:
                    yield from acknowledged_claim(words, claim, outcome, at, codes)
            else:
                about, name = f"interchange {receipt.control_number}", f"in {row.name}"
                yield words.placed(receipt.received_at, 5, row.kind, about, name, codes=(row.kind,))
            yield from _late(tracker, receipt, row)
        yield from put_out(words, rows, handed, 7)


def _late(tracker: Tracker, receipt: Receipt, row: OutboundRow) -> Iterator[Placed]:
    due = OutputDue(
        row=row,
        since=receipt.received_at,
        partner=receipt.partner,
        control_number=receipt.control_number,
    )
    late = late_output(due, tracker.terms)
    if late is not None and late.state == "overdue":
        says = f"was due: {late.says}; {late.do}"
        yield tracker.words.placed(late.due, 20, "overdue", row.name, says, is_bad=True)


# --- a claim ---------------------------------------------------------------------------------------------------------


def _claim(tracker: Tracker, claim: StoredClaim, receipt: Receipt) -> Iterator[Placed]:
    """Yield what was decided of a claim, each version with its reasons."""
    work = tracker.inquiry.work
    found = work.decisions.find(claim.received.payer_claim_control_number)
    stored = (work.payments.run(run) for run in sorted({each.payment_run for each in found if each.payment_run}))
    runs = {run.id: run.instant for run in stored if run is not None}
    yield from decided_versions(tracker.words, found, receipt.received_at, runs)


# --- payments --------------------------------------------------------------------------------------------------------


def _payments(tracker: Tracker, target: Target, followed: Followed) -> tuple[list[Placed], bool]:
    """Return what became of the payments that claims are in, and whether none of them is under way."""
    work, words = tracker.inquiry.work, tracker.words
    seen = tracker.npis("remittance", "claim status")
    if target.claim is not None and seen is not None:
        seen = tuple(set(seen) & {target.claim.received.claim.billing.npi})
    if followed.npis is not None and seen is not None:
        seen = tuple(set(seen) & set(followed.npis))
    if target.claim is None and tracker.sees_all and seen == ():
        seen = None  # sums of a submission tell of no member
    of_seen = Followed(receipts=followed.receipts, numbers=followed.numbers, npis=seen)
    shares = {each.payment: each for each in (*work.tracking.paid(of_seen), *_voided(tracker, of_seen))}
    payments = work.tracking.payments(sorted(shares))
    events = work.payments.events([each.id for each in payments])
    told = list(paid(words, _shares(payments, shares), events))
    files = work.tracking.remittances(payments)
    rows = list({row.id: row for row in files.values()}.values())
    went_out = {each.payment: each.at for each in events if each.state is PaymentState.RELEASED}
    told += _remittances(words, files, went_out)
    told += put_out(words, rows, Handed.of(work, rows), 26)
    newest = {each.payment: each.state for each in events}
    is_done = not any(state in _UNDER_WAY for state in newest.values())
    return told, is_done and all(row.delivered_at is not None for row in rows)


def _remittances(
    words: TrackWords, files: Mapping[int, OutboundRow], went_out: Mapping[int, datetime]
) -> Iterator[Placed]:
    """Yield when the 835s of payments were built; those of one moment are one event."""
    built: dict[datetime, list[OutboundRow]] = {}
    for payment, row in files.items():
        if payment in went_out:
            built.setdefault(went_out[payment], []).append(row)
    for at, rows in built.items():
        names = list(dict.fromkeys(row.name for row in rows))
        says = "remittance" if len(rows) == 1 else f"remittances of {len(rows):,} payments"
        yield words.placed(at, 25, "835", some(names), says, codes=("835",))


def _shares(payments: Iterable[FollowedPayment], shares: dict[int, PaidIn]) -> list[PaidShare]:
    """Return payments with what of the claims they pay; one that takes the place of another pays the same."""
    found: dict[str, PaidShare] = {}
    for payment in payments:
        own = shares.get(payment.id)
        before = found.get(payment.reissues)
        claims, amount = (own.claims, own.paid) if own is not None else (0, payment.amount)
        if own is None and before is not None:
            claims, amount = before.claims, before.paid
        found[payment.trace_number] = PaidShare(payment, claims, amount)
    return list(found.values())


def _voided(tracker: Tracker, followed: Followed) -> Iterator[PaidIn]:
    """Yield the voided payments that told the claims: their decisions may be in another payment since."""
    work = tracker.inquiry.work
    stored = work.tracking.voided(work.tracking.payees(followed))
    if not stored:
        return
    numbers = {each.payer_claim_control_number for payment in stored for each in payment.payment.claims}
    of_these = work.tracking.of_claims(sorted(numbers))
    wanted = set(followed.numbers) or {number for number, of in of_these.items() if of.id in followed.receipts}
    amounts = {
        (each.decision.payer_claim_control_number, each.decision.version): each.decision.paid
        for each in work.decisions.of_claims(sorted(wanted & numbers))
    }
    for payment in stored:
        told = [each for each in payment.payment.claims if each.payer_claim_control_number in wanted]
        if told:
            total = sum((amounts[one.payer_claim_control_number, one.version] for one in told), ZERO)
            yield PaidIn(payment=payment.id, claims=len(told), paid=total)
