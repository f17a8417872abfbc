"""Changes of a partner's profile that were made here, beside what the payer folder says of it.

A field that was changed here holds until the payer folder says something else of it than it did then: the later word
counts, field by field. A suspension is the exception: only `resume` ends it. When a change was made, and by whom, is
what the store keeps as the history of these records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from hpedi.reference.dated import Entry
from hpedi.reference.partners import Partner
from hpedi.reference.records import ReferenceRecord, record_of

PARTNER: Final = "partner"
PARTNER_CHANGE: Final = "partner_change"
"""Kinds of record: what the payer folder says of a partner, and what was changed here."""

_STATE, _SUSPENDED = "state", "suspended"
_ALSO_HELD = ("state", "resumes_as")
_FIELDS: Final = tuple(field for field in Partner.__struct_fields__ if field != "id")
_BY_FOLDER: Final = "the payer folder says otherwise"


class PartnerChange(Entry, frozen=True, kw_only=True):
    """What was changed here of one partner.

    Attributes:
        id: The partner's.
        added: The partner was added here: it exists without the payer folder.
        settings: What was set here, by field.
        before: What the payer folder said of these fields then, or what holds where it says nothing.
        why: Why the last change was made.
    """

    id: str
    added: bool = False
    settings: Mapping[str, Any] = msgspec.field(default_factory=dict)
    before: Mapping[str, Any] = msgspec.field(default_factory=dict)
    why: str = ""


def settings_of(partner: Partner) -> dict[str, Any]:
    """Return a profile's fields but its id, as the plain values that JSON has."""
    plain = msgspec.json.decode(msgspec.json.encode(partner))
    return {field: plain[field] for field in _FIELDS}


def effective(base: Partner | None, change: PartnerChange | None) -> Partner | None:
    """Return the profile that holds.

    Args:
        base: What the payer folder says; None where it has no such partner.
        change: What was changed here; None for nothing.

    Returns:
        The profile; None where there is no such partner.
    """
    if change is None:
        return base
    if base is None:
        return msgspec.convert({"id": change.id, **change.settings}, Partner) if change.added else None
    held = {field: value for field, value in change.settings.items() if _holds(base, change, field)}
    return msgspec.convert({"id": base.id, **settings_of(base), **held}, Partner)


def _holds(base: Partner, change: PartnerChange, field: str) -> bool:
    """Say whether a setting made here still holds beside what the payer folder says now."""
    if field in _ALSO_HELD and change.settings.get(_STATE) == _SUSPENDED:
        return True
    return field in change.before and settings_of(base)[field] == change.before[field]


def with_changes(partners: Iterable[Partner], changes: Iterable[PartnerChange]) -> tuple[Partner, ...]:
    """Return the profiles that hold, in the order of their ids."""
    said = {partner.id: partner for partner in partners}
    changed = {change.id: change for change in changes}
    found = (effective(said.get(each), changed.get(each)) for each in sorted({*said, *changed}))
    return tuple(each for each in found if each is not None)


def changed_to(base: Partner | None, change: PartnerChange | None, wanted: Partner, why: str) -> PartnerChange:
    """Return the change that makes a profile hold.

    Args:
        base: What the payer folder says.
        change: What was changed here before.
        wanted: The profile that is to hold.
        why: Why it is changed.
    """
    said = _said(base)
    settings = {field: value for field, value in settings_of(wanted).items() if said.get(field, msgspec.UNSET) != value}
    return PartnerChange(
        id=wanted.id,
        added=change.added if change is not None else base is None,
        settings=settings,
        before={field: said[field] for field in settings if field in said},
        why=why,
    )


def rebased(base: Partner | None, change: PartnerChange) -> PartnerChange:
    """Return a change as it goes on beside what the payer folder says now: what no longer holds is left out."""
    if base is None:
        return change
    held = {field: value for field, value in change.settings.items() if _holds(base, change, field)}
    if len(held) == len(change.settings):
        return change
    said = _said(base)
    before = {field: said[field] for field in held}
    return msgspec.structs.replace(change, settings=held, before=before, why=_BY_FOLDER)


def change_records(partners: Iterable[Partner], changes: Iterable[PartnerChange]) -> Iterator[ReferenceRecord]:
    """Yield the records of changes as they go on beside a payer folder that is being loaded."""
    said = {partner.id: partner for partner in partners}
    for change in changes:
        yield change_record(rebased(said.get(change.id), change))


def change_record(change: PartnerChange) -> ReferenceRecord:
    """Return the record of a change."""
    return record_of(PARTNER_CHANGE, change.id, change)


def differences(earlier: Partner | None, later: Partner | None) -> tuple[tuple[str, Any, Any], ...]:
    """Return the fields that differ between two profiles, with both values as plain ones."""
    old = settings_of(earlier) if earlier is not None else {}
    new = settings_of(later) if later is not None else {}
    return tuple((field, old.get(field), new.get(field)) for field in _FIELDS if old.get(field) != new.get(field))


def _said(base: Partner | None) -> dict[str, Any]:
    """Return what the payer folder says of each field, or what holds where it says nothing."""
    return settings_of(base) if base is not None else dict(_UNSAID)


_UNSAID: Final = {
    name: value
    for name, value in settings_of(Partner(id="-", name="-", isa_ids=())).items()
    if name not in {field.encode_name for field in msgspec.structs.fields(Partner) if field.required}
}
"""What holds of the fields that a payer folder need not write."""
