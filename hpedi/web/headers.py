"""Headers that the services share: the token that a request carries, and what keeps an answer out of caches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

KEPT_NOWHERE: Final[Mapping[str, str]] = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_BEARER: Final = "bearer "


def bearer_token(request: Request) -> str:
    """Return the token of `Authorization: Bearer TOKEN`; empty where there is none."""
    said = request.headers.get("authorization", "")
    return said[len(_BEARER) :].strip() if said[: len(_BEARER)].lower() == _BEARER else ""
