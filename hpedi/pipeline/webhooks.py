"""Events for partners' own systems, written in the transaction in which they happen.

An event says that something of a partner's came in or is ready, by numbers, codes and digests alone. The files
themselves are fetched as always. Sending is another matter: `webhook_sending`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from hpedi.acceptance.verdicts import Verdict
from hpedi.partners.states import TEST
from hpedi.pipeline.parties import answer_folder
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import InboundFile, OutboundRow, Receipt
from hpedi.pipeline.webhook_events import READY, EventData
from hpedi.reference.partners import Partner
from hpedi.x12.isa import HEADER_REACH, read_header

USAGES: Final = ("P", TEST)
QUARANTINED: Final = "quarantined"


def announce_received(work: Work, file: InboundFile, receipt: Receipt) -> None:
    """Tell the sender of an interchange, where it is known, what became of it.

    Args:
        work: The transaction that ends its receipt.
        file: The file that it came in.
        receipt: Its receipt, with its verdict.
    """
    if not receipt.partner:
        return
    is_refused = receipt.verdict == Verdict.REJECTED.value
    data = EventData(
        partner=receipt.partner,
        usage=receipt.usage,
        verdict=receipt.verdict,
        interchange_control_number=receipt.control_number,
        file=file.id,
        receipt=receipt.id,
        size=file.size,
        sha256=file.digest,
    )
    work.webhooks.announce("file.refused" if is_refused else "file.received", data)


def announce_quarantined(work: Work, file: InboundFile, handed_in_by: str) -> None:
    """Tell who handed in a file, where somebody did who is known, that nothing of it is taken."""
    if handed_in_by:
        data = EventData(partner=handed_in_by, verdict=QUARANTINED, file=file.id, size=file.size, sha256=file.digest)
        work.webhooks.announce("file.refused", data)


def announce_ready(work: Work, partners: Callable[[], Iterable[Partner]], row: OutboundRow, content: bytes) -> None:
    """Tell a partner that a file lies in its outbox.

    Args:
        work: The transaction that says that it was delivered.
        partners: Returns the trading partners; asked only where events are wanted at all.
        row: The row of the file.
        content: Its bytes.
    """
    if row.kind not in READY or not work.webhooks.any_wanted():
        return
    of_folder = {answer_folder(each, usage): (each.id, usage) for each in partners() for usage in USAGES}
    if row.folder not in of_folder:
        return
    partner, usage = of_folder[row.folder]
    header = read_header(content[:HEADER_REACH].decode("latin-1"), 0)
    data = EventData(
        partner=partner,
        usage=usage,
        kind=row.kind,
        interchange_control_number=header.elements[13] if header is not None else "",
        receipt=row.receipt,
        outbox=row.id,
        size=len(content),
        sha256=row.digest,
    )
    work.webhooks.announce(READY[row.kind], data)
