"""A seal: it covers entries by their ids and names the seal before it by digest, so that seals make a chain.

Entries that commit late have lower ids than others already sealed: a seal therefore says exactly which ids it covers
and which below its highest no seal covers yet. Two things prove it: its mac, to whoever has the key, and its digest,
which the next seal and the anchor repeat, to everybody.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

import msgspec

from hpedi.audit.entry import AuditEntry, instant_text
from hpedi.audit.ids import IdSpans
from hpedi.audit.key import AuditKey

NOTHING_BEFORE: Final = "0" * 64
"""What the first seal has as the digest of the one before it."""

_ENCODE: Final = msgspec.json.Encoder().encode


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """A link of the chain.

    Attributes:
        number: 1, 2, 3 and so on.
        at: When it was made.
        key: The name of the key of its mac.
        ids: The ids that it covers, as spans.
        open_ids: Ids up to `last_id` that neither it nor a seal before it covers: entries that had not committed.
        last_id: The highest id that it or a seal before it covers.
        entries: How many it covers.
        entries_digest: SHA-256 over them: see `EntriesDigest`.
        previous: The digest of the seal before it.
        mac: HMAC-SHA-256 over `canonical`.
    """

    number: int
    at: datetime
    key: str
    ids: str
    open_ids: str
    last_id: int
    entries: int
    entries_digest: str
    previous: str
    mac: str = ""

    def canonical(self) -> bytes:
        """Return what is marked: a JSON array without spaces, in UTF-8."""
        return _ENCODE(
            (
                "seal",
                self.number,
                instant_text(self.at),
                self.key,
                self.ids,
                self.open_ids,
                self.last_id,
                self.entries,
                self.entries_digest,
                self.previous,
            )
        )

    def is_ours(self, key: AuditKey) -> bool:
        """Say whether somebody with the key made exactly this seal."""
        return self.mac == key.mac(self.canonical())

    def digest(self) -> str:
        """Return the SHA-256 of all of it, its mac too, in hexadecimal digits."""
        return hashlib.sha256(self.canonical() + b"\n" + self.mac.encode()).hexdigest()


class EntriesDigest:
    """SHA-256 over entries in the order of their ids: of each its canonical text, a line feed, its mac, a line feed."""

    def __init__(self) -> None:
        """Start with no entry."""
        self._hash = hashlib.sha256()
        self.count = 0

    def add(self, entry: AuditEntry) -> None:
        """Take the next entry."""
        self._hash.update(b"%b\n%b\n" % (entry.canonical(), entry.mac.encode()))
        self.count += 1

    def hex(self) -> str:
        """Return the digest so far."""
        return self._hash.hexdigest()


def previous_of(head: Seal | None) -> str:
    """Return what a seal says of the one before it."""
    return head.digest() if head else NOTHING_BEFORE


class NextSeal:
    """The seal that follows another, while the entries that it covers pass by."""

    def __init__(self, head: Seal | None) -> None:
        """Follow a seal, or be the first."""
        self._head = head
        self._ids = IdSpans()
        self._digest = EntriesDigest()
        self._last_id = head.last_id if head else 0

    @property
    def entries(self) -> int:
        """How many entries passed by."""
        return self._digest.count

    def cover(self, entry: AuditEntry) -> None:
        """Cover an entry; ids rise."""
        self._ids.add(entry.id)
        self._digest.add(entry)
        self._last_id = max(self._last_id, entry.id)

    def close(self, at: datetime, key: AuditKey) -> Seal:
        """Return the seal."""
        head = self._head
        seal = Seal(
            number=head.number + 1 if head else 1,
            at=at,
            key=key.name,
            ids=self._ids.text(),
            open_ids=self._open_ids().text(),
            last_id=self._last_id,
            entries=self.entries,
            entries_digest=self._digest.hex(),
            previous=previous_of(head),
        )
        return msgspec.structs.replace(seal, mac=key.mac(seal.canonical()))

    def _open_ids(self) -> IdSpans:
        spans, reached = open_ids_of(self._head).spans, self._head.last_id if self._head else 0
        below = IdSpans([*spans, *([(reached + 1, self._last_id)] if self._last_id > reached else [])])
        return below.without(self._ids)


def open_ids_of(head: Seal | None) -> IdSpans:
    """Return the ids that no seal up to the head covers; none where somebody wrote there what are no ids."""
    try:
        return IdSpans.read(head.open_ids) if head else IdSpans()
    except ValueError:
        return IdSpans()
