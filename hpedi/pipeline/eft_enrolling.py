"""EFT enrollment at work: a payee's account is requested, approved by another person, prenoted, and ended.

What comes back of a prenotification is `eft_returns`' matter; which account counts on a day is `payee_accounts`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import msgspec

from hpedi.claims.model import Model
from hpedi.identifiers import routing_number
from hpedi.payments.ach.ach_file import AchFile, write_ach
from hpedi.payments.ach.build import PrenoteDue, build_ach_file
from hpedi.payments.ach.verification import verify_ach_bytes
from hpedi.payments.calendar import AchCalendar, check_calendar
from hpedi.payments.conventions import AchConventions
from hpedi.payments.eft_enrollment import (
    OPEN,
    EftEnrollment,
    EnrollmentState,
    EnrollmentTerms,
    Linkage,
    Prenote,
    Standing,
    SubmissionReason,
)
from hpedi.pipeline.bank_files import (
    ACH,
    ACH_ENTRY_NUMBERS,
    ACH_FILE_NUMBERS,
    BANK,
    BankFileNumbers,
    file_modifier,
)
from hpedi.pipeline.parties import FUNDING_ACCOUNT, ach_originator, remittance_payee
from hpedi.pipeline.payment_terms import CannotPay
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import Outbound
from hpedi.reference.providers import BillingProvider
from hpedi.reference.reference import Reference
from hpedi.state_history import StateEvent
from hpedi.transactions.remittance_835.model import CORPORATE_EXCHANGE, BankAccount, RemittancePayee

ACCOUNT_WIDTH: Final = 17
"""DFI Account Number, entry detail record, positions 13-29."""


class CannotEnroll(Exception):
    """What is asked for cannot be; says why and what to do, and holds no account number."""


class SamePerson(Exception):
    """Somebody would approve what they requested themselves."""


class EnrollmentAsked(Model, frozen=True, kw_only=True):
    """What is asked for.

    Attributes:
        tax_id: Provider TIN.
        npi: Provider NPI.
        account: The account.
        linkage: By which of the two the payee has the account.
        start: Requested EFT start date.
        why: What shows that the account is the payee's: a voided check, a bank letter.
    """

    tax_id: str
    npi: str
    account: BankAccount
    linkage: Linkage
    start: date
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrenoteTerms:
    """What prenotifications need besides the books.

    Attributes:
        reference: The payer's reference data.
        calendar: The days on which our entries settle.
        conventions: How entries are coded.
        enrollment: How long a prenotification waits.
    """

    reference: Reference
    calendar: AchCalendar
    conventions: AchConventions
    enrollment: EnrollmentTerms


def enroll(work: Work, reference: Reference, terms: EnrollmentTerms, asked: EnrollmentAsked) -> EftEnrollment:
    """Request an account for a payee; a second person approves it.

    Raises:
        CannotEnroll: The payee is not known, the account is malformed, or another request waits.
    """
    work.eft_enrollments.lock()
    provider = _payee(reference, asked)
    _check_account(asked.account)
    others = work.eft_enrollments.of_provider(provider.id)
    waiting = [each for each in others if each.stands(work.context.as_of) in OPEN]
    if waiting:
        raise CannotEnroll(f"enrollment {waiting[0].id} of this payee is on its way: wait for it, or end it first")
    is_first = reference.account(provider.id, asked.start) is None and not others
    made = EftEnrollment(
        id=0,
        provider=provider.id,
        account=asked.account,
        submission=SubmissionReason.NEW if is_first else SubmissionReason.CHANGE,
        linkage=asked.linkage,
        start=asked.start,
        meanwhile=terms.meanwhile,
        history=(requested(work, asked.why),),
    )
    return keep_request(work, made)


def keep_request(work: Work, asked: EftEnrollment) -> EftEnrollment:
    """Keep a request with its audit row, and return it with its number."""
    kept = replace(asked, id=work.eft_enrollments.request(asked))
    work.audit.record("eft request", _subject(kept.id), reason=kept.submission.value, result=kept.provider)
    return kept


def requested(work: Work, why: str) -> StateEvent[EnrollmentState]:
    """Return the first state of an enrollment that is requested now."""
    principal = work.context.principal.id
    return StateEvent(state=EnrollmentState.REQUESTED, at=work.context.instant, by=principal, why=why)


def _payee(reference: Reference, asked: EnrollmentAsked) -> BillingProvider:
    found = [each for each in reference.providers.values() if each.tax_id == asked.tax_id and each.npi == asked.npi]
    if len(found) != 1:
        told = "several payees have" if found else "no payee has"
        raise CannotEnroll(f"{told} this Tax ID and NPI; `hpedi reference list provider` names the payees")
    return found[0]


def _check_account(account: BankAccount) -> None:
    try:
        routing_number.validate(account.routing_number)
    except ValueError:
        raise CannotEnroll("the routing number is not nine digits with the right check digit") from None
    number = account.account_number
    if not (
        number and len(number) <= ACCOUNT_WIDTH and number.isascii() and number.isprintable() and " " not in number
    ):
        raise CannotEnroll(f"an account number has 1 to {ACCOUNT_WIDTH} printable characters and no blanks")


def decide(work: Work, number: int, state: EnrollmentState, why: str) -> EftEnrollment:
    """Approve or deny a request, and return it as it stands then.

    Raises:
        CannotEnroll: There is none of this number.
        SamePerson: Who approves it also requested it.
        WrongState: It was decided before.
    """
    work.eft_enrollments.lock()
    asked, who = _found(work, number), work.context.principal
    if state is EnrollmentState.APPROVED and who.kind == "person" and who.id == asked.asked_by:
        raise SamePerson("who requested an enrollment does not approve it: a second person does")
    decided = work.eft_enrollments.change(asked, state, why)
    work.audit.record("eft decide", _subject(number), reason=why, result=state.value)
    return decided


def end(work: Work, number: int, last_day: date, why: str) -> EftEnrollment:
    """Cancel an enrollment with a last day, or withdraw a request: the payee is paid by check from then on.

    Raises:
        CannotEnroll: There is none of this number, or it ends earlier.
        WrongState: It was denied, or came back.
    """
    work.eft_enrollments.lock()
    stands = _found(work, number)
    if stands.last_day is not None and stands.last_day <= last_day:
        raise CannotEnroll(f"enrollment {number} ends earlier, on {stands.last_day}")
    ended = work.eft_enrollments.change(stands, EnrollmentState.ENDED, why, last_day)
    work.audit.record("eft end", _subject(number), reason=why, result=f"last day {last_day}")
    return ended


def _found(work: Work, number: int) -> EftEnrollment:
    """Return an enrollment.

    Raises:
        CannotEnroll: There is none of this number.
    """
    enrollment = work.eft_enrollments.find(number)
    if enrollment is None:
        raise CannotEnroll("there is no such enrollment; `hpedi eft enrollments` names them")
    return enrollment


# --- prenotifications ------------------------------------------------------------------------------------------------


def send_prenotes(work: Work, terms: PrenoteTerms) -> tuple[EftEnrollment, ...]:
    """Put a Nacha file of prenotifications into the outbox, for all approved enrollments; return those as they stand.

    Raises:
        CannotPay: The calendar does not list the year.
        Unavailable: Too many bank files were written for this day.
        NotAsWritten: The file does not read back as it was built: a bug; nothing is kept.
    """
    work.eft_enrollments.lock()
    approved = work.eft_enrollments.in_state(EnrollmentState.APPROVED)
    # In the order of the file's batches, so that each gets the trace number of its own entry.
    pending = sorted(approved, key=lambda each: terms.conventions.entry_class(is_ctx=_is_ctx(each)))
    if not pending:
        return ()
    day = work.context.as_of
    missing = check_calendar(terms.calendar, day)
    if missing:
        raise CannotPay(missing)
    numbers = BankFileNumbers(
        file=work.numbers.reserve(f"{ACH_FILE_NUMBERS}:{day}"),
        first_entry=work.numbers.reserve(ACH_ENTRY_NUMBERS, len(pending)),
    )
    effective = terms.calendar.next_business_day(day)
    file = _prenote_file(work, terms, pending, effective, numbers)
    content = write_ach(file, terms.conventions.line_ending)
    verify_ach_bytes(content, file)
    name = f"{day:%Y%m%d}-{file_modifier(numbers.file)}.ach"
    work.outbox.put([Outbound(folder=BANK, name=name, kind=ACH, content=content)])
    accepted = terms.calendar.business_days_after(effective, terms.enrollment.waiting_days)
    return tuple(
        _sent(work, each, Prenote(
            file=name, ach_trace_number=trace, effective_entry_date=effective, accepted_on=accepted
        ))
        for each, trace in zip(pending, (entry.detail.trace_number for entry in file.entries), strict=True)
    )  # fmt: skip


def _prenote_file(
    work: Work, terms: PrenoteTerms, pending: Sequence[EftEnrollment], effective: date, numbers: BankFileNumbers
) -> AchFile:
    due = [
        PrenoteDue(
            payee=_prenoted_payee(terms.reference, each),
            effective=effective,
            funding_account=FUNDING_ACCOUNT,
            is_ctx=_is_ctx(each),
        )
        for each in pending
    ]
    originator = ach_originator(terms.reference)
    file = build_ach_file(
        [],
        originator,
        terms.conventions,
        created=work.context.instant,
        modifier=file_modifier(numbers.file),
        first_entry=numbers.first_entry,
        prenotes=due,
    )
    if file is None:
        raise ValueError("prenotifications that are due make no file")
    return file


def _prenoted_payee(reference: Reference, enrollment: EftEnrollment) -> RemittancePayee:
    provider = reference.providers.get(enrollment.provider)
    if provider is None:
        raise CannotEnroll(f"the payee of enrollment {enrollment.id} is no longer known; end the enrollment")
    return msgspec.structs.replace(remittance_payee(provider), account=enrollment.account)


def _is_ctx(enrollment: EftEnrollment) -> bool:
    return enrollment.account.entry_format == CORPORATE_EXCHANGE


def _sent(work: Work, enrollment: EftEnrollment, prenote: Prenote) -> EftEnrollment:
    work.eft_enrollments.prenoted(enrollment, prenote)
    changed = work.eft_enrollments.change(enrollment, EnrollmentState.PRENOTED)
    work.audit.record("eft prenote", _subject(enrollment.id), result=f"accepted from {prenote.accepted_on}")
    return replace(changed, prenote=prenote)


def standing(enrollment: EftEnrollment, counts: EftEnrollment | None, day: date) -> Standing:
    """Return how an enrollment stands on a day, beside the one of its payee that became live last."""
    stands = enrollment.stands(day)
    is_behind = stands is Standing.LIVE and counts is not None and counts.id != enrollment.id
    return Standing.REPLACED if is_behind else stands


def _subject(number: int) -> str:
    return f"eft-enrollment:{number}"
