"""One report a submission for its sender: what was sent, accepted, rejected, pended, denied and paid, and what to do.

It says of each claim what a claim status answer (277) would; the words of codes are data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.claims.model import Model
from hpedi.conversion.csv_cells import csv_line
from hpedi.documents.document import (
    Block,
    Column,
    Document,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Table,
    dollars,
    money_column,
)
from hpedi.inquiries.status_model import KnownClaim
from hpedi.inquiries.status_states import charged_of, paid_of, state_of
from hpedi.inquiries.status_table import State
from hpedi.money import ZERO, Usd
from hpedi.pipeline.received import ReceiptOutcome
from hpedi.pipeline.status_lookup import StatusLookup
from hpedi.pipeline.tracking import Target, Tracker
from hpedi.pipeline.tracking_events import TrackWords, finding_remedies, finding_words
from hpedi.pipeline.tracking_ports import Followed

MOST_CLAIMS: Final = 100_000
"""Claims of one report."""

_OUTCOMES: Final = {
    State.REFUSED: "rejected",
    State.REFUSED_SET: "rejected",
    State.IN_PROCESS: "in process",
    State.PENDED: "pended",
    State.AWAITING_PAYMENT: "awaiting payment",
    State.REPLACED: "taken back",
    State.VOIDED: "taken back",
    State.VOID: "taken back",
}
_DO: Final = {
    "rejected": "Correct it and send the claim again as a new one.",
    "in process": "Nothing: it will be decided.",
    "pended": "Wait; where the payer asks for something, send it.",
    "awaiting payment": "Nothing: it is paid in the next payment run.",
    "paid": "Post the payment by its number; bill the patient only what the remittance says.",
    "nothing to pay": "Post it; what the member bears or another payer paid takes all of it.",
    "denied": "Send a corrected claim (frequency 7) if it was billed wrong, or dispute the decision.",
    "taken back": "See the claim that took its place.",
}
OUTCOMES: Final = tuple(_DO)
"""In the order of the report."""


class SubmittedClaim(Model, frozen=True, kw_only=True):
    """A claim as its sender is told of it.

    Attributes:
        patient_account: The sender's number (CLM01).
        claim: Our number.
        npi: The billing provider.
        service_date: First day of service; None where there is no line.
        outcome: One of `OUTCOMES`.
        codes: Findings, 277 statuses and adjustments that say why.
        says: The same in words.
        do: What to do.
        charged: US dollars; `paid` and `patient_responsibility` likewise, None while it is not decided.
        payment: Check or EFT number, once it went out.
        paid_on: The date of that payment.
    """

    patient_account: str
    claim: str
    npi: str
    service_date: date | None
    outcome: str
    codes: tuple[str, ...]
    says: str
    do: str
    charged: Usd
    paid: Usd | None = None
    patient_responsibility: Usd | None = None
    payment: str = ""
    paid_on: date | None = None


class SubmittedSum(Model, frozen=True, kw_only=True):
    """Claims of one outcome; amounts in US dollars."""

    outcome: str
    claims: int
    charged: Usd
    paid: Usd
    patient_responsibility: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionReport:
    """A report.

    Attributes:
        of: What it is about: file or interchange, by our numbers.
        day: The day it speaks of.
        issuer: The payer.
        interchanges: What was received.
        sums: By outcome, those there are, in the order of `OUTCOMES`.
        claims: Every claim that may be seen, in the order of the submission.
        is_whole: All claims of the submission are among them.
    """

    of: str
    day: date
    issuer: str
    interchanges: tuple[ReceiptOutcome, ...]
    sums: tuple[SubmittedSum, ...]
    claims: tuple[SubmittedClaim, ...]
    is_whole: bool


def submission_report(tracker: Tracker, target: Target, lookup: StatusLookup) -> SubmissionReport:
    """Put together the report of a submission, and leave the audit row of the look at its claims.

    Args:
        tracker: Who asks.
        target: The submission.
        lookup: Where what became of claims is looked up.
    """
    inquiry = tracker.inquiry
    payer, day = inquiry.reference.payer, inquiry.work.context.as_of
    outcomes = tuple(ReceiptOutcome.of(each) for each in target.receipts)
    claims = claims_of(tracker, target, lookup)
    kept = sum(each.summary.claims for each in outcomes)
    return SubmissionReport(
        of=target.of,
        day=day,
        issuer=f"{payer.name}, payer {payer.payer_id}",
        interchanges=outcomes,
        sums=tuple(_sums(claims)),
        claims=claims,
        is_whole=len(claims) == kept,
    )


def claims_of(tracker: Tracker, target: Target, lookup: StatusLookup) -> tuple[SubmittedClaim, ...]:
    """Return what became of each claim of a submission that may be seen, and leave the audit row of the look.

    Raises:
        NeverAsks: No role of the asker asks for claims.
    """
    inquiry = tracker.inquiry
    providers = inquiry.providers("claim")
    npis = None if providers is None else tuple(each.npi for each in providers)
    numbers = (target.claim.received.payer_claim_control_number,) if target.claim is not None else ()
    receipts = tuple(each.id for each in target.receipts)
    followed = Followed(receipts=receipts, numbers=numbers, npis=npis)
    stored = inquiry.work.tracking.claims(followed, MOST_CLAIMS)
    known = lookup.known(stored)
    notes = {each.received.payer_claim_control_number: each.note for each in stored}
    told = tuple(_claim(tracker.words, each, notes[number]) for number, each in known.items())
    members = {each.standing.decision.member for each in known.values() if each.standing is not None}
    members |= {each.pend[0].member for each in known.values() if each.pend is not None}
    inquiry.told("claim", target.of.replace(" ", ":", 1), members, count=len(told))
    return told


def _claim(words: TrackWords, known: KnownClaim, note: str) -> SubmittedClaim:
    state, standing, sent = state_of(known), known.standing, known.claim
    outcome = _outcome(known, state)
    codes, says = _why(words, known, state, note)
    is_open = state in (State.IN_PROCESS, State.PENDED, State.REFUSED, State.REFUSED_SET)
    decision = None if standing is None or standing.taken_back is not None else standing.decision
    return SubmittedClaim(
        patient_account=sent.patient_control_number,
        claim=known.number,
        npi=sent.billing.npi,
        service_date=sent.first_date if sent.lines else None,
        outcome=outcome,
        codes=codes,
        says=says,
        do=(finding_remedies(codes) + " " if outcome == "rejected" else "") + _DO[outcome],
        charged=charged_of(known),
        paid=None if is_open else paid_of(known),
        patient_responsibility=decision.patient_responsibility if decision is not None else None,
        payment=standing.remittance_number if standing is not None else "",
        paid_on=standing.remitted if standing is not None else None,
    )


def _outcome(known: KnownClaim, state: State) -> str:
    if state in _OUTCOMES or known.standing is None:
        return _OUTCOMES.get(state, "in process")
    lines = known.standing.decision.lines
    if lines and all(line.denied for line in lines):
        return "denied"
    return "paid" if paid_of(known) else "nothing to pay"


def _why(words: TrackWords, known: KnownClaim, state: State, note: str) -> tuple[tuple[str, ...], str]:
    """Return the codes that say why a claim is what it is, and their words."""
    if known.state == "refused":
        codes = tuple(note.split())
        return codes, finding_words(codes)
    if known.pend is not None and state is State.PENDED:
        told = words.table.of_pend(known.pend[0].reason, known.pend[0].status277)
        return (known.pend[0].reason, known.pend[0].status277), "; ".join(words.table.says(each) for each in told)
    if known.standing is None or known.standing.taken_back is not None:
        return (), next(row.means for row in words.table.states if row.state is state)
    made = known.standing.decision
    reasons, told_reasons = words.adjusted(made)
    says = words.status(made.status277)
    return (made.status277, *reasons), f"{says}: {told_reasons}" if told_reasons else says


def _sums(claims: Sequence[SubmittedClaim]) -> Iterator[SubmittedSum]:
    for outcome in OUTCOMES:
        alike = [each for each in claims if each.outcome == outcome]
        if alike:
            yield SubmittedSum(
                outcome=outcome,
                claims=len(alike),
                charged=sum((each.charged for each in alike), ZERO),
                paid=sum((each.paid or ZERO for each in alike), ZERO),
                patient_responsibility=sum((each.patient_responsibility or ZERO for each in alike), ZERO),
            )


# --- as a document and as rows ---------------------------------------------------------------------------------------

_SUMS: Final = (
    Column("Outcome"),
    Column("Claims", right=True, whole=True),
    money_column("Charged"),
    money_column("Paid"),
    money_column("Patient owes"),
)
_INTERCHANGES: Final = (
    Column("Interchange", whole=True),
    Column("Use", whole=True),
    Column("Verdict"),
    Column("Sets sent", right=True),
    Column("Sets refused", right=True),
    Column("Claims sent", right=True),
    Column("Claims refused", right=True),
    Column("Findings"),
)
_CLAIMS: Final = (
    Column("Patient account", whole=True),
    Column("Claim", whole=True),
    Column("Service", whole=True),
    money_column("Charged"),
    money_column("Paid"),
    money_column("Patient owes"),
    Column("Payment", whole=True),
    Column("Why"),
)


def report_document(report: SubmissionReport) -> Document:
    """Return a report as people read it."""
    return Document(
        title=f"Submission report, {report.of}",
        issuer=report.issuer,
        day=report.day,
        blocks=tuple(_blocks(report)),
        wide=True,
    )


def _blocks(report: SubmissionReport) -> Iterator[Block]:
    yield Facts((("As of", report.day.isoformat()), ("Submission", report.of)))
    if not report.is_whole:
        yield Notice(
            "Not every claim is listed: those of a refused interchange and of a test are not kept, "
            "and claims of providers that do not let you see them are left out."
        )
    yield Table("What was received", _INTERCHANGES, tuple(_interchange(each) for each in report.interchanges))
    total = (
        "All",
        f"{sum(each.claims for each in report.sums):,}",
        *(
            dollars(sum((getattr(each, name) for each in report.sums), ZERO))
            for name in ("charged", "paid", "patient_responsibility")
        ),
    )
    yield Table("What became of the claims", _SUMS, tuple(_sum_row(each) for each in report.sums), total)
    for outcome in OUTCOMES:
        alike = [each for each in report.claims if each.outcome == outcome]
        if alike:
            yield Heading(outcome.capitalize())
            yield Paragraph(_DO[outcome])
            yield Table(f"Claims {outcome}", _CLAIMS, tuple(_claim_row(each) for each in alike))


def _interchange(outcome: ReceiptOutcome) -> tuple[str, ...]:
    summary = outcome.summary
    counts = (summary.sets, summary.sets_refused, summary.claims, summary.claims_refused)
    verdict = outcome.verdict.replace("_", " ") or "is being received"
    return (outcome.control_number, outcome.usage, verdict, *map(str, counts), finding_words(summary.findings))


def _sum_row(each: SubmittedSum) -> tuple[str, ...]:
    money = (each.charged, each.paid, each.patient_responsibility)
    return (each.outcome, f"{each.claims:,}", *map(dollars, money))


def _claim_row(each: SubmittedClaim) -> tuple[str, ...]:
    remedy = each.do.removesuffix(_DO["rejected"]).strip() if each.outcome == "rejected" else ""
    why = f"{each.says}. {remedy}" if remedy else each.says
    return (
        each.patient_account,
        each.claim,
        each.service_date.isoformat() if each.service_date else "",
        *(
            "" if amount is None else dollars(amount)
            for amount in (each.charged, each.paid, each.patient_responsibility)
        ),
        f"{each.payment} of {each.paid_on}" if each.payment else "",
        why,
    )


def report_csv(claims: Iterable[SubmittedClaim]) -> Iterator[bytes]:
    """Yield a report as CSV, a claim a line, with cells that no spreadsheet runs."""
    names = SubmittedClaim.__struct_fields__
    yield csv_line(names).encode()
    for each in claims:
        values = (getattr(each, name) for name in names)
        yield csv_line(_cell(value) for value in values).encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, tuple) else str(value)
