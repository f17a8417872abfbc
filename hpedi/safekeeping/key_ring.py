"""The keys of a workspace: one from outside of it, and those that it wraps, which seal, find and mark what is kept.

    workspace key (from outside)
      +- wraps sealing keys: AES-256-GCM over SSNs, accounts, claims, outbound files and stored files
      +- wraps the digest key: HMAC-SHA-256 by which sealed values are found and compared without being opened
      +- wraps audit keys: HMAC-SHA-256 over entries and seals of the audit log
      +- wraps the key of each backup

Wrapped keys lie in the workspace and are worth nothing without the one from outside.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_NAME_LENGTH: Final = 16


class KeyMissing(Exception):
    """The workspace key is not where it should be, or is not a key."""


class KeyPurpose(StrEnum):
    """What a wrapped key is for."""

    SEAL = "seal"
    DIGEST = "digest"
    AUDIT = "audit"


def fingerprint(key: bytes) -> str:
    """Return what a key is called: nothing about the key follows from it."""
    return hmac.digest(key, b"hpedi fingerprint", hashlib.sha256).hex()[:_NAME_LENGTH]


def derived_key(key: bytes, purpose: str) -> bytes:
    """Return a key for something else (HKDF-SHA256)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"hpedi {purpose}".encode()).derive(key)


@dataclass(frozen=True, slots=True)
class WorkspaceKey:
    """The key from outside; it does nothing but wrap others.

    Attributes:
        secret: Its 32 bytes.
        name: Its fingerprint.
    """

    secret: bytes = field(repr=False)
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the key by its fingerprint."""
        if len(self.secret) != KEY_BYTES:
            raise KeyMissing("a workspace key has 32 bytes")
        object.__setattr__(self, "name", fingerprint(self.secret))

    def wrap(self, key: bytes, context: str) -> bytes:
        """Encrypt a key for one place."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher().encrypt(nonce, key, context.encode())

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Decrypt a key that was wrapped for this place.

        Raises:
            KeyMissing: The workspace key is another one, or the wrapped key was altered or moved.
        """
        try:
            return self._cipher().decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise KeyMissing(f"{context} does not open with this workspace key") from None

    def _cipher(self) -> AESGCM:
        return AESGCM(derived_key(self.secret, "wrapping"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The keys that a workspace key wraps.

    Attributes:
        generation: Of the newest sealing and audit key; the others follow it downwards, one a step.
        seals: Sealing keys, newest first: it seals; what older ones sealed opens too.
        digest: The digest key. It stays the same, because what was digested is not kept anywhere.
        audits: Audit keys, newest first; all verify.
    """

    generation: int
    seals: tuple[bytes, ...] = field(repr=False)
    digest: bytes = field(repr=False)
    audits: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def new(cls) -> KeyRing:
        """Make the keys of a new workspace by chance."""
        return cls(generation=1, seals=(_chance(),), digest=_chance(), audits=(_chance(),))

    @classmethod
    def of_one(cls, key: bytes) -> KeyRing:
        """Return the keys of a workspace from before keys were wrapped: all of them follow from the one."""
        digest = hmac.digest(key, b"digest", hashlib.sha256)
        return cls(generation=1, seals=(key,), digest=digest, audits=(derived_key(key, "audit"),))

    def next(self) -> KeyRing:
        """Return a ring with a new sealing and a new audit key before these."""
        return KeyRing(
            generation=self.generation + 1,
            seals=(_chance(), *self.seals),
            digest=self.digest,
            audits=(_chance(), *self.audits),
        )


def _chance() -> bytes:
    return os.urandom(KEY_BYTES)


def new_key() -> str:
    """Make a workspace key, as text for a key file."""
    return base64.b64encode(_chance()).decode()


def read_key(text: str) -> bytes:
    """Read a workspace key from the text of a key file or environment variable.

    Raises:
        KeyMissing: It is no key.
    """
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise KeyMissing("the workspace key is not base64") from None
