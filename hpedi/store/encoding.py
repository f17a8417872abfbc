"""Models to bytes and back, for sealed columns: JSON by msgspec, typed by the model itself."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

Model = TypeVar("Model")

_ENCODER = msgspec.json.Encoder(decimal_format="string")


def encode(model: object) -> bytes:
    """Encode a frozen dataclass; the same model gives the same bytes."""
    return _ENCODER.encode(model)


_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


def decode(kind: type[Model], plain: bytes) -> Model:
    """Decode what `encode` made of a model of this kind."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    decoded: Model = decoder.decode(plain)
    return decoded
