"""The metadata of a CORE envelope, whichever form it comes in: what is required of it, and what answers it.

Pure: the form is `core_mime`'s and `core_soap`'s matter, who may ask `desk`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hpedi.web.core_rule import ERROR, ILLEGAL, NOT_SUPPORTED, REQUIRED, VERSION_MISMATCH, CoreRule

METADATA: Final = (
    "PayloadType",
    "ProcessingMode",
    "PayloadID",
    "TimeStamp",
    "SenderID",
    "ReceiverID",
    "CORERuleVersion",
)
"""Fields of requests and answers, in their order."""
USER_NAME, PASSWORD, PAYLOAD = "UserName", "Password", "Payload"
ERROR_CODE, ERROR_MESSAGE = "ErrorCode", "ErrorMessage"

_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
"""A dateTime of XML Schema; CORE wants its zone, which clients leave out."""
_VERSION: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){1,2}")
_PARTY: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


class EnvelopeError(Exception):
    """An envelope that is not processed; `code` is CORE's, for example `PayloadIDRequired`."""

    def __init__(self, code: str) -> None:
        """Say which."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreRequest:
    """An envelope as read; a field that is not there is empty.

    Attributes:
        fields: Metadata by name.
        payload: The X12.
        user_name: Who signs in.
        password: With what.
    """

    fields: Mapping[str, str]
    payload: bytes
    user_name: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreAnswer:
    """An envelope to write: metadata and error in their order, and the payload."""

    fields: Mapping[str, str]
    payload: bytes


def check_signed(request: CoreRequest) -> None:
    """Check that somebody signs in.

    Raises:
        EnvelopeError: UserNameRequired, PasswordRequired.
    """
    for name, value in ((USER_NAME, request.user_name), (PASSWORD, request.password)):
        if not value:
            raise EnvelopeError(f"{name}{REQUIRED}")


def check_metadata(request: CoreRequest, rule: CoreRule, senders: frozenset[str], receivers: frozenset[str]) -> None:
    """Check the metadata of a request for an answer in real time.

    Args:
        request: The envelope.
        rule: The rule in force.
        senders: The names of who signed in.
        receivers: Our names.

    Raises:
        EnvelopeError: A field is missing or has a value that is not taken; VersionMismatch; NotSupported.
    """
    fields = request.fields
    for name in METADATA:
        if not fields.get(name):
            raise EnvelopeError(f"{name}{REQUIRED}")
    if not request.payload.strip():
        raise EnvelopeError(f"{PAYLOAD}{REQUIRED}")
    for name, is_legal in _LEGAL.items():
        if not is_legal(fields[name]) or len(fields[name]) > rule.longest.get(name, len(fields[name])):
            raise EnvelopeError(f"{name}{ILLEGAL}")
    if fields["CORERuleVersion"] != rule.rule_version:
        raise EnvelopeError(VERSION_MISMATCH)
    _check_served(fields["PayloadType"], frozenset(rule.requests), rule.other_requests, "PayloadType")
    _check_served(fields["ProcessingMode"], frozenset({rule.mode}), rule.other_modes, "ProcessingMode")
    for name, known in (("SenderID", senders), ("ReceiverID", receivers)):
        if fields[name] not in known:
            raise EnvelopeError(f"{name}{ILLEGAL}")


def _check_served(value: str, served: frozenset[str], others: tuple[str, ...], name: str) -> None:
    if value not in served:
        raise EnvelopeError(NOT_SUPPORTED if value in others else f"{name}{ILLEGAL}")


def _is_instant(text: str) -> bool:
    try:
        return _INSTANT.fullmatch(text) is not None and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


_LEGAL: Final[Mapping[str, Callable[[str], bool]]] = {
    "CORERuleVersion": lambda text: _VERSION.fullmatch(text) is not None,
    "PayloadID": lambda text: _UUID.fullmatch(text) is not None,
    "TimeStamp": _is_instant,
    "SenderID": lambda text: _PARTY.fullmatch(text) is not None,
    "ReceiverID": lambda text: _PARTY.fullmatch(text) is not None,
}


def answer_of(
    request: CoreRequest | None, rule: CoreRule, *, us: str, code: str, own_id: str, kind: str = ERROR,
    content: bytes = b"",
) -> CoreAnswer:  # fmt: skip
    """Return the envelope that answers a request.

    Only well-formed values of the request stand in it.

    Args:
        request: What is answered; None where it could not be read.
        rule: The rule in force.
        us: Our name.
        code: Success, or CORE's code of the error.
        own_id: PayloadID where the request has none.
        kind: ST01 of the answer, or TA1.
        content: The X12.
    """
    fields = request.fields if request is not None else {}
    sender, payload_id = fields.get("SenderID", ""), fields.get("PayloadID", "")
    is_sender = _PARTY.fullmatch(sender) is not None and len(sender) <= rule.longest["SenderID"]
    return CoreAnswer(
        fields={
            "PayloadType": rule.responses[kind],
            "ProcessingMode": rule.mode,
            "PayloadID": payload_id if _UUID.fullmatch(payload_id) else own_id,
            "TimeStamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "SenderID": us,
            "ReceiverID": sender if is_sender else "",
            "CORERuleVersion": rule.rule_version,
            ERROR_CODE: code,
            ERROR_MESSAGE: rule.message(code),
        },
        payload=content,
    )
