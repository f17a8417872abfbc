"""Verifying: the entries against the seals, the seals against each other, and their head against the anchor.

Every change made by somebody without the key is found, and the first place of it told. What cannot be found is the
loss of entries that no seal covered yet: they are counted and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Final, TypeAlias

from hpedi.audit.anchor import Anchored
from hpedi.audit.entry import ANCHOR_BEGUN_ANEW, AuditEntry
from hpedi.audit.ids import IdSpans
from hpedi.audit.key import AuditKey
from hpedi.audit.seal import EntriesDigest, Seal, open_ids_of, previous_of

FAULTS_KEPT: Final = 100
MAY_LACK_ANCHOR: Final = 1
"""A kill between a seal and its line in the anchor leaves one seal without; the next command writes the line first."""

EntriesOf: TypeAlias = Callable[[IdSpans], Iterator[AuditEntry]]
"""Reads the entries with some ids, rising."""


class FaultKind(StrEnum):
    """What is wrong with the log."""

    ENTRY_NOT_OURS = "entry-not-ours"
    ENTRY_MISSING = "entry-missing"
    ENTRIES_OTHER = "entries-other"
    SEAL_CHANGED = "seal-changed"
    SEAL_MISSING = "seal-missing"
    SEAL_KEY_UNKNOWN = "seal-key-unknown"
    CHAIN_BROKEN = "chain-broken"
    ANCHOR_DIFFERS = "anchor-differs"
    ANCHOR_AHEAD = "anchor-ahead"
    ANCHOR_BEHIND = "anchor-behind"
    ANCHOR_MISSING = "anchor-missing"
    ANCHOR_UNREADABLE = "anchor-unreadable"


MESSAGES: Final[Mapping[FaultKind, str]] = {
    FaultKind.ENTRY_NOT_OURS: "the entry is not as hpedi wrote it: changed, swapped, or put in by somebody else",
    FaultKind.ENTRY_MISSING: "the entry is gone",
    FaultKind.ENTRIES_OTHER: "the entries are not those that were sealed",
    FaultKind.SEAL_CHANGED: "the seal is not as hpedi made it",
    FaultKind.SEAL_MISSING: "the seal is gone",
    FaultKind.SEAL_KEY_UNKNOWN: "the seal was made with a key that is not at hand",
    FaultKind.CHAIN_BROKEN: "the seal does not follow the one before it",
    FaultKind.ANCHOR_DIFFERS: "the anchor tells another digest of the seal",
    FaultKind.ANCHOR_AHEAD: "the anchor knows the seal, the log does not: its end was cut off",
    FaultKind.ANCHOR_BEHIND: "the anchor does not know the seal: its end was cut off, or it took no lines",
    FaultKind.ANCHOR_MISSING: "the anchor tells of no seal: it was deleted or emptied, or lies elsewhere",
    FaultKind.ANCHOR_UNREADABLE: "the line of the anchor cannot be read",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A place at which the log is not as it was written.

    Attributes:
        kind: What is wrong.
        place: `entry 17`, `entries 20-29`, `seal 3` or `anchor line 5`.
    """

    kind: FaultKind
    place: str

    @property
    def message(self) -> str:
        """What is wrong, in words."""
        return MESSAGES[self.kind]


@dataclass(slots=True)
class Verified:
    """What verifying saw.

    Attributes:
        seals: How many seals there are.
        sealed: How many entries they cover.
        unsealed: How many no seal covers yet: the tail, whose loss would not be found.
        unsealed_since: When the oldest of them was written.
        unanchored: How many of the last seals the anchor does not know yet.
        begun_anew: When seals that the anchor had lost, or never had, were last told it anew; None for never.
        faults: The first faults, in the order of the log.
        faults_in_all: How many there are.
    """

    seals: int = 0
    sealed: int = 0
    unsealed: int = 0
    unsealed_since: datetime | None = None
    unanchored: int = 0
    begun_anew: datetime | None = None
    faults: list[Fault] = field(default_factory=list)
    faults_in_all: int = 0

    @property
    def is_whole(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.faults_in_all

    def tell(self, kind: FaultKind, place: str) -> None:
        """Note a fault."""
        self.faults_in_all += 1
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(Fault(kind, place))

    def see(self, entry: AuditEntry) -> None:
        """Note what an entry says of the log itself."""
        if entry.action == ANCHOR_BEGUN_ANEW:
            self.begun_anew = entry.at


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLog:
    """A log to verify.

    Attributes:
        seals: Its seals by number, rising.
        entries_of: Reads entries by id.
        entries_outside: Reads the entries that no id up to the head's covers: those after it, and ids below 1.
        anchored: What the anchor says.
        keys: The keys that sealed it, by name.
        key: The key of now, under which the unsealed tail was written.
        gapless: Its ids have no gaps: an id that no entry has is that of an entry that is gone.
    """

    seals: Iterable[Seal]
    entries_of: EntriesOf
    entries_outside: Callable[[int], Iterator[AuditEntry]]
    anchored: Anchored
    keys: Mapping[str, AuditKey]
    key: AuditKey
    gapless: bool


def verify(log: AuditLog) -> Verified:
    """Verify a whole log, seal by seal."""
    found = Verified()
    head: Seal | None = None
    for seal in log.seals:
        _verify_place(seal, head, found)
        if _verify_seal(log, seal, found):
            _verify_entries(log, seal, found)
        head = seal
        found.seals += 1
    _verify_tail(log, head, found)
    _verify_end(log, head, found)
    return found


def _verify_place(seal: Seal, head: Seal | None, found: Verified) -> None:
    expected = head.number + 1 if head else 1
    if seal.number != expected:
        found.tell(FaultKind.SEAL_MISSING, f"seal {expected}")
    elif seal.previous != previous_of(head):
        found.tell(FaultKind.CHAIN_BROKEN, f"seal {seal.number}")


def _verify_seal(log: AuditLog, seal: Seal, found: Verified) -> bool:
    """Say whether the seal is ours, so that what it says of entries can be held against them."""
    key, place = log.keys.get(seal.key), f"seal {seal.number}"
    if key is None:
        found.tell(FaultKind.SEAL_KEY_UNKNOWN, place)
    elif not seal.is_ours(key):
        found.tell(FaultKind.SEAL_CHANGED, place)
    elif log.anchored.differs(seal):
        found.tell(FaultKind.ANCHOR_DIFFERS, place)
    return key is not None and seal.is_ours(key)


def _verify_entries(log: AuditLog, seal: Seal, found: Verified) -> None:
    ids, key, faults = IdSpans.read(seal.ids), log.keys[seal.key], found.faults_in_all
    digest = EntriesDigest()
    expected = iter(ids)
    for entry in log.entries_of(ids):
        for number in expected:
            if number == entry.id:
                break
            found.tell(FaultKind.ENTRY_MISSING, f"entry {number}")
        digest.add(entry)
        found.see(entry)
        if not entry.is_ours(key) and not _is_older_than_seals(entry, seal):
            found.tell(FaultKind.ENTRY_NOT_OURS, f"entry {entry.id}")
    for number in expected:
        found.tell(FaultKind.ENTRY_MISSING, f"entry {number}")
    found.sealed += digest.count
    if found.faults_in_all == faults and digest.hex() != seal.entries_digest:
        found.tell(FaultKind.ENTRIES_OTHER, f"seal {seal.number}")


def _is_older_than_seals(entry: AuditEntry, seal: Seal) -> bool:
    """Say whether an entry was there before entries had macs: only the first seal covers such."""
    return not entry.mac and seal.number == 1


def _verify_tail(log: AuditLog, head: Seal | None, found: Verified) -> None:
    """Look at the entries that no seal covers."""
    open_ids = open_ids_of(head)
    reached = last_id = head.last_id if head else 0
    missing = list(open_ids.spans)
    for entry in chain(log.entries_of(open_ids), log.entries_outside(reached)):
        found.unsealed += 1
        found.see(entry)
        found.unsealed_since = min(entry.at, found.unsealed_since or entry.at)
        if not entry.is_ours(log.key) and (entry.mac or head is not None):
            found.tell(FaultKind.ENTRY_NOT_OURS, f"entry {entry.id}")
        if entry.id > last_id + 1:
            missing.append((last_id + 1, entry.id - 1))
        last_id = max(last_id, entry.id)
    for first, last in missing if log.gapless else ():
        found.tell(FaultKind.ENTRY_MISSING, f"entry {first}" if first == last else f"entries {first}-{last}")


def _verify_end(log: AuditLog, head: Seal | None, found: Verified) -> None:
    last, highest = head.number if head else 0, log.anchored.highest
    for line in log.anchored.unreadable:
        found.tell(FaultKind.ANCHOR_UNREADABLE, f"anchor line {line}")
    if highest > last:
        found.tell(FaultKind.ANCHOR_AHEAD, f"seal {last + 1}")
    found.unanchored = max(0, last - highest)
    if found.unanchored > MAY_LACK_ANCHOR and highest:
        found.tell(FaultKind.ANCHOR_BEHIND, f"seal {highest + 1}")
    elif found.unanchored > MAY_LACK_ANCHOR:
        found.tell(FaultKind.ANCHOR_MISSING, "anchor")
