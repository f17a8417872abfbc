"""Models to bytes and back, for sealed columns: JSON by msgspec, typed by the model itself.

What says the same again and again (decisions and their trails) is deflated: a quarter of the bytes to seal, insert and
commit, for less than they cost. JSON never begins as what is deflated does, so each row says how it opens.
"""

from __future__ import annotations

import zlib
from typing import Any, Final, TypeVar

import msgspec

Model = TypeVar("Model")

_FASTEST: Final = 1
_DEFLATED: Final = b"\x78"
"""What zlib puts first."""

_ENCODER = msgspec.json.Encoder(decimal_format="string")


def encode(model: object) -> bytes:
    """Encode a frozen dataclass; the same model gives the same bytes."""
    return _ENCODER.encode(model)


def encode_deflated(model: object) -> bytes:
    """Encode and deflate a model that is long and says the same as others; `decode` opens either."""
    return zlib.compress(_ENCODER.encode(model), _FASTEST)


_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


def decode(kind: type[Model], plain: bytes) -> Model:
    """Decode what `encode` or `encode_deflated` made of a model of this kind."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    decoded: Model = decoder.decode(zlib.decompress(plain) if plain[:1] == _DEFLATED else plain)
    return decoded
