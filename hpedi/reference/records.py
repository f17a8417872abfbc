"""A reference record: one thing the payer knows, as the bytes that are kept.

The same content always gives the same bytes, so that loading twice changes nothing. What the bytes mean is in the
module of its kind; the store keeps them with the time they were known and hands them back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

Content = TypeVar("Content", bound=msgspec.Struct)

_ENCODER = msgspec.json.Encoder(decimal_format="string", order="deterministic")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRecord:
    """One record.

    Attributes:
        kind: What it is: payer, bank_account, conventions, reason_codes, rule, plan, provider, contract, fee_schedule,
            drg_table, apc_table, partner, partner_change, employer, edits, policies, eligibility or family.
        key: Its id within the kind.
        body: Its content as canonical JSON.
        lookups: What it is also found by: a family by the member ids and days of birth of its members, a provider by
            its NPI.
        secret: It holds an account number.
    """

    kind: str
    key: str
    body: bytes
    lookups: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRecord:
    """A version of a record, and the snapshots between which it was known.

    Attributes:
        since: The first snapshot that holds it.
        until: The first that does not hold it any more; None while it is known.
    """

    record: ReferenceRecord
    since: int
    until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotMade:
    """When a snapshot was made, and by whom (the id of a principal)."""

    id: int
    at: datetime
    by: str


def record_of(
    kind: str, key: str, content: msgspec.Struct, *, lookups: tuple[str, ...] = (), secret: bool = False
) -> ReferenceRecord:
    """Make the record of a content."""
    return ReferenceRecord(kind=kind, key=key, body=_ENCODER.encode(content), lookups=lookups, secret=secret)


def content_of(record: ReferenceRecord, kind: type[Content]) -> Content:
    """Read a record's content back.

    Raises:
        msgspec.ValidationError: The bytes were written by another version of hpedi: a bug of the migration.
    """
    return msgspec.json.decode(record.body, type=kind)
