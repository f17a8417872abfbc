"""Encryption at rest: AES-256-GCM under the keys that the workspace key wraps (`key_ring`).

Each sealed value is bound to its place (`context`, for example "claim/26080…"): a value copied to another row does
not open. The newest key seals; while keys are being replaced, what an older one sealed opens too.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hpedi.safekeeping.key_ring import KEY_BYTES, NONCE_BYTES, KeyMissing, KeyRing

CHUNK_BYTES: Final = 1 << 18


class Vault:
    """Seals and opens bytes under the keys of one workspace."""

    def __init__(self, keys: bytes | KeyRing) -> None:
        """Take the keys of a workspace, or the one of 32 bytes from which all of them follow."""
        if isinstance(keys, bytes) and len(keys) != KEY_BYTES:
            raise KeyMissing("a workspace key has 32 bytes")
        self.renew(KeyRing.of_one(keys) if isinstance(keys, bytes) else keys)

    def renew(self, ring: KeyRing) -> None:
        """Go on with other keys: those of the workspace were replaced meanwhile."""
        self.ring = ring
        self._ciphers = [AESGCM(key) for key in ring.seals]

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt bytes for one place."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt bytes sealed for this place.

        Raises:
            KeyMissing: The keys are others, or the bytes were altered or moved.
        """
        for cipher in self._ciphers:
            plain = _opened(cipher, sealed, context)
            if plain is not None:
                return plain
        raise KeyMissing(f"{context} does not open with this workspace key")

    def is_newest(self, sealed: bytes, context: str) -> bool:
        """Say whether the newest key sealed these bytes."""
        return _opened(self._ciphers[0], sealed, context) is not None

    def digest(self, plain: bytes, context: str) -> str:
        """Return a keyed digest (hex), to find or compare what is sealed: nobody without the key can guess at it."""
        return hmac.digest(self.ring.digest, context.encode() + b"\0" + plain, "sha256").hex()

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

    def open_stream(self, path: Path, context: str, start: int = 0) -> Iterator[bytes]:
        """Decrypt a stored stream, chunk by chunk.

        Args:
            path: Where it is stored.
            context: The place that it was sealed for.
            start: At which byte of the file it begins.

        Raises:
            KeyMissing: The keys are others, or the file was altered or cut.
        """
        for frame, place in _frames(path, context, start):
            yield self.open(frame, place)

    def is_newest_stream(self, path: Path, context: str) -> bool:
        """Say whether the newest key sealed a stored stream."""
        return self.is_newest(*next(_frames(path, context, 0)))


def _opened(cipher: AESGCM, sealed: bytes, context: str) -> bytes | None:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
        return None


def _frames(path: Path, context: str, start: int) -> Iterator[tuple[bytes, str]]:
    """Yield the sealed chunks of a stored stream, each with the place that it was sealed for."""
    size = path.stat().st_size
    with path.open("rb") as stored:
        stored.seek(start)
        for index in count():
            length = int.from_bytes(stored.read(4), "big")
            sealed = stored.read(length)
            is_last = stored.tell() >= size
            yield sealed if len(sealed) == length else b"", f"{context}/{index}{'/last' if is_last else ''}"
            if is_last:
                return
