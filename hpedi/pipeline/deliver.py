"""Deliver: what waits in the outbox goes into the folders of partners and bank, each file once under its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hpedi.findings import Unavailable
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import REMITTANCE_SET, OutboundRow
from hpedi.run_context import RunContext


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


def deliver(books: Books, context: RunContext, place: Callable[[str, str, bytes], object]) -> Delivery:
    """Deliver all that waits; a file that cannot be placed does not keep back those after it.

    A file is placed before its row says so: after a kill in between it is placed again, the same bytes and name.

    Args:
        books: Where the outbox is kept.
        context: Who delivers.
        place: Puts bytes into a folder under a name, whole or not at all.
    """
    with books.reading(context) as work:
        waiting = work.outbox.waiting()
    delivered, failures = [], []
    for row in waiting:
        with books.reading(context) as work:
            content = work.outbox.content(row)
        try:
            place(row.folder, row.name, content)
        except Unavailable as failure:
            failures.append(str(failure))
            continue
        with books.writing(context) as work:
            work.outbox.delivered(row, context.instant)
            work.audit.record(
                "deliver",
                f"outbox:{row.id}",
                members=_members(work, row),
                recipient=row.folder.removeprefix("outbox/"),
                reason="payment",
                result=row.kind,
            )
        delivered.append(row)
    return Delivery(tuple(delivered), tuple(failures))


def _members(work: Work, row: OutboundRow) -> tuple[str, ...]:
    """Return whose data a file tells (our ids): of answers nobody's, as members are recognised later."""
    is_remittance = row.kind == REMITTANCE_SET
    return (work.decisions.members_paid(row.name.removesuffix(f".{row.kind}")) if is_remittance else ()) or ("",)
