"""The payer's companion guide as data: under which identities files and claims are ours (mappings/companion)."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from hpedi.partners.trading_partner import IsaId


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionGuide:
    """What a sender must know of this payer.

    Attributes:
        payer_id: The id we answer under.
        name: The name we answer under.
        payer_ids: 2010BB NM109 of claims that are ours.
        interchange_ids: ISA07 and ISA08 of interchanges that are ours.
    """

    payer_id: str
    name: str
    payer_ids: frozenset[str]
    interchange_ids: frozenset[IsaId]


class _Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    qualifier: str
    id: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    payer_id: str
    name: str
    payer_ids: list[str]
    interchange_ids: list[_Identity]


def read_companion(text: bytes) -> CompanionGuide:
    """Read a payer.yaml.

    Raises:
        msgspec.ValidationError: The file is not of its form: a mistake in what we ship.
    """
    read = msgspec.yaml.decode(text, type=_File)
    return CompanionGuide(
        payer_id=read.payer_id,
        name=read.name,
        payer_ids=frozenset(read.payer_ids),
        interchange_ids=frozenset((each.qualifier, each.id) for each in read.interchange_ids),
    )
