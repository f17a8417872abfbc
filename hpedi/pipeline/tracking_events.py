"""What happened to submissions, claims and payments, one event each, in words; many claims of one kind are one event.

Pure: what the books have is handed in. An event of which only the day is kept (decisions) is put behind all that must
have come before it. Ranks are the natural order of what happened at one moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Final

from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.model import Model
from hpedi.finding_kinds import FINDING_KINDS
from hpedi.inquiries.status_table import StatusTable
from hpedi.money import ZERO, Usd
from hpedi.payments.states import PaymentState
from hpedi.pipeline.gateway_ports import Arrival
from hpedi.pipeline.received import ReceiptOutcome
from hpedi.pipeline.records import InboundFile, PaymentEvent, StoredClaim, StoredDecision
from hpedi.pipeline.tracking_ports import ClaimsInState, DecidedAlike, FollowedPayment
from hpedi.transactions.remittance_835.model import REVERSAL, PaymentMethod

RECEIVED: Final = 2
"""The rank of a receipt: what follows on it has a higher one."""
SHOWN: Final = 5
"""Names and numbers of one event; `and N more` stands for the others."""


class TrackEvent(Model, frozen=True, kw_only=True):
    """Something that happened.

    Attributes:
        at: When; None where only the day is known.
        day: The day, where the payer is.
        what: arrived, taken, received, TA1, 999, 277CA, refused, pended, decided, released, delivered ...
        about: What it happened to, by our identifiers and control numbers.
        says: What it means, in words.
        codes: The codes that say so.
        claims: How many claims; 0 where none are meant.
        charged: US dollars; `paid` and `patient_responsibility` likewise.
        by: The partner who did it.
        is_bad: It refuses something, or is overdue.
    """

    at: datetime | None
    day: date
    what: str
    about: str
    says: str
    codes: tuple[str, ...] = ()
    claims: int = 0
    charged: Usd | None = None
    paid: Usd | None = None
    patient_responsibility: Usd | None = None
    by: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and its place in time: where only the day is known, the moment it cannot have been before."""

    moment: datetime
    rank: int
    event: TrackEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackWords:
    """Words for codes.

    Attributes:
        table: Of claim statuses.
        reasons: Of adjustment reason codes.
        zone: A moment where the payer is, for its time zone.
    """

    table: StatusTable
    reasons: Mapping[str, str]
    zone: datetime

    def status(self, status277: str) -> str:
        """Return a claim status in words."""
        return self.table.says(self.table.status(status277)) if status277 else "taken back"

    def reason(self, group_and_carc: str) -> str:
        """Return an adjustment in words."""
        return self.reasons.get(group_and_carc.partition("-")[2], "see the published list of X12")

    def adjusted(self, made: ClaimDecision) -> tuple[tuple[str, ...], str]:
        """Return the reasons of a decision's adjustments, each once, and their words."""
        every = [*made.adjustments, *(each for line in made.lines for each in line.adjustments)]
        reasons = tuple(dict.fromkeys(f"{each.group}-{each.carc}" for each in every))
        return reasons, "; ".join(f"{reason} {self.reason(reason)}" for reason in reasons)

    def local(self, at: datetime) -> datetime:
        """Return a moment in the payer's time zone."""
        return at.astimezone(self.zone.tzinfo)

    def placed(self, at: datetime, rank: int, what: str, about: str, says: str, **more: object) -> Placed:
        """Return an event of a moment."""
        local = self.local(at)
        event = TrackEvent(at=local, day=local.date(), what=what, about=about, says=says, **more)  # type: ignore[arg-type]
        return Placed(local, rank, event)

    def on_day(self, day: date, after: datetime, rank: int, what: str, about: str, says: str, **more: object) -> Placed:
        """Return an event of a day, not before a moment."""
        begins = datetime.combine(day, datetime.min.time(), self.zone.tzinfo)
        event = TrackEvent(at=None, day=day, what=what, about=about, says=says, **more)  # type: ignore[arg-type]
        return Placed(max(begins, self.local(after)), rank, event)


def finding_words(codes: Iterable[str]) -> str:
    """Return findings in words, each once."""
    return "; ".join(FINDING_KINDS[code].title if code in FINDING_KINDS else code for code in dict.fromkeys(codes))


def finding_remedies(codes: Iterable[str]) -> str:
    """Return what to do about findings."""
    return " ".join(FINDING_KINDS[code].remedy for code in dict.fromkeys(codes) if code in FINDING_KINDS)


def some(names: Sequence[str]) -> str:
    """Return the first few of some names."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


# --- arrival and acknowledgement -------------------------------------------------------------------------------------


def arrived(words: TrackWords, arrival: Arrival, name: str) -> Iterator[Placed]:
    """Yield how a file came, under the name that its partner gave it, as far as that may be told."""
    about, by = f"arrival {arrival.id}", arrival.partner
    yield words.placed(arrival.arrived_at, 0, "arrived", about, f"{name}, {arrival.size:,} bytes", by=by)
    is_bad, says = arrival.state in ("quarantined", "failed"), f"by watcher {arrival.watcher}; {arrival.state}"
    taken = words.placed(arrival.taken_at, 1, "taken", about, says, by=by, is_bad=is_bad)
    yield replace(taken, moment=words.local(arrival.arrived_at))  # a watcher's pass may begin before, or much later


def received(words: TrackWords, file: InboundFile) -> Placed:
    """Return that a file was received, or why not."""
    codes = tuple(filter(None, file.reason.split(", ")))
    told = f": {finding_words(codes)}. {finding_remedies(codes)}" if codes else ""
    state = {"quarantined": "in quarantine", "receiving": "is being received"}.get(file.state, "received whole")
    is_bad, says = file.state == "quarantined", f"{file.size:,} bytes, {state}{told}"
    return words.placed(file.received_at, RECEIVED, "received", f"file {file.id}", says, codes=codes, is_bad=is_bad)


@dataclass(frozen=True, slots=True)
class AcknowledgementsTold:
    """What an answer file of ours says: TA104 and TA105, AK901 of each group, and how many 277CA sets it holds."""

    ta1: tuple[str, str] | None
    groups: tuple[str, ...]
    claim_acknowledgments: int


def told_in(content: bytes) -> AcknowledgementsTold:
    """Read the codes of an answer file that we wrote; its ISA says how it is cut."""
    element, terminator = content[3:4], content[105:106]
    ta1, groups, claims = None, [], 0
    for segment in content.split(terminator):
        name, *values = segment.strip().split(element, 6)
        if name == b"TA1":
            ta1 = (values[3].decode("latin-1"), values[4].decode("latin-1"))
        elif name == b"AK9":
            groups.append(values[0].decode("latin-1"))
        elif name == b"ST":
            claims += values[0] == b"277"
    return AcknowledgementsTold(ta1, tuple(groups), claims)


_TA104: Final = {"A": "taken", "E": "taken, with errors", "R": "refused"}


def acknowledged(
    words: TrackWords, outcome: ReceiptOutcome, at: datetime, told: AcknowledgementsTold
) -> Iterator[Placed]:
    """Yield what an interchange was answered: TA1, 999 and 277CA, as far as each is in the answer."""
    summary, about = outcome.summary, f"interchange {outcome.control_number}"
    if told.ta1 is not None:
        code, note = told.ta1
        why = finding_words(each for each in summary.findings if _note_of(each) == note)
        says = f"interchange {_TA104.get(code, code)}{f': {why}' if why and code != 'A' else ''}"
        yield words.placed(at, 3, "TA1", about, says, codes=(code, note), is_bad=code == "R")
    if told.groups:
        says = f"{summary.sets - summary.sets_refused:,} of {summary.sets:,} transaction sets taken"
        yield words.placed(at, 4, "999", about, says, codes=told.groups, is_bad=summary.sets_refused > 0)
    if told.claim_acknowledgments:
        says = f"{summary.claims - summary.claims_refused:,} of {summary.claims:,} claims taken"
        refused, claims = summary.claims_refused > 0, summary.claims
        yield words.placed(at, 5, "277CA", about, says, claims=claims, is_bad=refused)


def acknowledged_claim(
    words: TrackWords, claim: StoredClaim, outcome: ReceiptOutcome, at: datetime, told: AcknowledgementsTold
) -> Iterator[Placed]:
    """Yield what the answer to its interchange says of a claim, and nothing of its neighbours."""
    about = f"interchange {outcome.control_number}"
    is_refused = claim.state == "refused"
    codes = claim.note.split() if is_refused else ()
    is_told = any(map(_status_of, codes))
    if told.ta1 is not None:
        says = f"interchange {_TA104.get(told.ta1[0], told.ta1[0])}"
        yield words.placed(at, 3, "TA1", about, says, codes=told.ta1, is_bad=told.ta1[0] == "R")
    if told.groups:
        is_bad = is_refused and not is_told
        yield words.placed(at, 4, "999", about, "its set is " + ("refused" if is_bad else "taken"), is_bad=is_bad)
    if told.claim_acknowledgments and (is_told or not is_refused):
        says = "the claim is " + ("refused" if is_told else "taken")
        yield words.placed(at, 5, "277CA", about, says, claims=1, is_bad=is_told)


def _note_of(code: str) -> str:
    return FINDING_KINDS[code].sent.ta105 if code in FINDING_KINDS else ""


def _status_of(code: str) -> str:
    """Return what a 277CA says for a finding."""
    return ":".join((FINDING_KINDS[code].sent.status or ()) if code in FINDING_KINDS else ())


def without_answer(words: TrackWords, outcome: ReceiptOutcome, at: datetime) -> Placed | None:
    """Return what became of an interchange whose answers stand elsewhere, or which has none."""
    about, repeats = f"interchange {outcome.control_number}", outcome.summary.repeats
    if repeats is not None:
        says = f"is that of receipt {repeats} again, byte for byte: its answers went out once more"
        return words.placed(at, 3, "repeated", about, says)
    if outcome.summary.answer:
        return None
    verdict = outcome.verdict.replace("_", " ") or "is being received"
    return words.placed(at, 3, "judged", about, verdict, is_bad=outcome.verdict == "rejected")


# --- claims ----------------------------------------------------------------------------------------------------------


def in_states(
    words: TrackWords, states: Iterable[ClaimsInState], since: Mapping[int, datetime], about: str
) -> Iterator[Placed]:
    """Yield the claims that were refused, and those that wait: for being decided, or for somebody."""
    for each in states:
        money = {"claims": each.claims, "charged": each.charged}
        at = since[each.receipt]
        if each.state == "refused":
            codes = tuple(each.note.split())
            says = f"{finding_words(codes)}. {finding_remedies(codes)}"
            statuses = tuple(filter(None, map(_status_of, codes)))
            yield words.placed(at, 6, "refused", about, says, codes=(*codes, *statuses), is_bad=True, **money)
        elif each.state == "pended" and each.pended_on is not None:
            codes, says = (each.note, each.status277), f"{words.status(each.status277)}; waits for {each.note}"
            yield words.on_day(each.pended_on, at, 9, "pended", about, says, codes=codes, **money)
        elif each.state == "accepted":
            yield words.placed(at, 6, "accepted", about, "waits to be decided", **money)


def decided(words: TrackWords, found: Iterable[DecidedAlike], after: datetime, about: str) -> Iterator[Placed]:
    """Yield decisions of one day and status, with what they come to."""
    for each in found:
        what = "decided" if each.is_first else "corrected"
        what, rank = ("reversed", 10) if each.status == REVERSAL else (what, 11)
        yield words.on_day(
            each.decided_on,
            after,
            rank,
            what,
            about,
            words.status(each.status277),
            codes=tuple(filter(None, (each.status277, each.status))),
            claims=each.claims,
            charged=each.charged,
            paid=each.paid,
            patient_responsibility=each.patient_responsibility,
        )


def decided_versions(
    words: TrackWords, found: Sequence[StoredDecision], after: datetime, runs: Mapping[int, datetime]
) -> Iterator[Placed]:
    """Yield every version of a claim's decision with the reasons of what is not paid.

    Args:
        words: Words for codes.
        found: The versions in their order.
        after: When the claim was received.
        runs: When payment runs paid, by their numbers: a later version of the same day came after it.
    """
    earliest = after
    for stored in found:
        made = stored.decision
        kinds = {"adjudicated": "decided", "reversal": "reversed", "correction": "corrected"}
        reasons, told = words.adjusted(made)
        yield words.on_day(
            stored.decided_on,
            earliest,
            10 if made.kind == "reversal" else 11,
            kinds[made.kind],
            f"claim {made.payer_claim_control_number}/{made.version}",
            words.status(made.status277) + (f": {told}" if told and made.kind != "reversal" else ""),
            codes=tuple(filter(None, (made.status277, *reasons))),
            claims=1,
            charged=made.charged,
            paid=made.paid,
            patient_responsibility=made.patient_responsibility,
        )
        earliest = max(earliest, runs.get(stored.payment_run or 0, earliest))


# --- payments --------------------------------------------------------------------------------------------------------

_METHODS: Final = {
    PaymentMethod.ACH.value: "EFT",
    PaymentMethod.CHECK.value: "check",
    PaymentMethod.NONE.value: "remittance without a payment",
}
_STATES: Final = {
    PaymentState.BUILT: "built",
    PaymentState.APPROVED: "approved",
    PaymentState.RELEASED: "went out",
    PaymentState.SETTLED: "the bank paid it",
    PaymentState.RETURNED: "came back from the bank",
    PaymentState.STALE: "was not cashed in time",
    PaymentState.STOPPED: "was stopped",
    PaymentState.VOIDED: "voided: what it paid is owed again",
    PaymentState.REISSUED: "replaced by a check",
}
_BAD: Final = frozenset({PaymentState.RETURNED, PaymentState.STALE, PaymentState.STOPPED, PaymentState.VOIDED})


@dataclass(frozen=True, slots=True)
class PaidShare:
    """A payment, and what of the claims that are followed it pays: how many decisions, and US dollars."""

    payment: FollowedPayment
    claims: int
    paid: Usd


def paid(words: TrackWords, shares: Sequence[PaidShare], events: Iterable[PaymentEvent]) -> Iterator[Placed]:
    """Yield the states of payments; those alike that came at one moment are one event."""
    by_id = {share.payment.id: share for share in shares}
    rows = sorted(
        ((each.at, list(PaymentState).index(each.state), by_id[each.payment], each) for each in events),
        key=lambda row: (row[0], row[1], row[2].payment.run, row[2].payment.method, row[3].reason, row[2].payment.id),
    )
    for _key, alike in groupby(
        rows, key=lambda row: (row[0], row[1], row[2].payment.run, row[2].payment.method, row[3].reason)
    ):
        group = list(alike)
        at, place, _first, event = group[0]
        payments = [row[2].payment for row in group]
        says = _said(event, payments)
        yield words.placed(
            at,
            12 + place,
            event.state.value,
            "payment " + some([each.trace_number for each in payments]),
            says,
            codes=tuple(each.trace_number for each in payments),
            claims=sum(row[2].claims for row in group),
            paid=sum((row[2].paid for row in group), ZERO),
            is_bad=event.state in _BAD,
        )


def _said(event: PaymentEvent, payments: Sequence[FollowedPayment]) -> str:
    """Return what a state means, with the numbers that a bank statement or an 835 shows."""
    first = payments[0]
    method = _METHODS.get(first.method, first.method)
    parts = [f"{method} {_STATES[event.state]}, payment run {first.run}"]
    if event.state is PaymentState.RELEASED:
        traces = [each.entry.ach_trace_number for each in payments if each.entry is not None]
        parts += [f"ACH trace {some(traces)}"] if traces else []
        parts.append(f"dated {first.payment_date}")
    if first.reissues and event.state is PaymentState.BUILT:
        parts.append(f"takes the place of {first.reissues}")
    return ", ".join(parts) + (f": {event.reason}" if event.reason else "")
