"""Billing providers."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.payer import PostalAddress
from hpedi.reference.values import Name, Npi, TaxId

ZIP_DIGITS: Final = 5
RemittanceBy: TypeAlias = Literal["payee", "submitter", "contract"]


class Credentialed(Dated, frozen=True, kw_only=True):
    """Days on which somebody is credentialed."""


class Location(Dated, frozen=True, kw_only=True):
    """Days on which a provider serves at a place, by its ZIP code."""

    postal_code: Name

    def is_at(self, postal_code: str) -> bool:
        """Say whether an address with a ZIP code is there, by the digits that both have of the first five."""
        return self.postal_code[:ZIP_DIGITS] == postal_code[:ZIP_DIGITS]


class Rendering(Entry, frozen=True, kw_only=True):
    """A person who renders services for a provider."""

    npi: Npi
    last: Name
    first: str = ""
    credentialed: tuple[Credentialed, ...] = ()


class BillingProvider(Entry, frozen=True, kw_only=True):
    """Who bills and is paid. `ach_name` is the name on ACH entries where the full one is too long.

    Attributes:
        credentialed: Where there are any, services on other days are not paid; `locations` likewise.
        remittance_by: Whether its claims stand in one remittance a payment run, or in one a submitter or contract.
    """

    id: Name
    name: Name
    npi: Npi
    tax_id: TaxId
    kind: str = "group"
    address: PostalAddress | None = None
    ach_name: str = ""
    designated_online: bool = False
    rendering: tuple[Rendering, ...] = ()
    credentialed: tuple[Credentialed, ...] = ()
    locations: tuple[Location, ...] = ()
    remittance_by: RemittanceBy = "payee"

    @property
    def has_spans(self) -> bool:
        """Whether anything is known of the days on which it is eligible."""
        return bool(self.credentialed or self.locations) or any(each.credentialed for each in self.rendering)
