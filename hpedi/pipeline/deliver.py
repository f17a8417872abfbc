"""Deliver: what waits in the outbox goes into the folders of partners and bank, each file once under its name.

A remittance goes to whoever receives the provider's 835s now: one that was made out to somebody else is addressed anew
before it leaves, under a control number of the new receiver's. Of a file with several it leaves for one of its own, or
for as many as that receiver takes in a file; the others stay together, under the number that they have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hpedi.access.rules import AccessRules
from hpedi.findings import Unavailable
from hpedi.pipeline.bank_files import ACH, CHECKS, checks_to_members
from hpedi.pipeline.corporate_exchange import carried
from hpedi.pipeline.interchange_numbers import counter_of
from hpedi.pipeline.parties import Receiver
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.readdressing import addressed_to, is_addressed_to
from hpedi.pipeline.records import REMITTANCE_SET, ListedPayment, Outbound, OutboundRow
from hpedi.pipeline.remittance_files import remittance_file_name
from hpedi.pipeline.remittance_receivers import receiver_of_remittances
from hpedi.pipeline.webhooks import announce_ready
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext


class Folders(Protocol):
    """The folders that partners and the bank read."""

    def place(self, folder: str, name: str, content: bytes) -> object:
        """Put bytes into a folder under a name, whole or not at all; the same again change nothing.

        Raises:
            Unavailable: It cannot be written, or other bytes stand under this name.
        """

    def holds(self, folder: str, name: str) -> bool:
        """Say whether a file stands in a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTerms:
    """What delivering needs besides the books.

    Attributes:
        folders: Where files go.
        reference: Returns the payer's reference data; asked only where a remittance waits, or events are sent.
        access_rules: What the roles may do.
    """

    folders: Folders
    reference: Callable[[], Reference]
    access_rules: AccessRules


class CannotPlace(Unavailable):
    """A file cannot be put into its folder: it waits on."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The files that were delivered, in order, and why others were not: they wait on."""

    files: tuple[OutboundRow, ...]
    failures: tuple[str, ...] = ()

    def check(self) -> None:
        """Say that files are left.

        Raises:
            Unavailable: One could not be placed.
        """
        if self.failures:
            raise Unavailable("; ".join(dict.fromkeys(self.failures)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A file that a file becomes: whose it is, the payments in it, and whether it stays what it is for its receiver."""

    receiver: Receiver
    paid: Sequence[ListedPayment]
    stays: bool


def deliver(
    books: Books, context: RunContext, terms: DeliveryTerms, only: Callable[[OutboundRow], bool] = lambda _row: True
) -> Delivery:
    """Deliver all that waits; a file that cannot be placed does not keep back those after it.

    A file is placed before its row says so: after a kill in between it is placed again, the same bytes and name.

    Args:
        books: Where the outbox is kept.
        context: Who delivers.
        terms: What else it needs.
        only: Which of the files that wait are delivered; all of them if it is left out.
    """
    with books.reading(context) as work:
        work.restorations.check_not_held()
        waiting = [row for row in work.outbox.waiting() if only(row)]
    delivered, failures = [], []
    for row in _addressed(books, context, terms, waiting):
        try:
            if _handed_over(books, context, terms, row):
                delivered.append(row)
        except CannotPlace as failure:
            failures.append(str(failure))
    return Delivery(tuple(delivered), tuple(failures))


def _handed_over(books: Books, context: RunContext, terms: DeliveryTerms, row: OutboundRow) -> bool:
    """Place a file and say so; False where somebody else delivered it meanwhile.

    Raises:
        CannotPlace: Its folder does not take it.
    """
    with books.writing(context) as work:
        if not work.outbox.hold(row):
            return False
        content = work.outbox.content(row)
        try:
            terms.folders.place(row.folder, row.name, content)
        except Unavailable as failure:
            raise CannotPlace(str(failure)) from None
        work.outbox.delivered(row, context.instant)
        work.audit.record(
            "deliver",
            f"outbox:{row.id}",
            members=members_told(work, row, content),
            recipient=row.folder.removeprefix("outbox/"),
            reason="payment",
            result=row.kind,
        )
        announce_ready(work, lambda: terms.reference().partners, row, content)
    return True


def _addressed(
    books: Books, context: RunContext, terms: DeliveryTerms, waiting: Iterable[OutboundRow]
) -> Iterator[OutboundRow]:
    """Yield what waits, remittances addressed to whoever receives them now."""
    for row in waiting:
        yield from _remittances(books, context, terms, row) if row.kind == REMITTANCE_SET else (row,)


def _remittances(books: Books, context: RunContext, terms: DeliveryTerms, row: OutboundRow) -> tuple[OutboundRow, ...]:
    """Return a file of remittances that waits, or those that are made of it where they go to somebody else now."""
    with books.reading(context) as work:
        receivers = receivers_of(work, context, terms, row)
        is_right = not receivers or (len(receivers) == 1 and _stays(work, row, next(iter(receivers))))
    # One that stands in its folder was handed over before a kill, to whom it belonged then.
    if is_right or terms.folders.holds(row.folder, row.name):
        return (row,)
    with books.writing(context) as work:
        receivers = receivers_of(work, context, terms, row)
        content = work.outbox.content(row)
        stays = next((each for each in receivers if _stays(work, row, each)), None)
        return tuple(
            _made_out(work, row, content, part, splits_off=place > 0)
            for place, part in enumerate(_parts(receivers, stays))
        )


def _parts(receivers: Mapping[Receiver, Sequence[ListedPayment]], stays: Receiver | None) -> Iterator[_Part]:
    """Yield the files that a file becomes, first what stays in it for a receiver if any does."""
    for receiver, paid in sorted(receivers.items(), key=lambda item: item[0] != stays):
        most = len(paid) if receiver == stays else receiver.remittances_a_file
        for start in range(0, len(paid), most):
            yield _Part(receiver=receiver, paid=paid[start : start + most], stays=receiver == stays)


def _stays(work: Work, row: OutboundRow, receiver: Receiver) -> bool:
    """Say whether a file is made out to a receiver, and lies where it looks for it."""
    return row.folder == receiver.folder and is_addressed_to(work.outbox.content(row), receiver)


def _made_out(work: Work, row: OutboundRow, content: bytes, part: _Part, *, splits_off: bool) -> OutboundRow:
    """Make the remittances of some payments out to a receiver: the file itself, or one of their own."""
    receiver = part.receiver
    numbers = [each.payment.trace_number for each in part.paid]
    control_number = None if part.stays else work.numbers.reserve(counter_of(receiver.id))
    made = addressed_to(content, receiver, control_number, numbers)
    recipient = receiver.folder.removeprefix("outbox/")
    work.audit.record("readdress", f"outbox:{row.id}", recipient=recipient, result=row.kind)
    if not splits_off:
        return work.outbox.readdress(row, receiver.folder, made)
    name = remittance_file_name(numbers)
    alone = work.outbox.add(Outbound(folder=receiver.folder, name=name, kind=row.kind, content=made, run=row.run))
    work.payments.put_into_files({each.id: alone.id for each in part.paid})
    return alone


def receivers_of(
    work: Work, context: RunContext, terms: DeliveryTerms, row: OutboundRow
) -> dict[Receiver, list[ListedPayment]]:
    """Return who receives the remittances of a file now, with their payments; nobody where these are not known."""
    receivers: dict[Receiver, list[ListedPayment]] = {}
    rules, day = terms.access_rules, context.instant.date()
    for each in work.payments.in_file(row.id):
        receiver = receiver_of_remittances(work, rules, terms.reference(), each.payment.payee, day)
        receivers.setdefault(receiver, []).append(each)
    return receivers


def members_told(work: Work, row: OutboundRow, content: bytes) -> tuple[str, ...]:
    """Return whose data a file tells (our ids): of answers nobody's, as members are recognised later."""
    numbers: Iterable[str] = ()
    if row.kind == REMITTANCE_SET:
        numbers = [each.payment.trace_number for each in work.payments.in_file(row.id)]
    if row.kind == ACH:
        numbers = carried(content)
    if row.kind == CHECKS:
        checks = (work.payments.by_number(number) for number in checks_to_members(content))
        return tuple(dict.fromkeys(check.payment.member for check in checks if check is not None)) or ("",)
    members = (each for number in numbers for each in work.decisions.members_paid(number))
    return tuple(dict.fromkeys(members)) or ("",)
