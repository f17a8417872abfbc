"""Entries and seals: what is marked, in bytes that others can make."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import msgspec

from hpedi.audit.entry import AuditEntry
from hpedi.audit.key import AuditKey
from hpedi.audit.seal import NextSeal

KEY = AuditKey(bytes(range(32)))
AT = datetime(2026, 3, 16, 18, 0, tzinfo=UTC)


def entry(number: int, result: str = "paid") -> AuditEntry:
    """Return an entry of ours."""
    made = AuditEntry(
        id=number, at=AT, principal="p", action="adjudicate", subject="claim:1", member="M1", result=result
    )
    return msgspec.structs.replace(made, mac=KEY.mac(made.canonical()))


def test_an_entry_is_marked_over_all_its_fields() -> None:
    """The mac is the HMAC-SHA-256 of a JSON array that anybody can write."""
    text = '["entry",7,"2026-03-16T18:00:00.000000Z","p","","adjudicate","claim:1","M1","","","paid"]'
    assert entry(7).canonical() == text.encode()
    assert entry(7).mac == hmac.new(bytes(range(32)), text.encode(), hashlib.sha256).hexdigest()
    assert entry(7).is_ours(KEY)
    assert not msgspec.structs.replace(entry(7), id=8).is_ours(KEY)
    assert not entry(7).is_ours(AuditKey(bytes(32)))


def test_a_seal_covers_ids_and_names_the_one_before() -> None:
    """The first seal leaves out an id that had not committed; the second covers it and repeats the first's digest."""
    first, second = NextSeal(None), None
    for number in (1, 2, 4):
        first.cover(entry(number))
    sealed = first.close(AT, KEY)
    assert (sealed.number, sealed.ids, sealed.open_ids, sealed.last_id) == (1, "1-2,4", "3", 4)
    over = "".join(f"{each.canonical().decode()}\n{each.mac}\n" for each in map(entry, (1, 2, 4)))
    assert sealed.entries_digest == hashlib.sha256(over.encode()).hexdigest()
    following = NextSeal(sealed)
    for number in (3, 5):
        following.cover(entry(number))
    second = following.close(AT, KEY)
    assert (second.number, second.ids, second.open_ids, second.last_id) == (2, "3,5", "", 5)
    assert second.previous == hashlib.sha256(sealed.canonical() + b"\n" + sealed.mac.encode()).hexdigest()


def test_the_key_is_not_told() -> None:
    """Neither the name nor the repr of a key holds it."""
    assert bytes(range(32)).hex()[:8] not in repr(KEY)
    assert len(KEY.name) == 16
