"""An entry of the audit log: who, on whose behalf, what, which member, who gets to know it, why, with what result.

It says so in identifiers of our own only. Its mac binds every field to its id, so that an entry which is changed,
swapped with another or put in by somebody without the key shows by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import msgspec

from hpedi.audit.key import AuditKey

ANCHOR_BEGUN_ANEW: Final = "anchor begun anew"
"""The action of an entry by which the log itself tells that its anchor lacked seals, which nothing held till then."""

_INSTANT_LENGTH: Final = len("2026-03-16T18:00:00.000000")
_ENCODE: Final = msgspec.json.Encoder().encode


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody did.

    Attributes:
        id: Its number, rising; numbers of entries that commit at the same time may be mixed.
        at: When it was written, UTC.
        principal: Who did it.
        on_behalf_of: For whom, where that is somebody else.
        action: What was done, for example `adjudicate`.
        subject: To what, for example `claim:26061000010000001`.
        member: Whose data it touches, by our id; empty where nobody's or nobody's that we know.
        recipient: To whom outside it was disclosed, for example `partner:lakes`; empty where to nobody.
        reason: Why.
        result: What came of it.
        mac: HMAC-SHA-256 over `canonical`; empty for entries older than the first seal.
    """

    id: int
    at: datetime
    principal: str
    on_behalf_of: str = ""
    action: str
    subject: str
    member: str = ""
    recipient: str = ""
    reason: str = ""
    result: str = ""
    mac: str = ""

    def canonical(self) -> bytes:
        """Return what is marked and sealed: a JSON array without spaces, in UTF-8."""
        return _ENCODE(
            (
                "entry",
                self.id,
                instant_text(self.at),
                self.principal,
                self.on_behalf_of,
                self.action,
                self.subject,
                self.member,
                self.recipient,
                self.reason,
                self.result,
            )
        )

    def is_ours(self, key: AuditKey) -> bool:
        """Say whether somebody with the key wrote exactly this entry under exactly this id."""
        return self.mac == key.mac(self.canonical())


@lru_cache(maxsize=64)  # entries of a transaction have one instant
def instant_text(at: datetime) -> str:
    """Return a moment as it is sealed and exported: UTC with six places of a second."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{utc.isoformat(timespec='microseconds')[:_INSTANT_LENGTH]}Z"
