"""SSH public keys as they stand in an `authorized_keys` file, and their fingerprints.

Checks that a line holds one public key of a kind that is still taken. Holds no secret and checks no signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

KINDS: Final = (
    "ssh-ed25519",  # RFC 8709
    "ecdsa-sha2-nistp256",  # RFC 5656
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",  # RFC 4253 6.6, signed with SHA-2 (RFC 8332)
)
"""Kinds of key that are taken; ssh-dss is not (RFC 9142: too short)."""

_RSA: Final = "ssh-rsa"
_LEAST_RSA_BYTES: Final = 256  # a modulus of 2048 bits: NIST SP 800-131A
_LENGTH_BYTES: Final = 4


def validate(text: str) -> str:
    """Return a public key as `kind base64 comment` with single blanks.

    Raises:
        ValueError: It is no public key, of a kind that is not taken, more than one, or an RSA key that is too short.
    """
    words = text.split()
    kind, encoded = words[:2] if len(words) > 1 else ("", "")
    if kind not in KINDS:
        raise ValueError(f"a key is one line that begins with {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    if len(text.strip().splitlines()) > 1:
        raise ValueError("more lines than one: add one key after the other")
    parts = _parts(_blob(encoded))
    if parts[0] != kind.encode() or len(parts) == 1:
        raise ValueError("the key is not of the kind that it says")
    if kind == _RSA and len(parts[-1].lstrip(b"\0")) < _LEAST_RSA_BYTES:
        raise ValueError(f"the RSA key is shorter than {8 * _LEAST_RSA_BYTES} bits")
    return " ".join(words)


def fingerprint(text: str) -> str:
    """Return a key's fingerprint as OpenSSH shows it: SHA256 and the digest in base64 without padding."""
    digest = hashlib.sha256(_blob(text.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _blob(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError("the key is not base64") from None


def _parts(blob: bytes) -> list[bytes]:
    """Return the strings that a key is made of, each behind its length (RFC 4251 5)."""
    parts: list[bytes] = []
    at = 0
    while at < len(blob):
        length = int.from_bytes(blob[at : at + _LENGTH_BYTES], "big")
        at += _LENGTH_BYTES
        if at + length > len(blob):
            raise ValueError("the key is cut off")
        parts.append(blob[at : at + length])
        at += length
    return parts or [b""]
