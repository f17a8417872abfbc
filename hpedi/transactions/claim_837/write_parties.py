"""From the model of a party to its segments: NM1, N3, N4, PRV, REF, DMG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from hpedi.claims.parties import Address, Name, PayToPlan, Provider
from hpedi.service_dates import write_d8
from hpedi.x12.segment import SegmentValues


def write_name(
    entity: str,
    name: Name | None,
    *,
    is_person: bool,
    qualifier: str = "",
    id: str = "",  # noqa: A002  the field's word
) -> SegmentValues:
    """Write an NM1; without an id its qualifier is left out too."""
    kind = "1" if is_person else "2"
    parts = ("", "", "", "", "") if name is None else (name.last, name.first, name.middle, "", name.suffix)
    return ("NM1", entity, kind, *parts, qualifier if id else "", id)


def write_organisation(entity: str, name: str, *, qualifier: str, id: str) -> SegmentValues:  # noqa: A002  as above
    """Write the NM1 of an organisation."""
    return write_name(entity, Name(last=name), is_person=False, qualifier=qualifier, id=id)


def write_provider(entity: str, provider: Provider, *, taxonomy: str = "") -> Iterator[SegmentValues]:
    """Write the loop of a provider: NM1, PRV (where `taxonomy` is its PRV01), N3, N4, REF."""
    yield write_name(entity, provider.name, is_person=provider.is_person, qualifier="XX", id=provider.npi)
    if taxonomy:
        yield from write_taxonomy(taxonomy, provider)
    yield from write_address(provider.address)
    yield from write_references(provider.secondary_ids)


def write_pay_to_plan(plan: PayToPlan | None) -> Iterator[SegmentValues]:
    """Write the 2010AC of a plan that is to be paid, if there is one."""
    if plan is not None:
        yield write_organisation("PE", plan.name, qualifier="PI", id=plan.id)
        yield from write_address(plan.address)
        yield from write_references(plan.secondary_ids)
        yield from write_references([("EI", plan.tax_id)] if plan.tax_id else ())


def write_taxonomy(role: str, provider: Provider) -> Iterator[SegmentValues]:
    """Write a PRV, if the provider's taxonomy is known."""
    if provider.taxonomy:
        yield ("PRV", role, "PXC", provider.taxonomy)


def write_address(address: Address | None) -> Iterator[SegmentValues]:
    """Write N3 and N4, if there is an address."""
    if address is not None:
        yield ("N3", *address.lines)
        yield ("N4", address.city, address.state, address.postal_code, address.country)


def write_references(references: Sequence[tuple[str, str]]) -> Iterator[SegmentValues]:
    """Write a REF for each qualifier and value."""
    for qualifier, value in references:
        yield ("REF", qualifier, value)


def write_demographics(birth: date | None, sex: str) -> Iterator[SegmentValues]:
    """Write a DMG, if the birth date is known."""
    if birth is not None:
        yield ("DMG", "D8", write_d8(birth), sex)
