"""Events for partners' own systems: what each tells. None can carry PHI: `EventData` has no field for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

import msgspec

from hpedi.pipeline.records import REMITTANCE_SET

EventType: TypeAlias = Literal[
    "file.received", "file.refused", "acknowledgement.ready", "answer.ready", "remittance.ready", "webhook.test"
]
EVENTS: Final[Mapping[EventType, str]] = {
    "file.received": "An interchange of yours was taken in, whole or in part; its acknowledgement follows.",
    "file.refused": "An interchange of yours was refused, or a file that you handed in was put into quarantine.",
    "acknowledgement.ready": "An acknowledgement (TA1, 999, 277CA) lies in your outbox.",
    "answer.ready": "An answer to an inquiry (271, 277) lies in your outbox.",
    "remittance.ready": "A remittance (835) lies in your outbox.",
    "webhook.test": "Somebody tries whether events arrive; nothing happened.",
}
"""What each type of event tells."""

TRIAL: Final[EventType] = "webhook.test"
"""The type that nobody asks for: it is sent by hand."""

READY: Final[Mapping[str, EventType]] = {
    "ack": "acknowledgement.ready",
    "271": "answer.ready",
    "277": "answer.ready",
    REMITTANCE_SET: "remittance.ready",
}
"""By the kind of a file in the outbox; the bank's files are no partner's."""


class EventData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an event tells; what is not known is left out.

    Attributes:
        partner: Your id.
        usage: ISA15: P for production, T for a test.
        verdict: What became of the interchange: accepted, partially_accepted, rejected, repeated; or quarantined.
        kind: What lies in the outbox: ack, 271, 277 or 835.
        interchange_control_number: ISA13 of the interchange that came in, or of the file that lies in the outbox.
        file: Our number of the file that came in.
        receipt: Our number of the interchange that came in, or of the one that is answered.
        outbox: Our number of the file in the outbox.
        size: Bytes of the file.
        sha256: SHA-256 of the file, in hexadecimal digits.
    """

    partner: str
    usage: str = ""
    verdict: str = ""
    kind: str = ""
    interchange_control_number: str = ""
    file: int | None = None
    receipt: int | None = None
    outbox: int | None = None
    size: int | None = None
    sha256: str = ""


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a request, in the order in which it is written."""

    id: str
    type: EventType
    timestamp: str
    data: EventData


def event_body(message_id: str, kind: EventType, at: datetime, data: EventData) -> bytes:
    """Return the body that tells of an event.

    Args:
        message_id: Its id, which stays the same however often it is sent.
        kind: Its type.
        at: When it happened.
        data: What it tells.
    """
    timestamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return msgspec.json.encode(_Event(id=message_id, type=kind, timestamp=timestamp, data=data))
