"""Figures and health over HTTP, for machines that watch over hpedi: a small service of its own.

GET /metrics   Prometheus' text format, under a token where one is asked for
GET /health    200 and `ok`, or 503 and what is the matter: for whoever decides where work goes
GET /live      200 as long as the process answers: for whoever restarts it

Nothing of it names a member, a file or a person.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hpedi.web.headers import KEPT_NOWHERE, bearer_token
from hpedi.web.operations_health import Check

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
LOOKED_AT_SECONDS: Final = 2.0
"""For how long one look at the health is told to everybody."""


class Operations:
    """The routes."""

    def __init__(
        self, exposition: Callable[[], bytes], looked_at: Callable[[], Sequence[Check]], token: str = ""
    ) -> None:
        """Tell figures and health; both functions may block.

        Args:
            exposition: Returns the figures.
            looked_at: Looks at the health.
            token: What a request for figures must carry; empty for nothing.
        """
        self._exposition = exposition
        self._looked_at = looked_at
        self._token = token
        self._lock = threading.Lock()
        self._checks: Sequence[Check] = ()
        self._checked_at = -LOOKED_AT_SECONDS

    def app(self) -> Starlette:
        """Return the ASGI application."""
        told = {"/metrics": self._metrics, "/health": self._health, "/live": self._live}
        return Starlette(routes=[Route(path, answer, methods=["GET"]) for path, answer in told.items()])

    # Plain functions are called in one of a few threads; what says that the process answers must not wait for one.

    def _metrics(self, request: Request) -> Response:
        if self._token and not hmac.compare_digest(bearer_token(request).encode(), self._token.encode()):
            return Response("send the token as a bearer token\n", 401, {**KEPT_NOWHERE, "WWW-Authenticate": "Bearer"})
        return Response(self._exposition(), headers=KEPT_NOWHERE, media_type=MEDIA_TYPE)

    def _health(self, _request: Request) -> Response:
        with self._lock:
            if time.monotonic() - self._checked_at >= LOOKED_AT_SECONDS:
                self._checks = self._looked_at()
                self._checked_at = time.monotonic()
            checks = self._checks
        is_well = all(each.is_well for each in checks)
        told = {each.name: {"ok": each.is_well, "says": each.said} for each in checks}
        body = {"status": "ok" if is_well else "failing", "checks": told}
        return JSONResponse(body, 200 if is_well else 503, headers=KEPT_NOWHERE)

    async def _live(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=KEPT_NOWHERE)
