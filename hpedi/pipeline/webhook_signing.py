"""Signatures of events by Standard Webhooks 1.0.0, symmetric: HMAC-SHA256 of `id.timestamp.body`, version v1.

While a secret is being replaced, the old and the new one sign both; a receiver needs one of the signatures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
VERSION: Final = "v1"


def written_secret(secret: bytes) -> str:
    """Return a secret as receivers are given it."""
    return PREFIX + base64.b64encode(secret).decode()


def read_secret(written: str) -> bytes:
    """Read a secret as receivers are given it.

    Raises:
        ValueError: It is none.
    """
    if not written.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    try:
        return base64.b64decode(written.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a secret is base64 after its prefix") from None


def signed_headers(message_id: str, at: datetime, body: bytes, secrets: Iterable[str]) -> Mapping[str, str]:
    """Return the headers that go with a body.

    Args:
        message_id: The id of the event.
        at: The moment of this attempt.
        body: What is sent, byte for byte.
        secrets: The secrets that sign, as receivers are given them, newest first.
    """
    timestamp = str(int(at.timestamp()))
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = (base64.b64encode(hmac.digest(read_secret(each), content, hashlib.sha256)) for each in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"{VERSION},{signature.decode()}" for signature in signatures),
    }
