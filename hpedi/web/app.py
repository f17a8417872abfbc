"""The HTTP service: routes, what a request may ask of us, and what each refusal says.

It answers one 270 or 276 a request. Answers are worked on in threads; what would wait long is refused at once with 503
and Retry-After. Nothing that a request says stands in a header of the answer or in a log line.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hpedi.findings import Unavailable
from hpedi.log import log
from hpedi.pipeline.real_time import NotOneInquiry, NotTheSenders, RealTimeAnswer
from hpedi.web.admission import Admission, Busy
from hpedi.web.core import CoreDesk, Form
from hpedi.web.core_rule import CoreRule
from hpedi.web.desk import Desk, NoPartner, NotSignedIn
from hpedi.web.headers import KEPT_NOWHERE, bearer_token
from hpedi.web.openapi import document

X12: Final = "application/edi-x12"
Result = TypeVar("Result")
RETRY_AFTER_SECONDS: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLimits:
    """What requests may ask of us.

    Attributes:
        body_bytes: Most bytes of a request's body.
        send_seconds: Within which its body arrives.
        answer_seconds: Within which it is answered, waiting included; CORE allows 20.
        at_a_time: Requests worked on at a time.
        waiting: Requests that wait for them.
        upkeep_seconds: Between two times of upkeep.
    """

    body_bytes: int = 131_072
    send_seconds: float = 10
    answer_seconds: float = 15
    at_a_time: int = 12
    waiting: int = 64
    upkeep_seconds: float = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request is not answered: HTTP status, our code, and what to do."""

    status: int
    code: str
    message: str

    @property
    def headers(self) -> dict[str, str]:
        """Headers that go with the status."""
        return {**KEPT_NOWHERE, **_HEADERS.get(self.status, {})}


class Refused(Exception):
    """A request that is refused before it is looked into."""

    def __init__(self, problem: Problem) -> None:
        """Say why."""
        super().__init__(problem.code)
        self.problem = problem


_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"WWW-Authenticate": "Bearer"},
    408: {"Connection": "close"},
    413: {"Connection": "close"},
    503: {"Retry-After": str(RETRY_AFTER_SECONDS)},
}
_TOO_LARGE: Final = Problem(413, "too-large", "The body is too large. Send one inquiry a request.")
_TOO_SLOW: Final = Problem(408, "too-slow", "The body did not arrive in time. Send it again.")
_NO_KEY: Final = Problem(401, "not-signed-in", "Send the key of a machine as `Authorization: Bearer KEY`.")
_BUG: Final = Problem(500, "not-answered", "The request was not answered, by a fault of ours.")
PROBLEMS: Final[Mapping[type[Exception], Problem]] = {
    NotSignedIn: Problem(401, "not-signed-in", "The key opens nothing, or not any more. Send another one."),
    NoPartner: Problem(403, "no-partner", "The machine belongs to no trading partner. Ask for one to be registered."),
    NotTheSenders: Problem(403, "sender-not-owned", "ISA06 or GS02 is not yours. Send under your own."),
    NotOneInquiry: Problem(400, "not-one-inquiry", "Send one interchange with one 270 or 276."),
    Busy: Problem(503, "busy", "Too many requests wait. Send it again later."),
    Unavailable: Problem(503, "not-now", "The request cannot be answered now. Send it again later."),
}
"""What each reason for not answering is told as."""


def problem_of(error: Exception) -> Problem:
    """Return what an error is told as; one that nobody foresaw is a bug, and its text may hold PHI."""
    if isinstance(error, Refused):
        return error.problem
    known = next((problem for kind, problem in PROBLEMS.items() if isinstance(error, kind)), None)
    if known is None:
        log.error("request not answered", exception=type(error).__name__)
    return known or _BUG


class Service:
    """The routes and what they share."""

    def __init__(
        self, desk: Desk, rule: Callable[[], CoreRule], limits: ServiceLimits, upkeep: Callable[[], None]
    ) -> None:
        """Answer at a desk under the rule of the day; `upkeep` blocks and is called again and again, one at a time."""
        self._desk = desk
        self._core = CoreDesk(desk, rule)
        self._limits = limits
        self._upkeep = upkeep
        self.admission = Admission(limits.at_a_time, limits.waiting)

    def app(self) -> Starlette:
        """Return the ASGI application."""
        routes = [
            Route("/x12", self._x12, methods=["POST"]),
            Route("/core/mime", partial(self._enveloped, Form.MIME), methods=["POST"]),
            Route("/core/soap", partial(self._enveloped, Form.SOAP), methods=["POST"]),
            Route("/health", self._health, methods=["GET"]),
            Route("/openapi.json", self._openapi, methods=["GET"]),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    def _lifespan(self, _app: Starlette) -> AbstractAsyncContextManager[None]:
        return self._running()

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        keeping = asyncio.create_task(self._keep_up())
        try:
            yield
        finally:
            keeping.cancel()
            self.admission.close()

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(self._limits.upkeep_seconds)
            try:
                await asyncio.to_thread(self._upkeep)
            except Exception as failure:  # noqa: BLE001  # it is tried again; its text may hold anything
                log.warning("upkeep failed", exception=type(failure).__name__)

    # --- what is asked ------------------------------------------------------------------------------------------

    async def _x12(self, request: Request) -> Response:
        started = time.monotonic()
        try:
            key = _bearer(request)
            _check_media_type(request, X12)
            content = await self._body(request)
            answer = await self._work(partial(self._answer, key, content))
        except Exception as error:  # noqa: BLE001  # every error is told, a bug as ours
            return _told(problem_of(error), started)
        _answered(answer.kind, started)
        return Response(answer.content, media_type=X12, headers=KEPT_NOWHERE)

    def _answer(self, key: str, content: bytes) -> RealTimeAnswer:
        return self._desk.answer(self._desk.signed_in(key), content)

    async def _enveloped(self, form: Form, request: Request) -> Response:
        started = time.monotonic()
        try:
            _check_media_type(request, form.media_type)
            content_type = request.headers["content-type"]
            body = await self._body(request)
            answer = await self._work(partial(self._core.answer, form, content_type, body))
        except Exception as error:  # noqa: BLE001  # every error is told, a bug as ours
            return _told(problem_of(error), started)
        _answered(answer.told, started)
        headers = {**KEPT_NOWHERE, "Content-Type": answer.content_type}
        return Response(answer.body, status_code=answer.status, headers=headers)

    async def _work(self, answer: Callable[[], Result]) -> Result:
        return await self.admission.work(answer, self._limits.answer_seconds)

    async def _body(self, request: Request) -> bytes:
        most, body = self._limits.body_bytes, bytearray()
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > most:
                        raise Refused(_TOO_LARGE)
        except (TimeoutError, ClientDisconnect):
            raise Refused(_TOO_SLOW) from None
        return bytes(body)

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "under_way": self.admission.under_way}, headers=KEPT_NOWHERE)

    async def _openapi(self, _request: Request) -> Response:
        return JSONResponse(document(self._limits.body_bytes))


def _check_media_type(request: Request, expected: str) -> None:
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent != expected:
        raise Refused(Problem(415, "content-type", f"Send it with the content type {expected}."))


def _bearer(request: Request) -> str:
    key = bearer_token(request)
    if not key:
        raise Refused(_NO_KEY)
    return key


def _told(problem: Problem, started: float) -> Response:
    log.info("request refused", status=problem.status, reason=problem.code, seconds=time.monotonic() - started)
    return JSONResponse(
        {"error": problem.code, "message": problem.message}, status_code=problem.status, headers=problem.headers
    )


def _answered(told: str, started: float) -> None:
    log.info("request answered", transaction_set=told, seconds=time.monotonic() - started)
