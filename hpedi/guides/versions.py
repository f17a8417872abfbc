"""Versions of guides that are known and not adopted under HIPAA: which is adopted in their place, and why they are not.

Which versions are known is data; whether one is taken is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVersion:
    """A version that is known and not adopted.

    Attributes:
        id: GS08.
        adopted: GS08 of the version adopted in its place.
        standing: Why it is not taken, the end of a sentence about it.
    """

    id: str
    adopted: str
    standing: str
