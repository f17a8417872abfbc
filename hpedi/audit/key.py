"""The key of the audit log: who has it can seal and verify, and open nothing else."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_NAME_LENGTH = 16


@dataclass(frozen=True, slots=True)
class AuditKey:
    """A key for HMAC-SHA-256.

    Attributes:
        secret: Its 32 bytes.
        name: What a seal calls it: known to everybody, and nothing about the key follows from it.
    """

    secret: bytes = field(repr=False)
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the key by what it makes of a fixed text."""
        object.__setattr__(self, "name", self.mac(b"the name of an audit key")[:_NAME_LENGTH])

    def mac(self, message: bytes) -> str:
        """Return the HMAC-SHA-256 of a message, in hexadecimal digits."""
        return hmac.digest(self.secret, message, hashlib.sha256).hex()


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """The audit keys of a workspace.

    Attributes:
        now: Marks and seals.
        all: Every one that verifies, by name: `now`, and those that it took the place of.
    """

    now: AuditKey
    all: Mapping[str, AuditKey]

    @classmethod
    def of(cls, secrets: Sequence[bytes]) -> AuditKeys:
        """Take the secrets of audit keys, newest first."""
        keys = [AuditKey(secret) for secret in secrets]
        return cls(keys[0], {key.name: key for key in keys})
