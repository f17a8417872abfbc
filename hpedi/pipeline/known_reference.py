"""What the payer knew of a thing on a day, and what of it was in force on another: the two times of reference data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final

import msgspec

from hpedi.pipeline.ports import Work
from hpedi.reference.members import FAMILY, Family
from hpedi.reference.records import KnownRecord, ReferenceRecord, SnapshotMade, content_of

_FROM, _TO = "from", "to"
_ALWAYS: Final = date.min


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVersion:
    """A version of a record.

    Attributes:
        since: Snapshot in which it was taken in.
        since_at: When that was.
        by: Who did it (id of a principal).
        until: Snapshot in which it was replaced; None while it is known.
        until_at: When that was.
    """

    since: int
    since_at: datetime
    by: str
    until: int | None
    until_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A thing as it was known and in force.

    Attributes:
        kind: Of the record.
        key: Its id.
        versions: All its versions, oldest first.
        version: The one that was known; None where none was.
        content: What of it was in force; dated parts that were not are left out.
        is_in_force: Whether the thing itself was, where it has days of its own.
    """

    kind: str
    key: str
    versions: tuple[KnownVersion, ...]
    version: KnownVersion | None
    content: Any = None
    is_in_force: bool = True


def show(
    work: Work, kind: str, key: str, *, as_of: date | None, known_on: date | None, zone: tzinfo | None = None
) -> Shown:
    """Return a thing as it was known at the end of a day, and what of it was in force on a day.

    Args:
        work: The transaction; a look at a family is written to the audit log in it.
        kind: Kind of record.
        key: Its id; of a family also the member id on a card.
        as_of: The day in force; everything if None.
        known_on: The day of knowing; now if None.
        zone: Where days begin and end; UTC if None.
    """
    records = work.reference.versions(kind, key)
    if kind == FAMILY and not records:
        named = work.reference.families(work.reference.snapshot(), [key])
        key = named[0].key if named else key
        records = work.reference.versions(kind, key)
    made = {each.id: each for each in work.reference.snapshots(_ids(records))}
    versions = tuple(_version(record, made) for record in records)
    at = next((n for n in reversed(range(len(versions))) if _is_known(versions[n], known_on, zone)), None)
    shown = Shown(kind=kind, key=key, versions=versions, version=None)
    if at is not None:
        content = msgspec.json.decode(records[at].record.body)
        shown = Shown(
            kind=kind,
            key=key,
            versions=versions,
            version=versions[at],
            content=content if as_of is None else _in_force(content, as_of),
            is_in_force=as_of is None or not _is_dated(content) or _holds(content, as_of),
        )
    if kind == FAMILY:
        _note(work, records[at].record if at is not None else None, key)
    return shown


def _ids(records: Sequence[KnownRecord]) -> set[int]:
    return {number for each in records for number in (each.since, each.until) if number is not None}


def _version(record: KnownRecord, made: dict[int, SnapshotMade]) -> KnownVersion:
    until = made[record.until] if record.until is not None else None
    return KnownVersion(
        since=record.since,
        since_at=made[record.since].at,
        by=made[record.since].by,
        until=record.until,
        until_at=until.at if until is not None else None,
    )


def _is_known(version: KnownVersion, on: date | None, zone: tzinfo | None) -> bool:
    if on is None:
        return version.until is None
    return _day(version.since_at, zone) <= on and (version.until_at is None or _day(version.until_at, zone) > on)


def _day(instant: datetime, zone: tzinfo | None) -> date:
    return instant.astimezone(zone or UTC).date()


def _is_dated(content: Any) -> bool:
    return isinstance(content, dict) and _TO in content and _FROM in content


def _holds(content: Any, day: date) -> bool:
    start = content.get(_FROM)
    end = content.get(_TO)
    return (date.fromisoformat(start) if start else _ALWAYS) <= day and (end is None or day <= date.fromisoformat(end))


def _in_force(content: Any, day: date) -> Any:
    """Return content without the listed parts that are not in force on a day."""
    if isinstance(content, dict):
        return {name: _in_force(value, day) for name, value in content.items()}
    if isinstance(content, list):
        return [_in_force(each, day) for each in content if not _is_dated(each) or _holds(each, day)]
    return content


def _note(work: Work, record: ReferenceRecord | None, key: str) -> None:
    members = [member.id for member in content_of(record, Family).members] if record is not None else [""]
    result = "found" if record is not None else "not found"
    work.audit.record("show", f"family:{key}", members=members, reason="review", result=result)
