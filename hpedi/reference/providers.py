"""Billing providers."""

from __future__ import annotations

from hpedi.reference.dated import Entry
from hpedi.reference.payer import PostalAddress
from hpedi.reference.values import Name, Npi, TaxId


class Rendering(Entry, frozen=True, kw_only=True):
    """A person who renders services for a provider."""

    npi: Npi
    last: Name
    first: str = ""


class BillingProvider(Entry, frozen=True, kw_only=True):
    """Who bills and is paid. `ach_name` is the name on ACH entries where the full one is too long."""

    id: Name
    name: Name
    npi: Npi
    tax_id: TaxId
    kind: str = "group"
    address: PostalAddress | None = None
    ach_name: str = ""
    designated_online: bool = False
    rendering: tuple[Rendering, ...] = ()
