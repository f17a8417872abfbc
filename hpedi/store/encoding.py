"""Models to bytes and back, for sealed columns: JSON by msgspec, typed by the model itself."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import msgspec

Model = TypeVar("Model")

_ENCODER = msgspec.json.Encoder(decimal_format="string")


def encode(model: object) -> bytes:
    """Encode a frozen dataclass; the same model gives the same bytes."""
    return _ENCODER.encode(model)


@cache
def _decoder(kind: type[Model]) -> msgspec.json.Decoder[Model]:
    return msgspec.json.Decoder(kind)


def decode(kind: type[Model], plain: bytes) -> Model:
    """Decode what `encode` made of a model of this kind."""
    return _decoder(kind).decode(plain)
