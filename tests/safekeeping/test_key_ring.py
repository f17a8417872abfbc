"""The workspace key and the keys that it wraps."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from hpedi.safekeeping.key_ring import KeyMissing, KeyRing, WorkspaceKey, fingerprint
from hpedi.safekeeping.vault import Vault

SECRET = bytes(range(32))
OTHER = bytes(range(1, 33))


def test_a_wrapped_key_opens_with_its_workspace_key() -> None:
    """What is wrapped comes back, and looks like nothing meanwhile."""
    key = WorkspaceKey(SECRET)
    wrapped = key.wrap(OTHER, "key/seal/1")
    assert OTHER not in wrapped
    assert key.unwrap(wrapped, "key/seal/1") == OTHER


@pytest.mark.parametrize(("secret", "place"), [(OTHER, "key/seal/1"), (SECRET, "key/seal/2")])
def test_a_wrapped_key_opens_with_no_other_key_and_in_no_other_place(secret: bytes, place: str) -> None:
    """Another workspace key, or another generation's place, opens nothing."""
    wrapped = WorkspaceKey(SECRET).wrap(OTHER, "key/seal/1")
    with pytest.raises(KeyMissing):
        WorkspaceKey(secret).unwrap(wrapped, place)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_none(length: int) -> None:
    """A workspace key has 32 bytes."""
    with pytest.raises(KeyMissing):
        WorkspaceKey(bytes(length))


def test_a_fingerprint_is_the_beginning_of_an_hmac() -> None:
    """Anybody who has the key can work out its fingerprint; it is 16 hexadecimal digits."""
    assert fingerprint(SECRET) == hmac.digest(SECRET, b"hpedi fingerprint", hashlib.sha256).hex()[:16]


def test_a_key_is_not_told_by_its_repr() -> None:
    """Neither a workspace key nor a ring shows a secret where it is printed by mistake."""
    shown = repr(WorkspaceKey(SECRET)) + repr(KeyRing.of_one(SECRET))
    assert repr(SECRET) not in shown
    assert SECRET.hex() not in shown


def test_the_next_ring_keeps_the_digest_key_and_what_was_before() -> None:
    """A new sealing and a new audit key stand before the old ones; digests stay what they were."""
    old = KeyRing.new()
    new = old.next()
    assert (new.generation, new.seals[1:], new.audits[1:], new.digest) == (2, old.seals, old.audits, old.digest)
    assert len({*new.seals, *new.audits, new.digest}) == 5
    assert Vault(new).digest(b"M01", "lookup") == Vault(old).digest(b"M01", "lookup")


def test_a_vault_opens_what_an_older_key_sealed_and_knows_it() -> None:
    """The newest key seals; what an older one sealed opens, and is told apart."""
    ring = KeyRing.new()
    older, vault = Vault(ring), Vault(ring.next())
    sealed = older.seal(b"100000012", "payment/1")
    assert vault.open(sealed, "payment/1") == b"100000012"
    assert not vault.is_newest(sealed, "payment/1")
    assert vault.is_newest(vault.seal(b"100000012", "payment/1"), "payment/1")
    with pytest.raises(KeyMissing):
        older.open(vault.seal(b"100000012", "payment/1"), "payment/1")


def test_a_vault_goes_on_with_other_keys() -> None:
    """A vault that is renewed opens what its new ring opens, and nothing else."""
    first, second = KeyRing.new(), KeyRing.new()
    vault = Vault(first)
    sealed = vault.seal(b"x", "a")
    vault.renew(second)
    with pytest.raises(KeyMissing):
        vault.open(sealed, "a")
