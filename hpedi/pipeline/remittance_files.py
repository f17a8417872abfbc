"""The files of 835s that a release writes: one a payment, or several of a receiver in one as its profile allows.

A file is written, read back and balanced as soon as it is full, and is then out of hand: a run of any size needs the
memory of its largest file. A remittance is built again from what its payment pays; one that comes to anything else
than was approved, or does not read back, is a fault of that payment alone, and its neighbours are written without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Unavailable, Where
from hpedi.payments.conventions import AchConventions
from hpedi.payments.dues import DUE
from hpedi.payments.faults import NotAsWritten, ReleaseBlocked
from hpedi.payments.payee_balances import OWED
from hpedi.payments.payment import Payment, PaymentHead, RemittedPayment
from hpedi.payments.remit import RunNumbers, remit
from hpedi.payments.verification import verify_remittances
from hpedi.pipeline.corporate_exchange import as_ccd_plus, goes_inside, why_ccd_plus
from hpedi.pipeline.interchange_numbers import counter_of
from hpedi.pipeline.parties import Receiver, business_days, sender
from hpedi.pipeline.payment_terms import PaymentData, payer_and_date, run_input
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import REMITTANCE_SET, ListedPayment, Outbound, PaymentRun, StoredDecision, StoredPayment
from hpedi.pipeline.remittance_receivers import receiver_of_remittances
from hpedi.reference.reference import Reference
from hpedi.transactions.remittance_835.delimiters import write_remittances
from hpedi.transactions.remittance_835.model import Remittance
from hpedi.transactions.remittance_835.write import write_remittance
from hpedi.x12.writer import FunctionalGroup, Interchange, TransactionSet

GIVEN = OWED | DUE
"""The PLB codes that a remittance is given; it works out interest, and what it carries forward, itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTerms:
    """What a run is released by: the run as of the day, the moment, and what the payer and all payers have."""

    run: PaymentRun
    moment: datetime
    reference: Reference
    data: PaymentData
    conventions: AchConventions


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceFile:
    """A file of 835s: to whom it goes, under which control number, and the payments in it as they go out, in order."""

    receiver: Receiver
    number: int
    payments: tuple[ListedPayment, ...]
    file: Outbound


@dataclass(frozen=True, slots=True, kw_only=True)
class _Remitted:
    """A payment as it goes out, and its remittance."""

    payment: ListedPayment
    remittance: Remittance


class RemittanceFiles:
    """Files under way, a receiver each.

    Attributes:
        faults: Why a payment (by its row) does not go out.
        inside: The 835s that go inside the entries of their payments, by EFT number.
        ccd_plus: Why the 835 of a payment (by its row) does not go inside its entry though its payee wants that.
    """

    def __init__(self, terms: ReleaseTerms) -> None:
        """Begin with no file."""
        self.faults: dict[int, Finding] = {}
        self.inside: dict[str, bytes] = {}
        self.ccd_plus: dict[int, str] = {}
        self._terms = terms
        self._open: dict[str, tuple[Receiver, list[_Remitted]]] = {}
        self._numbers: dict[str, int] = {}

    def add(self, work: Work, stored: StoredPayment) -> Iterator[RemittanceFile]:
        """Take the 835 of a payment; yield the file that it fills."""
        try:
            remitted = self._remitted(work, stored)
        except ReleaseBlocked as fault:
            self._note(stored.id, fault)
            return
        receiver = self._receiver(work, remitted.payment)
        if goes_inside(stored.payment):
            written = list(self._written(work, receiver, [remitted]))
            if not written:
                return
            why = why_ccd_plus(stored.payment, written[0].file.content, self._terms.conventions.most_addenda)
            if not why:
                self.inside[stored.payment.trace_number] = written[0].file.content
                yield written[0]
                return
            self._numbers[counter_of(receiver.id)] -= 1  # that file is not sent
            self.ccd_plus[stored.id] = why
            remitted = self._remitted(work, replace(stored, payment=as_ccd_plus(stored.payment)))
        _receiver, together = self._open.setdefault(receiver.id, (receiver, []))
        together.append(remitted)
        if len(together) >= receiver.remittances_a_file:
            yield from self._written(work, *self._open.pop(receiver.id))

    def close(self, work: Work) -> Iterator[RemittanceFile]:
        """Yield the files that are not full."""
        while self._open:
            yield from self._written(work, *self._open.pop(next(iter(self._open))))

    def _note(self, row: int, fault: ReleaseBlocked) -> None:
        code = "remittance-not-as-written" if isinstance(fault, NotAsWritten) else "payment-changed"
        self.faults[row] = found(code, Where())

    def _receiver(self, work: Work, listed: ListedPayment) -> Receiver:
        rules, run = self._terms.data.access_rules, self._terms.run
        return receiver_of_remittances(work, rules, self._terms.reference, listed.payment.payee, run.as_of)

    def _remitted(self, work: Work, stored: StoredPayment) -> _Remitted:
        decided = list(work.decisions.of_payment(stored.id))
        remitted = remitted_again(decided, stored.payment, self._terms)
        listed = replace(stored, payment=remitted.payment).listed
        return _Remitted(payment=listed, remittance=remitted.remittance)

    def _written(self, work: Work, receiver: Receiver, together: Sequence[_Remitted]) -> Iterator[RemittanceFile]:
        """Yield the file of some 835s; those that cannot be read back are left out of it."""
        number = self._number(work, receiver)
        try:
            made = self._file(receiver, number, together)
        except ReleaseBlocked as fault:
            if len(together) == 1:
                self._note(together[0].payment.id, fault)
                return
            right = [each for each in together if self._is_right(receiver, number, each)]
            if len(right) == len(together):  # each by itself is right, and all together are not: a bug
                raise
            yield from self._written(work, receiver, right) if right else ()
            return
        self._numbers[counter_of(receiver.id)] = number + 1
        yield made

    def _is_right(self, receiver: Receiver, number: int, alone: _Remitted) -> bool:
        try:
            self._file(receiver, number, [alone])
        except ReleaseBlocked as fault:
            self._note(alone.payment.id, fault)
            return False
        return True

    def _number(self, work: Work, receiver: Receiver) -> int:
        counter = counter_of(receiver.id)
        if counter not in self._numbers:
            self._numbers[counter] = work.numbers.peek(counter)
        return self._numbers[counter]

    def _file(self, receiver: Receiver, number: int, together: Sequence[_Remitted]) -> RemittanceFile:
        """Write a file and read it back.

        Raises:
            ReleaseBlocked: It cannot be written, or reads back as something else.
        """
        try:
            content = write_remittances(_interchange(together, receiver, number, self._terms))
        except ValueError as fault:  # names the element, never its value
            raise NotAsWritten(f"the 835 cannot be written: {fault}") from None
        verify_remittances(content, self._terms.data.guide, [each.remittance for each in together])
        numbers = [each.payment.payment.trace_number for each in together]
        file = Outbound(
            folder=receiver.folder,
            name=remittance_file_name(numbers),
            kind=REMITTANCE_SET,
            content=content,
            run=self._terms.run.id,
        )
        payments = tuple(each.payment for each in together)
        return RemittanceFile(receiver=receiver, number=number, payments=payments, file=file)


def remittance_file_name(numbers: Sequence[str]) -> str:
    """Return the name of a file with the 835s of some payments: by the first of them, and how many they are."""
    several = f"-{len(numbers)}" if len(numbers) > 1 else ""
    return f"{numbers[0]}{several}.{REMITTANCE_SET}"


def take_numbers(work: Work, files: Sequence[RemittanceFile]) -> None:
    """Take the control numbers that files were written with.

    Raises:
        Unavailable: Somebody else took one of them meanwhile.
    """
    numbers: dict[str, list[int]] = {}
    for each in files:
        numbers.setdefault(counter_of(each.receiver.id), []).append(each.number)
    for counter, taken in sorted(numbers.items()):
        if work.numbers.reserve(counter, len(taken)) != min(taken):
            raise Unavailable("something was sent to a receiver of remittances at the same time")


def payment_date_on(payment: PaymentHead, terms: ReleaseTerms) -> date:
    """Return BPR16 and the effective entry date: never before the release, and a business day as known now.

    Raises:
        CannotPay: The calendar does not list the year, or no funding account is in force.
    """
    account = payment.funding_account
    _payer, earliest = payer_and_date(terms.run.as_of, terms.moment, terms.reference, terms.data, account)
    return business_days(terms.data.calendar, terms.reference).next_business_day(max(payment.payment_date, earliest))


def remitted_again(decided: Sequence[StoredDecision], payment: Payment, terms: ReleaseTerms) -> RemittedPayment:
    """Build the remittance of a stored payment from what it pays, dated and signed as of its release.

    Raises:
        ReleaseBlocked: It comes to anything else than was approved.
    """
    provider = payment.payee.provider
    given = [each for each in payment.adjustments if each.code in GIVEN and each.reference != payment.trace_number]
    as_built = replace(
        run_input(decided, payment.payee, terms.run, terms.reference, terms.data, payment.funding_account),
        provider_adjustments={(provider, payment.funding_account): tuple(given)},
        interest={(paid.payer_claim_control_number, paid.version): paid.interest for paid in payment.claims},
        payment_date=payment_date_on(payment, terms),
    )
    numbers = RunNumbers(trace_numbers=[payment.trace_number], check_numbers=[payment.trace_number])
    (remitted,) = remit(as_built, numbers)
    made = replace(remitted.payment, reissues=payment.reissues)
    if replace(payment, payment_date=made.payment_date, originator_id=made.originator_id) != made:
        raise ReleaseBlocked("a stored payment is not what its decisions come to")
    return RemittedPayment(made, remitted.remittance)


def _interchange(together: Sequence[_Remitted], receiver: Receiver, number: int, terms: ReleaseTerms) -> Interchange:
    us, gs_id = sender(terms.reference)
    sets = [
        TransactionSet(
            id=REMITTANCE_SET, control_number=f"{place:04d}", segments=list(write_remittance(each.remittance))
        )
        for place, each in enumerate(together, start=1)
    ]
    group = FunctionalGroup(
        functional_id=terms.data.guide.functional_id,
        sender=gs_id,
        receiver=receiver.gs_id,
        instant=terms.run.instant,
        control_number=number,
        version=terms.data.guide.id,
        sets=sets,
    )
    return Interchange(
        sender=us,
        receiver=receiver.party,
        instant=terms.run.instant,
        control_number=number,
        usage="P",
        groups=[group],
    )
