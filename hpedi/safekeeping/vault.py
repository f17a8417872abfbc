"""Encryption at rest: AES-256-GCM with a key from outside the workspace.

Each sealed value is bound to its place (`context`, for example "claim/26080…"): a value copied to another row does
not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
CHUNK_BYTES = 1 << 18


class KeyMissing(Exception):
    """The workspace key is not where it should be, or is not a key."""


class Vault:
    """Seals and opens bytes under one key."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        if len(key) != KEY_BYTES:
            raise KeyMissing("a workspace key has 32 bytes")
        self._key = key
        self._cipher = AESGCM(key)
        self._digest_key = hmac.new(key, b"digest", hashlib.sha256).digest()

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt bytes for one place."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt bytes sealed for this place.

        Raises:
            KeyMissing: The key is another one, or the bytes were altered or moved.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise KeyMissing(f"{context} does not open with this workspace key") from None

    def digest(self, plain: bytes, context: str) -> str:
        """Return a keyed digest (hex), to find or compare what is sealed: nobody without the key can guess at it."""
        return hmac.new(self._digest_key, context.encode() + b"\0" + plain, hashlib.sha256).hexdigest()

    def derived_key(self, purpose: str) -> bytes:
        """Return a key for something else (HKDF-SHA256): nothing sealed here opens with it."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"hpedi {purpose}".encode()).derive(self._key)

    def seal_stream(self, chunks: Iterable[bytes], context: str) -> Iterator[bytes]:
        """Encrypt a stream in frames (length, sealed chunk); the last is sealed as the last, so that a cut is found."""
        index = 0
        held: bytes | None = None
        for chunk in chunks:
            if held is not None:
                yield self._frame(held, f"{context}/{index}")
                index += 1
            held = chunk
        yield self._frame(held or b"", f"{context}/{index}/last")

    def _frame(self, chunk: bytes, context: str) -> bytes:
        sealed = self.seal(chunk, context)
        return len(sealed).to_bytes(4, "big") + sealed

    def open_stream(self, path: Path, context: str) -> Iterator[bytes]:
        """Decrypt a stored stream, chunk by chunk.

        Raises:
            KeyMissing: The key is another one, or the file was altered or cut.
        """
        size = path.stat().st_size
        with path.open("rb") as stored:
            for index in count():
                sealed = stored.read(int.from_bytes(stored.read(4), "big"))
                is_last = stored.tell() >= size
                yield self.open(sealed, f"{context}/{index}{'/last' if is_last else ''}")
                if is_last:
                    return


def new_key() -> str:
    """Make a key, as text for a key file."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def read_key(text: str) -> bytes:
    """Read a key from the text of a key file or environment variable.

    Raises:
        KeyMissing: It is no key.
    """
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise KeyMissing("the workspace key is not base64") from None
