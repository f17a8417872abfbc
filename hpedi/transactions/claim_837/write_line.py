"""From one service line to the segments of its 2400 and the loops below it, in the order of its guide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hpedi.claims.claim import DentalService, LineProviders, ProfessionalService, ServiceLine
from hpedi.money import on_the_wire
from hpedi.service_dates import write_span
from hpedi.transactions.claim_837.build_details import LINE_ROLES
from hpedi.transactions.claim_837.claim_types import DENTAL, INSTITUTIONAL, PROFESSIONAL
from hpedi.transactions.claim_837.write_coordination import procedure_of, write_decision
from hpedi.transactions.claim_837.write_details import (
    optional,
    write_amount,
    write_attachments,
    write_certifications,
    write_certified_equipment,
    write_contract,
    write_day,
    write_equipment,
    write_event_dates,
    write_file_information,
    write_forms,
    write_notes,
    write_reference,
    write_repricing,
    write_transport,
    write_transport_places,
)
from hpedi.transactions.claim_837.write_parties import write_provider, write_references
from hpedi.x12.segment import SegmentValues

_RENDERING = "82"
_NO_PROVIDERS, _NOTHING_SAID = LineProviders(), ProfessionalService()
_ROLES: Final = {
    PROFESSIONAL: (_RENDERING, "QB", "77", "DQ", "DK", "DN", "P3"),
    INSTITUTIONAL: ("72", "ZZ", _RENDERING, "DN"),
    DENTAL: (_RENDERING, "DD", "DQ", "77"),
}
"""NM101 of the providers of a line in the order of 2420A to 2420H, by type of claim."""
_SPECIALTIES: Final = {PROFESSIONAL: {_RENDERING: "PE"}, INSTITUTIONAL: {}, DENTAL: {_RENDERING: "PE", "DD": "AS"}}
"""PRV01 of those that have a PRV."""


def write_line(line: ServiceLine, claim_type: str, *, is_done: bool = True) -> Iterator[SegmentValues]:
    """Write 2400 to 2440; a service that was not done yet has no date."""
    said = line.professional or _NOTHING_SAID
    yield ("LX", str(line.number))
    yield from _service(line, claim_type)
    yield from write_attachments(line.attachments)
    yield from write_transport(said.ambulance)
    yield from write_certified_equipment(said.equipment)
    yield from write_certifications(said.certifications)
    yield from _dates(line, is_done=is_done)
    for qualifier, quantity in said.quantities:
        yield ("QTY", qualifier, on_the_wire(quantity))
    for each in said.measurements:
        yield ("MEA", each.reference, each.qualifier, on_the_wire(each.value))
    yield from write_contract(line.contract)
    yield from write_reference("G1", line.prior_authorization)
    yield from write_reference("6R", line.control_number)
    yield from write_references(line.references)
    for qualifier, amount in line.amounts:
        yield from write_amount(qualifier, amount)
    yield from write_file_information(line.file_information)
    yield from write_notes(line.notes)
    if said.purchased is not None:
        yield ("PS1", said.purchased.provider, on_the_wire(said.purchased.charged))
    yield from write_repricing(line.repricing)
    yield from _loops(line, claim_type, said)


def _loops(line: ServiceLine, claim_type: str, said: ProfessionalService) -> Iterator[SegmentValues]:
    """2410 to 2440."""
    if line.drug is not None:
        yield ("LIN", "", "N4", line.drug.ndc)
        yield ("CTP", "", "", "", on_the_wire(line.drug.quantity), (line.drug.unit,))
        yield from write_reference("XZ", line.drug.prescription)
        yield from write_reference("VY", line.drug.compound)
    providers = line.providers or _NO_PROVIDERS
    for role in _ROLES[claim_type]:
        provider = line.rendering if role == _RENDERING else getattr(providers, LINE_ROLES[role])
        if provider is not None:
            yield from write_provider(role, provider, taxonomy=_SPECIALTIES[claim_type].get(role, ""))
    yield from write_transport_places(said.ambulance)
    for decision in line.adjudications:
        yield from write_decision(decision, line)
    yield from write_forms(said.forms)


def _service(line: ServiceLine, claim_type: str) -> Iterator[SegmentValues]:
    """SV1 and SV5, SV2, or SV3 and TOO."""
    charged, units = on_the_wire(line.charged), on_the_wire(line.units)
    pointers = tuple(str(pointer) for pointer in line.diagnosis_pointers)
    if claim_type == INSTITUTIONAL:
        yield ("SV2", line.revenue_code, procedure_of(line), charged, line.unit, units, "", optional(line.non_covered))
        return
    if claim_type == DENTAL:
        dental = line.dental or DentalService()
        areas = tuple(dental.oral_cavity)
        service = (line.place_of_service, areas, dental.prosthesis, units, "", "", "", "", pointers)
        yield ("SV3", procedure_of(line), charged, *service)
        for tooth in dental.teeth:
            yield ("TOO", "JP", tooth.code, tuple(tooth.surfaces))
        return
    said = line.professional or _NOTHING_SAID
    flags = ["Y" if flag else "" for flag in (line.emergency, False, said.screening, said.family_planning)]
    place = (line.unit, units, line.place_of_service, "", pointers, "")
    yield ("SV1", procedure_of(line), charged, *place, *flags, "", "", "0" if said.copay_exempt else "")
    yield from write_equipment(said.equipment)


def _dates(line: ServiceLine, *, is_done: bool) -> Iterator[SegmentValues]:
    if is_done:
        yield ("DTP", "472", *write_span(line.dates))
    if line.dental is not None:
        placed = "139" if line.dental.prior_placement_is_estimated else "441"
        yield from write_day(placed, line.dental.prior_placement)
    yield from write_event_dates(line.event_dates)
