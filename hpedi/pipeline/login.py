"""A file handed in by a partner that signed in: taken only if all it names is that partner's own.

A file that is not goes to quarantine with the reason, whole and unanswered: who sent it is in doubt. One that was
received before, or is being received, stays as it is, and its outcome is not told to somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hpedi.partners.ownership import NOT_OWNED, not_owned
from hpedi.pipeline.agreed import ReceiptTerms, limits_by
from hpedi.pipeline.ports import Books
from hpedi.pipeline.received import ReceivedFile
from hpedi.pipeline.records import InboundFile
from hpedi.pipeline.webhooks import announce_quarantined
from hpedi.reference.partners import Partner
from hpedi.run_context import RunContext
from hpedi.x12.reader import read_x12


def refused_as_foreign(
    books: Books,
    context: RunContext,
    terms: ReceiptTerms,
    file: InboundFile,
    chunks: Callable[[], Iterable[bytes]],
    login: Partner,
    *,
    name: str = "",
) -> ReceivedFile | None:
    """Put a registered file into quarantine if it names what is not the login's.

    Args:
        books: Where files are kept.
        context: Who receives.
        terms: What receiving needs.
        file: The file.
        chunks: Gives its bytes.
        login: The partner who handed it in.
        name: What the outcome calls it.

    Returns:
        The outcome; None where the file is the login's, or no X12 at all, which receiving itself finds out.
    """
    events = read_x12(chunks(), terms.limits, limits_for=limits_by(terms))
    reason = ", ".join(not_owned(events, login, terms.reference.partners))
    if not reason:
        return None
    refused = replace(file, state="quarantined", reason=reason)
    with books.reading(context) as work:
        is_new = file.state == "receiving" and not work.receipts.of_file(file.id)
    if is_new:
        terms.quarantine(refused, reason)  # first: a kill in between has it written again
    with books.writing(context) as work:
        if is_new:
            work.receipts.finish_file(file.id, refused.state, reason)
            announce_quarantined(work, refused, login.id)
        work.audit.record("receive", f"file:{file.id}", reason=f"handed in by {login.id}", result="quarantined")
    return ReceivedFile.of(refused, name, (), again=not is_new)


def was_foreign(file: InboundFile) -> bool:
    """Say whether a file is in quarantine because somebody else handed it in."""
    return file.state == "quarantined" and bool(file.reason) and set(file.reason.split(", ")) <= set(NOT_OWNED)
