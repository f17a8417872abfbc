"""CORE envelopes as MIME multipart (multipart/form-data): a part each field.

Pure. A part's value is text of UTF-8, the payload is bytes.
"""

from __future__ import annotations

import secrets
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Final

from hpedi.web.core_envelope import (
    ERROR_CODE,
    METADATA,
    PASSWORD,
    PAYLOAD,
    USER_NAME,
    CoreAnswer,
    CoreRequest,
    EnvelopeError,
)
from hpedi.web.core_rule import ILLEGAL, SENDER

CONTENT_TYPE: Final = "multipart/form-data"
_FIELDS: Final = frozenset({*METADATA, USER_NAME, PASSWORD, PAYLOAD})
_MOST_PARTS: Final = 32


def read_mime(content_type: str, body: bytes) -> CoreRequest:
    """Read an envelope.

    Raises:
        EnvelopeError: It is no multipart or has too many parts (`Sender`), or says a field twice or not in UTF-8.
    """
    if body.lower().count(b"content-type:") > _MOST_PARTS:  # parts in parts: each level is another look at each line
        raise EnvelopeError(SENDER)
    message = BytesParser(policy=compat32).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = message.get_payload()
    if not isinstance(parts, list) or message.defects or len(parts) > _MOST_PARTS:
        raise EnvelopeError(SENDER)
    values: dict[str, bytes] = {}
    for part in parts:
        if not isinstance(part, Message):
            raise EnvelopeError(SENDER)
        name = _name(part)
        if name in values:
            raise EnvelopeError(f"{name}{ILLEGAL}")
        if name in _FIELDS:
            values[name] = _content(part)
    text = {name: _text(name, value) for name, value in values.items() if name != PAYLOAD}
    return CoreRequest(
        fields={name: text.get(name, "") for name in METADATA},
        payload=values.get(PAYLOAD, b""),
        user_name=text.get(USER_NAME, ""),
        password=text.get(PASSWORD, ""),
    )


def _name(part: Message) -> str:
    name = part.get_param("name", "", header="content-disposition")
    return name if isinstance(name, str) else ""


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode().strip()
    except UnicodeDecodeError:
        raise EnvelopeError(f"{name}{ILLEGAL}") from None


def write_mime(answer: CoreAnswer) -> tuple[str, bytes]:
    """Return the Content-Type and the body of an envelope."""
    boundary = f"hpedi-{secrets.token_hex(16)}"
    parts = [(name, value.encode()) for name, value in answer.fields.items()]
    if answer.payload:
        at = next(index for index, (name, _value) in enumerate(parts) if name == ERROR_CODE)
        parts.insert(at, (PAYLOAD, answer.payload))
    lines: list[bytes] = []
    for name, value in parts:
        lines += [f"--{boundary}".encode(), f'Content-Disposition: form-data; name="{name}"'.encode(), b"", value]
    lines += [f"--{boundary}--".encode(), b""]
    return f"{CONTENT_TYPE}; boundary={boundary}", b"\r\n".join(lines)
