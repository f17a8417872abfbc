"""Deliver: what waits in the outbox goes into the folders of partners and bank, each file once under its name.

A remittance goes to whoever receives the provider's 835s now: one that was made out to somebody else is addressed anew
before it leaves, under a control number of the new receiver's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hpedi.access.rules import AccessRules
from hpedi.findings import Unavailable
from hpedi.pipeline.bank_files import ACH
from hpedi.pipeline.corporate_exchange import carried
from hpedi.pipeline.interchange_numbers import counter_of
from hpedi.pipeline.parties import Receiver
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.readdressing import addressed_to, is_addressed_to
from hpedi.pipeline.records import REMITTANCE_SET, OutboundRow
from hpedi.pipeline.remittance_receivers import receiver_of_remittances
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
        reference: Returns the payer's reference data; asked only where a remittance waits.
        access_rules: What the roles may do.
    """

    folders: Folders
    reference: Callable[[], Reference]
    access_rules: AccessRules


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


def deliver(books: Books, context: RunContext, terms: DeliveryTerms) -> Delivery:
    """Deliver all that waits; a file that cannot be placed does not keep back those after it.

    A file is placed before its row says so: after a kill in between it is placed again, the same bytes and name.

    Args:
        books: Where the outbox is kept.
        context: Who delivers.
        terms: What else it needs.
    """
    with books.reading(context) as work:
        work.restorations.check_not_held()
        waiting = work.outbox.waiting()
    delivered, failures = [], []
    for waits in waiting:
        row = _addressed(books, context, terms, waits) if waits.kind == REMITTANCE_SET else waits
        with books.reading(context) as work:
            content = work.outbox.content(row)
        try:
            terms.folders.place(row.folder, row.name, content)
        except Unavailable as failure:
            failures.append(str(failure))
            continue
        with books.writing(context) as work:
            work.outbox.delivered(row, context.instant)
            work.audit.record(
                "deliver",
                f"outbox:{row.id}",
                members=_members(work, row, content),
                recipient=row.folder.removeprefix("outbox/"),
                reason="payment",
                result=row.kind,
            )
        delivered.append(row)
    return Delivery(tuple(delivered), tuple(failures))


def _addressed(books: Books, context: RunContext, terms: DeliveryTerms, row: OutboundRow) -> OutboundRow:
    """Return a remittance that waits, addressed to whoever receives it now."""
    with books.reading(context) as work:
        receiver = _receiver(work, context, terms, row)
        is_right = receiver is None or (
            row.folder == receiver.folder and is_addressed_to(work.outbox.content(row), receiver)
        )
    # One that stands in its folder was handed over before a kill, to whom it belonged then.
    if is_right or terms.folders.holds(row.folder, row.name):
        return row
    with books.writing(context) as work:
        receiver = _receiver(work, context, terms, row)
        if receiver is None:
            return row
        number = work.numbers.reserve(counter_of(receiver.id))
        content = addressed_to(work.outbox.content(row), receiver, number)
        work.audit.record(
            "readdress", f"outbox:{row.id}", recipient=receiver.folder.removeprefix("outbox/"), result=row.kind
        )
        return work.outbox.readdress(row, receiver.folder, content)


def _receiver(work: Work, context: RunContext, terms: DeliveryTerms, row: OutboundRow) -> Receiver | None:
    """Return who receives a remittance now; None where its payment is not known."""
    stored = work.payments.by_number(_trace_number(row))
    if stored is None:
        return None
    day = context.instant.date()
    return receiver_of_remittances(work, terms.access_rules, terms.reference(), stored.payment.payee, day)


def _members(work: Work, row: OutboundRow, content: bytes) -> tuple[str, ...]:
    """Return whose data a file tells (our ids): of answers nobody's, as members are recognised later."""
    numbers: tuple[str, ...] = (_trace_number(row),) if row.kind == REMITTANCE_SET else ()
    if row.kind == ACH:
        numbers = carried(content)
    members = (each for number in numbers for each in work.decisions.members_paid(number))
    return tuple(dict.fromkeys(members)) or ("",)


def _trace_number(row: OutboundRow) -> str:
    return row.name.removesuffix(f".{row.kind}")
