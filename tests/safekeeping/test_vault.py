"""Encryption at rest: only the right key, in the right place, the whole of it."""

from __future__ import annotations

import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.safekeeping.key_ring import KeyMissing, derived_key, new_key, read_key
from hpedi.safekeeping.vault import Vault

KEY = bytes(range(32))


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens_in_its_place(plain: bytes) -> None:
    """Opening with the same key and context gives the bytes back."""
    assert Vault(KEY).open(Vault(KEY).seal(plain, "claim/1"), "claim/1") == plain


def test_a_value_moved_to_another_row_does_not_open() -> None:
    """A sealed value is bound to its row."""
    sealed = Vault(KEY).seal(b"100000012", "payment/1")
    with pytest.raises(KeyMissing):
        Vault(KEY).open(sealed, "payment/2")


def test_another_key_does_not_open() -> None:
    """Another key opens nothing."""
    sealed = Vault(KEY).seal(b"100000012", "payment/1")
    with pytest.raises(KeyMissing):
        Vault(bytes(32)).open(sealed, "payment/1")


def test_the_same_value_is_never_sealed_alike() -> None:
    """Equal values cannot be told from their sealed bytes."""
    assert Vault(KEY).seal(b"x", "a") != Vault(KEY).seal(b"x", "a")


@pytest.mark.parametrize("text", ["", "not base64!", "AAAA"])
def test_what_is_no_key_is_refused(text: str) -> None:
    """A key file with anything but 32 bytes in base64 is no key."""
    with pytest.raises(KeyMissing):
        Vault(read_key(text))


def test_a_new_key_works() -> None:
    """A generated key reads back as 32 bytes, each time others."""
    assert len(read_key(new_key())) == 32
    assert new_key() != new_key()


@pytest.mark.parametrize("chunks", [[], [b"one"], [b"one", b"two", b"three"]])
def test_a_stream_comes_back_whole(tmp_path: Path, chunks: list[bytes]) -> None:
    """A stored stream gives the same bytes back."""
    stored = tmp_path / "stored"
    stored.write_bytes(b"".join(Vault(KEY).seal_stream(chunks, "file/1")))
    assert b"".join(Vault(KEY).open_stream(stored, "file/1")) == b"".join(chunks)


def test_a_stream_cut_at_a_frame_is_found(tmp_path: Path) -> None:
    """Leaving out the last frame of a stored stream does not go unnoticed."""
    frames = list(Vault(KEY).seal_stream([b"one", b"two"], "file/1"))
    stored = tmp_path / "stored"
    stored.write_bytes(frames[0])
    with pytest.raises(KeyMissing):
        list(Vault(KEY).open_stream(stored, "file/1"))


def test_a_derived_key_is_hkdf_of_the_key() -> None:
    """RFC 5869 with SHA-256, no salt and the purpose as info: others can derive it, and purposes differ."""
    extracted = hmac.digest(bytes(32), KEY, "sha256")
    assert derived_key(KEY, "audit") == hmac.digest(extracted, b"hpedi audit\x01", "sha256")
    assert derived_key(KEY, "audit") != derived_key(KEY, "other")
