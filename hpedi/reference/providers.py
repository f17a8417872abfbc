"""Billing providers, and the trading partners that send their claims."""

from __future__ import annotations

from hpedi.reference.dated import Entry
from hpedi.reference.payer import PostalAddress
from hpedi.reference.values import FolderName, Name, Npi, TaxId


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


class IsaIdentity(Entry, frozen=True, kw_only=True):
    """An interchange identity: ISA05 and ISA06."""

    qualifier: Name
    id: Name


class Partner(Entry, frozen=True, kw_only=True):
    """A trading partner: the identities it may send under, and the folder its answers go to.

    Attributes:
        gs_ids: Application senders (GS02) it may use; empty allows any.
        submitter_ids: Submitters (1000A NM109) it may send; empty allows any.
        usages: What it may send in ISA15: P, T.
        allowed_versions: Versions of guides (GS08) that are not adopted and that it may send all the same; a set of one
            is judged by the adopted guide.
        folder: Its delivery folder; its id if empty.
        remittances_for: Providers whose 835s it receives; a provider's own folder gets those that no partner receives.
    """

    id: Name
    name: Name
    isa_ids: tuple[IsaIdentity, ...]
    gs_ids: tuple[str, ...] = ()
    submitter_ids: tuple[str, ...] = ()
    usages: tuple[str, ...] = ("P", "T")
    allowed_versions: tuple[str, ...] = ()
    folder: FolderName = ""
    remittances_for: tuple[Name, ...] = ()
