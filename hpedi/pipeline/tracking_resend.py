"""Sending again: any file of the outbox once more into its folder, byte for byte, under its first number and name.

A remittance goes again only where its receiver is still the same; files for the bank never go again from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hpedi.claims.model import Model
from hpedi.pipeline.bank_files import BANK
from hpedi.pipeline.deliver import DeliveryTerms, members_told, receivers_of
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import REMITTANCE_SET, OutboundRow
from hpedi.pipeline.tracking import Target
from hpedi.pipeline.tracking_ports import Followed
from hpedi.run_context import RunContext


class SentAgain(Model, frozen=True, kw_only=True):
    """A file of the outbox, and what became of sending it again.

    Attributes:
        outbox: Its number.
        folder: Where it goes.
        name: Its name, always the first one.
        kind: ack, 271, 277, 835.
        digest: SHA-256 (hex) of its bytes.
        state: sent, stands there yet, would be sent, or refused.
        why: Why it was refused.
    """

    outbox: int
    folder: str
    name: str
    kind: str
    digest: str
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Checked:
    row: OutboundRow
    why: str
    stands: bool


WAITS: Final = "it waits for its first delivery: `hpedi deliver`"
FOR_BANK: Final = "a file for the bank is never sent twice; pay again by `hpedi pay reissue`"
OTHER_RECEIVER: Final = "its remittances go to somebody else now; who received them then may not get them again"


def outputs_of(work: Work, targets: Sequence[Target], kind: str = "") -> tuple[OutboundRow, ...]:
    """Return what went out for submissions: their answers, and where 835 is asked for the remittances of their claims.

    Args:
        work: The transaction.
        targets: The submissions.
        kind: Only of this kind; all answers if empty.
    """
    receipts = tuple(each.id for target in targets for each in target.receipts)
    if kind == REMITTANCE_SET:
        shares = work.tracking.paid(Followed(receipts=receipts))
        payments = work.tracking.payments([each.payment for each in shares])
        rows = {row.id: row for row in work.tracking.remittances(payments).values()}
        return tuple(rows[each] for each in sorted(rows))
    return tuple(row for row in work.tracking.answers(receipts) if kind in ("", row.kind))


def send_again(
    books: Books, context: RunContext, terms: DeliveryTerms, rows: Sequence[OutboundRow], *, is_dry_run: bool = False
) -> tuple[SentAgain, ...]:
    """Put files into their folders once more; each leaves an audit row.

    Raises:
        Unavailable: A folder cannot be written, or other bytes stand under the name.
    """
    return tuple(_sent(books, context, terms, rows, is_dry_run=is_dry_run))


def _sent(
    books: Books, context: RunContext, terms: DeliveryTerms, rows: Sequence[OutboundRow], *, is_dry_run: bool
) -> Iterator[SentAgain]:
    with books.reading(context) as work:
        work.restorations.check_not_held()
        checked = [_checked(work, context, terms, row) for row in rows]
    for each in checked:
        state = "refused" if each.why else "stands there yet" if each.stands else "would be sent"
        if not each.why and not is_dry_run:
            _place(books, context, terms, each.row)
            state = "stands there yet" if each.stands else "sent"
        row = each.row
        yield SentAgain(
            outbox=row.id,
            folder=row.folder,
            name=row.name,
            kind=row.kind,
            digest=row.digest,
            state=state,
            why=each.why,
        )


def _checked(work: Work, context: RunContext, terms: DeliveryTerms, row: OutboundRow) -> _Checked:
    why = ""
    if row.folder == BANK:
        why = FOR_BANK
    elif row.delivered_at is None:
        why = WAITS
    elif row.kind == REMITTANCE_SET:
        folders = {receiver.folder for receiver in receivers_of(work, context, terms, row)}
        why = OTHER_RECEIVER if folders - {row.folder} else ""
    return _Checked(row, why, not why and terms.folders.holds(row.folder, row.name))


def _place(books: Books, context: RunContext, terms: DeliveryTerms, row: OutboundRow) -> None:
    with books.writing(context) as work:
        content = work.outbox.content(row)
        work.audit.record(
            "resend",
            f"outbox:{row.id}",
            members=members_told(work, row, content),
            recipient=row.folder.removeprefix("outbox/"),
            reason="sent again",
            result=row.kind,
        )
        # Within the transaction: what is placed and not noted would be a disclosure that nobody can account for.
        terms.folders.place(row.folder, row.name, content)
