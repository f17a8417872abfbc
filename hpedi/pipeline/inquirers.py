"""Who asks about members and claims, and for which providers: grants, or what a trading partner's profile says.

An organisation that is registered asks for the providers that granted it the area (eligibility, status). A trading
partner that nobody registered asks for the providers whose remittances its profile says that it receives. Anybody of
the payer asks for all, as far as roles permit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, TypeAlias

from hpedi.access.decision import Asker
from hpedi.access.grants import ProviderId
from hpedi.access.reach import Scope
from hpedi.access.rules import SENDER, AccessRules
from hpedi.pipeline.inquiring import INQUIRE
from hpedi.pipeline.ports import Work
from hpedi.reference.partners import Partner
from hpedi.reference.providers import BillingProvider
from hpedi.reference.reference import Reference
from hpedi.run_context import Principal

_BY_NPI: Final = frozenset({"XX", "HPI"})
_BY_TAX_ID: Final = frozenset({"FI", "TJ", "EI"})
_BY_OUR_ID: Final = frozenset({"SV", "PI"})
"""Qualifiers of NM108 and REF01 by what they say an identifier is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquirer:
    """Somebody who asks.

    Attributes:
        recipient: Who outside gets to know the answer, for the audit log; empty for the payer's own people.
        asker: With what roles and grants; None for a trading partner that nobody registered.
        providers: Our ids of the providers that such a partner asks for.
        usage: ISA15: a grant for production says nothing about tests.
    """

    recipient: str
    asker: Asker | None
    providers: frozenset[str] = frozenset()
    usage: str = "P"

    def may_see(self, thing: str, provider: BillingProvider) -> bool:
        """Say whether what is a provider's may be asked about; `thing` is a kind of thing of the roles."""
        if self.asker is None:
            return provider.id in self.providers
        own = ProviderId(provider.tax_id, provider.npi)
        return self.asker.may(INQUIRE, Scope(thing=thing, provider=own, usage=self.usage))


def inquiring_partner(work: Work, partner: Partner | None, rules: AccessRules, day: date, usage: str) -> Inquirer:
    """Return who asks in an interchange of a trading partner; a sender that we do not know asks for nobody."""
    if partner is None:
        return Inquirer(recipient="", asker=None, usage=usage)
    recipient = f"partner:{partner.id}"
    house = work.grants.house_of_partner(partner.id)
    if house is None:
        return Inquirer(recipient=recipient, asker=None, providers=frozenset(partner.remittances_for), usage=usage)
    organisation, _kind = house
    sender = Principal(recipient, "partner", partner.name, frozenset({SENDER}), organisation)
    asker = Asker(principal=sender, grants=work.grants.of_organisation(organisation), day=day, rules=rules)
    return Inquirer(recipient=sender.on_behalf_of, asker=asker, usage=usage)


def providers_named(reference: Reference, ids: Iterable[tuple[str, str]]) -> Iterator[BillingProvider]:
    """Yield the billing providers that identifiers name.

    By NPI (their own, or of a person who renders for them), by Tax ID, or by our id.

    Args:
        reference: The payer's reference data.
        ids: Qualifier (NM108, REF01) and identifier; of other kinds than these none is known.
    """
    npis, tax_ids = _providers(reference)
    for qualifier, value in ids:
        if qualifier in _BY_NPI:
            yield from npis.get(value, ())
        elif qualifier in _BY_TAX_ID:
            yield from tax_ids.get(value.replace("-", ""), ())
        elif qualifier in _BY_OUR_ID and value in reference.providers:
            yield reference.providers[value]


def named_by_anything(reference: Reference, text: str) -> BillingProvider | None:
    """Return the billing provider that somebody names by our id, an NPI or a Tax ID."""
    kinds = (next(iter(each)) for each in (_BY_OUR_ID, _BY_NPI, _BY_TAX_ID))
    return next(providers_named(reference, [(kind, text) for kind in kinds]), None)


_Index: TypeAlias = Mapping[str, tuple[BillingProvider, ...]]


@lru_cache(maxsize=8)
def _providers(reference: Reference) -> tuple[_Index, _Index]:
    """Return the billing providers by NPI, their own first, and by Tax ID."""
    npis: dict[str, tuple[BillingProvider, ...]] = {}
    tax_ids: dict[str, tuple[BillingProvider, ...]] = {}
    for provider in reference.providers.values():
        npis[provider.npi] = (provider, *npis.get(provider.npi, ()))
        tax_ids[provider.tax_id] = (*tax_ids.get(provider.tax_id, ()), provider)
        for person in provider.rendering:
            npis[person.npi] = (*npis.get(person.npi, ()), provider)
    return npis, tax_ids


def is_identified(ids: Iterable[tuple[str, str]]) -> bool:
    """Say whether there is an identifier of a kind that providers are found by."""
    return any(qualifier in _BY_NPI | _BY_TAX_ID | _BY_OUR_ID and value for qualifier, value in ids)
