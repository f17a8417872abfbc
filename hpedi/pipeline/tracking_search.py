"""What somebody means by a word: a file, an interchange or a claim, as far as it may be seen.

The ways are tried in order, and the first that finds anything which may be seen is taken; one that finds only what may
not be seen goes on like one that finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from hpedi.pipeline.records import InboundFile, Receipt, StoredClaim
from hpedi.pipeline.sought import ClaimSought
from hpedi.pipeline.tracking import AT_MOST, SUBMISSION, Target, Tracker

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_NUMBERED: Final = re.compile("(file|receipt|arrival):([0-9]{1,18})")
_OF_SENDER: Final = re.compile("([^/]+)/([0-9]{1,9})")
_CONTROL_NUMBER: Final = re.compile("[0-9]{9}")
_FILE_NUMBER: Final = re.compile("[0-9]{1,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody gave.

    Attributes:
        text: As it was given.
        digest: SHA-256 (hex) of the file that lies under it; empty where none does.
        name: What a partner may have called a file: its last part.
    """

    text: str
    digest: str = ""
    name: str = ""


def find(tracker: Tracker, word: Word) -> tuple[Target, ...]:
    """Return what a word means, and leave the audit row of the question."""
    found = next((targets for way in _WAYS if (targets := tuple(islice(way(tracker, word), AT_MOST)))), ())
    inquiry = tracker.inquiry
    subject = found[0].of.replace(" ", ":", 1) if len(found) == 1 else f"{SUBMISSION}:{len(found) or 'none'}"
    inquiry.told(SUBMISSION, subject, _members(tracker, found), count=len(found))
    return found


def _members(tracker: Tracker, found: Iterable[Target]) -> Iterator[str]:
    """Yield whose claims are followed one by one (our ids); sums tell of nobody."""
    work = tracker.inquiry.work
    numbers = [each.claim.received.payer_claim_control_number for each in found if each.claim is not None]
    if numbers:
        yield from (each.decision.member for each in work.decisions.of_claims(numbers))
        yield from (each.pend.member for each in work.pends.of_claims(numbers))


# --- files and interchanges ------------------------------------------------------------------------------------------


def _by_digest(tracker: Tracker, word: Word) -> Iterator[Target]:
    digest = word.digest or (word.text if _DIGEST.fullmatch(word.text) else "")
    yield from _file(tracker, tracker.inquiry.work.receipts.file(digest) if digest else None)


def _by_number(tracker: Tracker, word: Word) -> Iterator[Target]:
    """Yield what `file:12`, `receipt:12` and `arrival:12` name; a short number alone is that of a file."""
    tracking, named = tracker.inquiry.work.tracking, _NUMBERED.fullmatch(word.text)
    kind, number = named.groups() if named else ("file", word.text)
    if named is None and not _FILE_NUMBER.fullmatch(word.text):
        return
    if kind == "receipt":
        receipt = tracking.receipt(int(number))
        yield from _interchanges(tracker, [receipt] if receipt is not None else [])
        return
    arrival = tracker.inquiry.work.arrivals.find(int(number)) if kind == "arrival" else None
    file = arrival.file if arrival is not None else int(number) if kind == "file" else None
    yield from _file(tracker, tracking.file(file) if file is not None else None)


def _by_sender(tracker: Tracker, word: Word) -> Iterator[Target]:
    """Yield the interchanges of a sender (its ISA06, or our id of the partner) with an ISA13."""
    named = _OF_SENDER.fullmatch(word.text)
    if named is None:
        return
    sender, number = named.groups()
    partners = {
        each.id
        for each in tracker.inquiry.reference.partners
        if sender in {each.id, *(identity.id for identity in each.isa_ids)}
    }
    yield from _interchanges(tracker, tracker.inquiry.work.tracking.receipts(number.zfill(9), partners))


def _by_control_number(tracker: Tracker, word: Word) -> Iterator[Target]:
    if _CONTROL_NUMBER.fullmatch(word.text):
        yield from _interchanges(tracker, tracker.inquiry.work.tracking.receipts(word.text))


def _by_name(tracker: Tracker, word: Word) -> Iterator[Target]:
    """Yield the files that partners gave a name, newest first: some call every file the same."""
    work = tracker.inquiry.work
    named = reversed(work.arrivals.named(word.name) if word.name else ())
    for file in dict.fromkeys(each.file for each in named if each.file is not None and tracker.sees(each.partner)):
        yield from _file(tracker, work.tracking.file(file))


def _file(tracker: Tracker, file: InboundFile | None) -> Iterator[Target]:
    """Yield a file with its interchanges that may be seen; one without any is its partner's who dropped it."""
    if file is None:
        return
    work = tracker.inquiry.work
    receipts = work.receipts.of_file(file.id)
    seen = tuple(each for each in receipts if tracker.sees(each.partner))
    dropped_by = [each.partner for each in work.arrivals.of_file(file.id)] if not receipts else []
    if seen or (not receipts and (tracker.sees_all or any(map(tracker.sees, dropped_by)))):
        yield Target(of=f"file {file.id}", file=file, receipts=seen)


def _interchanges(tracker: Tracker, receipts: Iterable[Receipt]) -> Iterator[Target]:
    for receipt in receipts:
        if tracker.sees(receipt.partner):
            file = tracker.inquiry.work.tracking.file(receipt.file)
            yield Target(of=f"receipt {receipt.id}", file=file, receipts=(receipt,))


# --- claims ----------------------------------------------------------------------------------------------------------


def _by_claim(tracker: Tracker, word: Word) -> Iterator[Target]:
    """Yield the claim of our number, or the claims of a patient account."""
    npis, work = tracker.npis("claim"), tracker.inquiry.work
    number = word.text.removeprefix("claim:")
    sought = (ClaimSought(number=number), ClaimSought(patient_account=number))
    found: tuple[StoredClaim, ...] = ()
    if number and npis != ():
        found = next((claims for each in sought if (claims := work.claims.sought(each, npis, AT_MOST))), ())
    receipts = work.tracking.of_claims([each.received.payer_claim_control_number for each in found])
    for claim in found:
        own = claim.received.payer_claim_control_number
        yield Target(of=f"claim {own}", receipts=(receipts[own],), claim=claim)


_WAYS: Final[tuple[Callable[[Tracker, Word], Iterator[Target]], ...]] = (
    _by_digest,
    _by_number,
    _by_sender,
    _by_control_number,
    _by_claim,
    _by_name,
)
