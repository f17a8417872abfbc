"""Receive: bytes that arrived become receipts, claims that may be decided, and answers.

Two phases. Each interchange of a file is a receipt; its claims are staged in short transactions, unseen by
adjudication, while it is read; those of a small one in the commit that ends it. That commit flips the receipt: its
accepted claims are published; its TA1, 999 and 277CA and the answers to its inquiries (271, 277) stand in the outbox.
After a kill a flipped receipt is skipped and the one under way is staged again from its first byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from hpedi.acceptance.answers import answered_claim
from hpedi.acceptance.claim_checks import PayerFacts, payer_checks
from hpedi.acceptance.interchange_checks import check_addresses, check_application_senders
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import ClaimJudgement, InterchangeJudgement, SetJudgement
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.verdicts import Verdict
from hpedi.claims.claim import Claim, ReceivedClaim
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.partners.identities import partner_of
from hpedi.partners.states import TEST
from hpedi.pipeline.agreed import Agreed, ReceiptTerms, limits_by
from hpedi.pipeline.answer_inquiries import put_inquiry_answers
from hpedi.pipeline.answering import put_answer
from hpedi.pipeline.asking import Asking
from hpedi.pipeline.inquirers import inquiring_partner
from hpedi.pipeline.open_receipt import OpenReceipt, identity_of
from hpedi.pipeline.pace import Pace
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.received import ReceiptOutcome, ReceiptSummary, ReceivedFile
from hpedi.pipeline.records import InboundFile, Receipt, StoredClaim
from hpedi.pipeline.submitting import Submitters
from hpedi.pipeline.webhooks import announce_quarantined, announce_received
from hpedi.run_context import RunContext
from hpedi.x12.events import InterchangeStart
from hpedi.x12.reader import read_x12

CLAIMS_A_TRANSACTION = 500
TEST_MARK = "T"
NOTE_LENGTH = 120
REASON_LENGTH = 80


def register(
    books: Books, context: RunContext, digest: str, size: int, received_at: datetime, *, again: bool = False
) -> InboundFile:
    """Remember a file that arrived, by its digest; one that is known keeps its first receipt instant.

    Args:
        books: Where files are kept.
        context: Who receives.
        digest: SHA-256 (hex) of its bytes.
        size: In bytes.
        received_at: When it arrived, in the payer's time zone.
        again: Try once more what was refused or quarantined when the file first came.
    """
    with books.writing(context) as work:
        file = work.receipts.file(digest)
        if file is None:
            return work.receipts.register_file(digest, size, received_at, received_at.date())
        if again and file.state != "receiving":
            work.receipts.reopen_file(file.id)
            file = replace(file, state="receiving", reason="")
        return file


def receive(
    books: Books,
    context: RunContext,
    terms: ReceiptTerms,
    file: InboundFile,
    chunks: Iterable[bytes],
    *,
    name: str = "",
    handed_in_by: str = "",
) -> ReceivedFile:
    """Receive a registered file, or what a kill left of it.

    Args:
        books: Where receipts and claims are kept.
        context: Who receives.
        terms: What receiving needs.
        file: The file; one that is done gives its first outcome again.
        chunks: Its bytes.
        name: What findings call it.
        handed_in_by: The partner who signed in to hand it in, where one did.
    """
    if file.state != "receiving":
        return _first_outcome(books, context, file, name)
    receiving = _Receiving(books, context, terms, file)
    told = _told(chunks, terms.progress)
    events = read_x12(told, terms.limits, file=name or None, limits_for=limits_by(terms))
    outcomes: list[ReceiptOutcome] = []
    outside: list[Finding] = []
    for judged in judge(events, receiving.judging(name)):
        if isinstance(judged, Finding):
            outside.append(judged)
        else:
            outcomes.append(receiving.close(judged))
    file = replace(file, state="done" if outcomes else "quarantined", reason=_codes_outside(outside, outcomes))
    if not outcomes:
        terms.quarantine(file, file.reason)
    with books.writing(context) as work:
        work.receipts.finish_file(file.id, file.state, file.reason)
        work.audit.record("receive", f"file:{file.id}", result=file.reason or file.state)
        if not outcomes:
            announce_quarantined(work, file, handed_in_by)
    return ReceivedFile.of(file, name, outcomes, outside)


def _codes_outside(outside: Iterable[Finding], outcomes: Sequence[ReceiptOutcome]) -> str:
    """Return the codes of what was found outside any interchange, as many as a file keeps."""
    codes = ", ".join(dict.fromkeys(finding.code for finding in outside))
    kept = codes if len(codes) <= REASON_LENGTH else codes[: REASON_LENGTH + 1].rpartition(", ")[0]
    return kept or ("" if outcomes else "not-x12")


def _told(chunks: Iterable[bytes], progress: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        progress(len(chunk))


def _first_outcome(books: Books, context: RunContext, file: InboundFile, name: str) -> ReceivedFile:
    """Return what became of a file when it first came, and have its answers delivered again."""
    with books.writing(context) as work:
        outcomes = [ReceiptOutcome.of(receipt, again=True) for receipt in work.receipts.of_file(file.id)]
        for outcome in outcomes:
            work.outbox.again(outcome.summary.repeats or outcome.receipt)
        work.audit.record("receive", f"file:{file.id}", result="again")
    return ReceivedFile.of(file, name, outcomes, again=True)


class _Receiving:
    """A file being received, an interchange at a time."""

    def __init__(self, books: Books, context: RunContext, terms: ReceiptTerms, file: InboundFile) -> None:
        self._books = books
        self._context = context
        self._terms = terms
        self._file = file
        self._submitters = Submitters(books, context, terms.access_rules, file.received_on)
        self._ordinal = 0
        self._current: OpenReceipt | None = None
        self._pace = Pace(CLAIMS_A_TRANSACTION, books.somebody_waits, begins_with=CLAIMS_A_TRANSACTION)
        self._agreed = Agreed(terms)
        with books.reading(context) as work:
            self._published = {each.ordinal: each for each in work.receipts.of_file(file.id) if each.published}
        self._instant: datetime = file.received_at.astimezone(context.instant.tzinfo)

    def judging(self, name: str) -> Judging:
        """Return how this file is judged: by the payer's checks, claims and sets handed to us as they end."""
        reference = self._terms.reference
        facts = PayerFacts(
            payer_ids=frozenset({reference.payer.payer_id}),
            billing_npis=reference.billing_npis,
            may_submit=self._agreed.may_submit,
            may_submit_for=self._may_submit_for,
        )
        return Judging(
            guide_for=self._agreed.guide_for,
            sets_of_group=self._terms.sets_of_group,
            known_version=self._terms.known_version,
            may_send=self._agreed.may_send,
            plan_for=self._agreed.plan_for,
            claim_checks=payer_checks(facts),
            check_interchange=self._open,
            file=name or None,
            on_claim=self._take_claim,
            on_set=self._take_set,
            reads_inquiries=True,
        )

    # --- while an interchange is read ---------------------------------------------------------------------------

    def _open(self, start: InterchangeStart) -> Iterator[Finding]:
        self._ordinal += 1
        partner = self._agreed.sender = partner_of(start, self._terms.reference.partners)
        self._current = OpenReceipt(identity_of(start), partner, self._published.get(self._ordinal))
        yield from check_addresses(start, self._terms.reference.payer, partner)

    def _may_submit_for(self, claim: Claim) -> bool:
        current = self._open_interchange()
        return self._submitters.may_submit(current.partner, current.identity.usage, claim)

    def _take_claim(self, judged: ClaimJudgement) -> None:
        current = self._open_interchange()
        if current.is_done:
            return
        current.waiting.append(judged)
        if len(current.waiting) >= self._pace.claims:
            with self._books.writing(self._context) as work:
                self._stage(work, current)
                self._pace.look()

    def _take_set(self, judged: SetJudgement) -> None:
        current = self._open_interchange()
        if current.is_done or not judged.claims or judged.syntax is not Verdict.REJECTED:
            return
        with self._books.writing(self._context) as work:
            receipt = self._stage(work, current)
            _refuse_set(work, current, receipt, judged.ordinal, judged.noted.findings)

    def _stage(self, work: Work, current: OpenReceipt) -> Receipt:
        """Stage the claims that wait, under the receipt that is begun with the first of them."""
        receipt = current.receipt
        if receipt is None:
            partner = current.partner.id if current.partner else ""
            receipt = current.receipt = work.receipts.begin(self._file, self._ordinal, partner, current.identity)
        work.claims.stage([stored for judged in current.waiting for stored in self._staged(current, receipt, judged)])
        current.waiting.clear()
        return receipt

    def _staged(self, current: OpenReceipt, receipt: Receipt, judged: ClaimJudgement) -> Iterator[StoredClaim]:
        """Note what a claim is answered, and yield what is kept of it: nothing of one for testing or unreadable."""
        number = _control_number(self._file, receipt, judged.ordinal, current.identity.usage)
        answered = answered_claim(judged, received=self._file.received_on, payer_claim_control_number=number)
        current.answered.setdefault(judged.set_ordinal, []).append(answered)
        first, _last = current.ordinals.setdefault(judged.set_ordinal, (judged.ordinal, judged.ordinal))
        current.ordinals[judged.set_ordinal] = (first, judged.ordinal)
        if judged.placed.claim is None or current.identity.usage != "P":
            return
        received = ReceivedClaim(
            payer_claim_control_number=number,
            claim=judged.placed.claim,
            received=self._file.received_on,
            partner=receipt.partner,
            grouped_drg=self._terms.grouped_drg(judged.placed.claim, self._file.received_on),
        )
        refused = judged.verdict is Verdict.REJECTED
        yield StoredClaim(
            received=received,
            receipt=receipt.id,
            ordinal=judged.ordinal,
            state="refused" if refused else "accepted",
            note=_note(judged.findings) if refused else "",
        )

    def _open_interchange(self) -> OpenReceipt:
        if self._current is None:
            raise LookupError("no interchange is open")
        return self._current

    # --- when it ends -------------------------------------------------------------------------------------------

    def close(self, judged: InterchangeJudgement) -> ReceiptOutcome:
        """Flip the receipt: publish its claims and put its answers into the outbox, in one commit."""
        current = self._open_interchange()
        if current.receipt is not None and current.receipt.published:
            return ReceiptOutcome.of(current.receipt, again=True)
        with self._books.writing(self._context) as work:
            receipt = self._stage(work, current)
            for group in judged.groups:
                if group.noted.verdict is Verdict.REJECTED:
                    for each in group.sets:
                        _refuse_set(work, current, receipt, each.ordinal, group.noted.findings)
            taken = work.receipts.taken(current.identity)
            if taken is not None and taken[0] == judged.digest:
                return _close_repeated(work, self._file, receipt, judged, taken[1])
            if taken is not None:
                judged = _with_findings(judged, [_control_number_taken(judged)])
            judged = _with_findings(judged, list(check_application_senders(judged, current.partner)))
            return self._publish(work, current, receipt, judged)

    def _publish(
        self, work: Work, current: OpenReceipt, receipt: Receipt, judged: InterchangeJudgement
    ) -> ReceiptOutcome:
        is_refused = judged.noted.verdict is Verdict.REJECTED
        if is_refused:
            current.refused += sum(len(claims) for claims in current.answered.values())
            current.answered.clear()
            work.claims.drop(receipt.id)
        if judged.verdict is not Verdict.REJECTED:
            work.receipts.take(current.identity, judged.digest, receipt.id)
        for claims in current.answered.values():
            accepted = sum(claim.is_accepted for claim in claims)
            current.accepted += accepted
            current.refused += len(claims) - accepted
        payer = self._terms.reference.payer
        name = put_answer(work, current, judged, payer=payer, received=self._file.received_on, instant=self._instant)
        answers: tuple[str, ...] = ()
        if judged.inquires:
            answers = put_inquiry_answers(current, judged, self._asking(work, current, receipt))
        summary = ReceiptSummary(
            ta1="*".join(judged.ta1),
            sets=sum(len(group.sets) for group in judged.groups),
            sets_refused=sum(each.syntax is Verdict.REJECTED for group in judged.groups for each in group.sets),
            claims=current.accepted + current.refused,
            claims_refused=current.refused,
            answer=name,
            answers=answers,
            findings=tuple(dict.fromkeys(finding.code for finding in judged.findings())),
            told=dict(Counter(finding.code for finding in judged.findings())),
            kinds=self._agreed.kinds(judged),
        )
        work.receipts.publish(receipt.id, digest=judged.digest, verdict=judged.verdict.value, summary=summary.text)
        work.audit.record("receive", f"receipt:{receipt.id}", result=judged.verdict.value)
        flipped = replace(receipt, verdict=judged.verdict.value, summary=summary.text)
        announce_received(work, self._file, flipped)
        return replace(ReceiptOutcome.of(flipped), findings=tuple(judged.findings()))

    def _asking(self, work: Work, current: OpenReceipt, receipt: Receipt) -> Asking:
        """Return who asks what the interchange inquires about, as of the day and moment that it was received."""
        terms, day = self._terms, self._file.received_on
        return Asking(
            work=work,
            reference=terms.reference,
            data=terms.inquiry_data,
            who=inquiring_partner(work, current.partner, terms.access_rules, day, current.identity.usage),
            today=day,
            instant=self._instant,
            reference_number=f"{receipt.id}",
        )


def _refuse_set(
    work: Work, current: OpenReceipt, receipt: Receipt, set_ordinal: int, findings: Iterable[Finding]
) -> None:
    """Refuse the staged claims of a set that turned out refused."""
    answered = current.answered.pop(set_ordinal, None)
    if answered is None:
        return
    current.refused += len(answered)
    first, last = current.ordinals[set_ordinal]
    work.claims.refuse(receipt.id, first, last, _note(findings))


def _close_repeated(
    work: Work, file: InboundFile, receipt: Receipt, judged: InterchangeJudgement, first: int
) -> ReceiptOutcome:
    """The same interchange in another file: the first answers go out again, and nothing else happens."""
    work.claims.drop(receipt.id)
    work.outbox.again(first)
    summary = ReceiptSummary(repeats=first, findings=())
    work.receipts.publish(receipt.id, digest=judged.digest, verdict="repeated", summary=summary.text)
    work.audit.record("receive", f"receipt:{receipt.id}", result="repeated")
    flipped = replace(receipt, verdict="repeated", summary=summary.text)
    announce_received(work, file, flipped)
    return ReceiptOutcome.of(flipped)


def _control_number(file: InboundFile, receipt: Receipt, ordinal: int, usage: str) -> str:
    """Return our number for a claim: the day it came, its receipt, its place in it; the same again after a kill."""
    return f"{TEST_MARK if usage == TEST else ''}{file.received_on:%y%j}{receipt.id:05d}{ordinal:07d}"


def _control_number_taken(judged: InterchangeJudgement) -> Finding:
    where = Where(interchange=judged.control_number, segment_id="ISA", byte_offset=judged.byte_offset, element=13)
    return found("interchange-duplicate", where)


def _with_findings(judged: InterchangeJudgement, findings: Sequence[Finding]) -> InterchangeJudgement:
    """Refuse an interchange for errors that only its receipt shows; without any it stays as it is."""
    if not findings:
        return judged
    noted = replace(
        judged.noted, findings=(*judged.noted.findings, *findings), errors=judged.noted.errors + len(findings)
    )
    return replace(judged, noted=noted, verdict=Verdict.REJECTED)


def _note(findings: Iterable[Finding]) -> str:
    return " ".join(dict.fromkeys(finding.code for finding in findings if finding.is_error))[:NOTE_LENGTH]
