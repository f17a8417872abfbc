"""An inquiry in a CORE envelope: who signs in, what the envelope says, and the envelope that goes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Final

from hpedi.findings import Unavailable
from hpedi.pipeline.real_time import NotOneInquiry, NotTheSenders
from hpedi.web import core_mime, core_soap
from hpedi.web.core_envelope import (
    PAYLOAD,
    CoreAnswer,
    CoreRequest,
    EnvelopeError,
    answer_of,
    check_metadata,
    check_signed,
)
from hpedi.web.core_rule import ERROR, ILLEGAL, RECEIVER, SENDER, SUCCESS, UNAUTHORIZED, VERSION_MISMATCH, CoreRule
from hpedi.web.desk import Desk, NoPartner, NotSignedIn

_CODES: Final = {
    NotSignedIn: UNAUTHORIZED,
    NoPartner: UNAUTHORIZED,
    NotTheSenders: UNAUTHORIZED,
    NotOneInquiry: f"{PAYLOAD}{ILLEGAL}",
    Unavailable: RECEIVER,
}
"""What each reason for not answering is called in an envelope."""


class Form(Enum):
    """The two forms of envelopes, by their media type."""

    MIME = core_mime.CONTENT_TYPE
    SOAP = core_soap.CONTENT_TYPE

    @property
    def media_type(self) -> str:
        """The media type of requests and answers."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopedAnswer:
    """What goes back: HTTP status, Content-Type, body; `told` is the kind of answer or the error code."""

    status: int
    content_type: str
    body: bytes
    told: str


class CoreDesk:
    """Answers envelopes."""

    def __init__(self, desk: Desk, rule: Callable[[], CoreRule]) -> None:
        """Answer at a desk, under the rule of the day."""
        self._desk = desk
        self._rule_of_today = rule

    @property
    def _rule(self) -> CoreRule:
        return self._rule_of_today()

    def answer(self, form: Form, content_type: str, body: bytes) -> EnvelopedAnswer:
        """Answer an envelope; whatever is wrong with it is said in the envelope that goes back."""
        request = None
        try:
            request = self._read(form, content_type, body)
            kind, content = self._answered(request)
        except EnvelopeError as wrong:
            return self._refused(form, request, wrong.code)
        except tuple(_CODES) as wrong:
            code = next(code for error, code in _CODES.items() if isinstance(wrong, error))
            return self._refused(form, request, code)
        return self._written(form, HTTPStatus.OK, kind, self._envelope(request, SUCCESS, kind, content))

    def _read(self, form: Form, content_type: str, body: bytes) -> CoreRequest:
        return core_mime.read_mime(content_type, body) if form is Form.MIME else core_soap.read_soap(body)

    def _answered(self, request: CoreRequest) -> tuple[str, bytes]:
        check_signed(request)
        sender = self._desk.signed_in(request.password, request.user_name)
        check_metadata(request, self._rule, sender.names, self._desk.names)
        asked = self._rule.requests[request.fields["PayloadType"]]
        answer = self._desk.answer(sender, request.payload, {asked})
        return answer.kind, answer.content

    def _refused(self, form: Form, request: CoreRequest | None, code: str) -> EnvelopedAnswer:
        is_unread = request is None and code in _STATUS
        status = _STATUS.get(code, HTTPStatus.OK)
        if form is Form.SOAP and (is_unread or code == RECEIVER):
            content_type, body = core_soap.write_fault(code, self._rule.message(code))
            return EnvelopedAnswer(status=status, content_type=content_type, body=body, told=code)
        status = status if is_unread or code == RECEIVER else HTTPStatus.OK
        return self._written(form, status, code, self._envelope(request, code))

    def _envelope(self, request: CoreRequest | None, code: str, kind: str = ERROR, content: bytes = b"") -> CoreAnswer:
        us, own_id = self._desk.payer.payer_id, str(uuid.uuid4())
        return answer_of(request, self._rule, us=us, code=code, own_id=own_id, kind=kind, content=content)

    def _written(self, form: Form, status: int, told: str, envelope: CoreAnswer) -> EnvelopedAnswer:
        write = core_mime.write_mime if form is Form.MIME else core_soap.write_soap
        content_type, body = write(envelope)
        return EnvelopedAnswer(status=status, content_type=content_type, body=body, told=told)


_STATUS: Final = {
    SENDER: HTTPStatus.BAD_REQUEST,
    VERSION_MISMATCH: HTTPStatus.INTERNAL_SERVER_ERROR,
    RECEIVER: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""HTTP status of what is no envelope, or cannot be answered now (SOAP 1.2 part 2, table 20)."""
