"""Organisations whose people and machines act for providers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is: it decides whether its claim files are held against its grants."""

    PROVIDER = "provider"
    THIRD_PARTY = "third party"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A provider's house, a billing service or a clearinghouse.

    Attributes:
        id: Our short name of it.
        name: For people to read.
        kind: What it is.
        partner: The trading partner (reference data) under whose identities it sends; empty where it sends no files.
    """

    id: str
    name: str
    kind: OrganisationKind
    partner: str = ""
