"""Claims of the sample payer's members by its providers, as models; for the inbound files, tests and benchmarks.

It reads samples/payer, so that names, identifiers and addresses stand in one place.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace

from hpedi.claims.claim import Claim, Dental, DentalService, Diagnosis, Institutional, ServiceLine, Tooth
from hpedi.claims.parties import Address, Name, Patient, Payer, Provider, Subscriber
from hpedi.money import usd
from hpedi.service_dates import DateSpan

PAYER_FOLDER = Path(__file__).resolve().parent / "payer"
PAYER = Payer(name="HPEDI SAMPLE HEALTH PLAN", id="94267")
OTHER_PAYER = Payer(name="SOME OTHER PLAN", id="00621")
HOME = Address(lines=("12 BIRCH LN",), city="MANKATO", state="MN", postal_code="560010012")


@dataclass(frozen=True, slots=True)
class Service:
    """A service as a provider bills it: code, day, charge in US dollars, units, modifiers."""

    code: str
    day: date
    charged: str
    units: int = 1
    modifiers: tuple[str, ...] = ()


@cache
def members() -> dict[str, dict[str, str]]:
    """Return the rows of members.csv by id."""
    with (PAYER_FOLDER / "members.csv").open(newline="") as rows:
        return {row["id"]: row for row in csv.DictReader(rows)}


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    files = ("providers.yaml", "hospital.yaml")
    return tuple(entry for name in files for entry in yaml.safe_load((PAYER_FOLDER / name).read_text())["providers"])


@cache
def providers() -> dict[str, Provider]:
    """Return the billing providers by id."""
    return {entry["id"]: _billing(entry) for entry in _entries()}


@cache
def rendering_of() -> dict[str, Provider]:
    """Return the first rendering person of each provider that has one."""
    return {entry["id"]: _rendering(entry["rendering"][0]) for entry in _entries() if entry.get("rendering")}


def claim_of(
    patient_control_number: str,
    provider: str | Provider,
    member: str | Subscriber,
    services: tuple[Service, ...],
    *,
    diagnoses: tuple[str, ...],
    submitter_id: str,
    place_of_service: str = "11",
    payer: Payer = PAYER,
) -> Claim:
    """Return a claim.

    Args:
        patient_control_number: CLM01.
        provider: A provider id of the sample payer, or a billing provider that it does not know.
        member: A member id of the sample payer, or a subscriber that it does not know.
        services: Its lines; all point to the first diagnosis.
        diagnoses: ICD-10-CM codes without point, the principal one first.
        submitter_id: 1000A NM109.
        place_of_service: CLM05-1.
        payer: 2010BB.
    """
    subscriber, patient = _who(member) if isinstance(member, str) else (member, None)
    return Claim(
        patient_control_number=patient_control_number,
        charged=sum((usd(service.charged) for service in services), usd(0)),
        place_of_service=place_of_service,
        submitter_id=submitter_id,
        billing=providers()[provider] if isinstance(provider, str) else provider,
        rendering=rendering_of().get(provider) if isinstance(provider, str) else None,
        subscriber=subscriber,
        payer=payer,
        patient=patient,
        diagnoses=tuple(Diagnosis(qualifier="ABF" if i else "ABK", code=code) for i, code in enumerate(diagnoses)),
        lines=tuple(_line(number, service) for number, service in enumerate(services, start=1)),
    )


ATTENDING = Provider(is_person=True, name=Name(last="STEEN", first="ASTRID"), npi="1000002562")
DENTIST = "1223G0001X"


def institutional_claim_of(
    claim: Claim, told: Institutional, revenue_codes: tuple[str, ...], *, admitted: date | None = None
) -> Claim:
    """Return a claim as a hospital bills it.

    Args:
        claim: The claim as `claim_of` returns it.
        told: What only an institutional claim says.
        revenue_codes: Of its lines; rooms (01xx) are counted in days.
        admitted: The day of admission: the lines are then over all days of the statement.
    """
    lines = tuple(
        replace(
            line,
            revenue_code=code,
            unit="DA" if code.startswith("01") else "UN",
            dates=line.dates if admitted is None else told.statement_dates,
            diagnosis_pointers=(),
        )
        for line, code in zip(claim.lines, revenue_codes, strict=True)
    )
    present = "" if admitted is None else "Y"
    diagnoses = tuple(replace(each, present_on_admission=present) for each in claim.diagnoses)
    made = replace(claim, place_of_service="", institutional=told, lines=lines, diagnoses=diagnoses)
    return replace(made, admission_date=admitted)


def dental_claim_of(claim: Claim, teeth: tuple[Tooth, ...]) -> Claim:
    """Return a claim as a dentist bills it: each line with its tooth."""
    lines = tuple(
        replace(line, code_qualifier="AD", dental=DentalService(teeth=(tooth,)))
        for line, tooth in zip(claim.lines, teeth, strict=True)
    )
    rendering = None if claim.rendering is None else replace(claim.rendering, taxonomy=DENTIST)
    return replace(claim, dental=Dental(), rendering=rendering, lines=lines)


def stranger(last: str, first: str, member_id: str, born: date, sex: str) -> Subscriber:
    """Return a subscriber whom the sample payer does not know."""
    return Subscriber(
        payer_responsibility="P",
        name=Name(last=last, first=first),
        member_id=member_id,
        claim_filing="CI",
        birth_date=born,
        sex=sex,
        address=HOME,
    )


def unknown_provider(name: str, npi: str, tax_id: str) -> Provider:
    """Return a billing provider whom the sample payer does not know."""
    return Provider(is_person=False, name=Name(last=name), npi=npi, tax_id=tax_id, tax_id_qualifier="EI", address=HOME)


def _line(number: int, service: Service) -> ServiceLine:
    return ServiceLine(
        number=number,
        code=service.code,
        modifiers=service.modifiers,
        charged=usd(service.charged),
        units=Decimal(service.units),
        diagnosis_pointers=(1,),
        dates=DateSpan(service.day, service.day),
    )


def _who(member: str) -> tuple[Subscriber, Patient | None]:
    row = members()[member]
    holder = members()[row["subscriber"]]
    is_subscriber = row is holder
    subscriber = Subscriber(
        payer_responsibility="P",
        name=Name(last=holder["last"], first=holder["first"]),
        member_id=row["member_id"],
        claim_filing="CI",
        birth_date=date.fromisoformat(holder["birth_date"]) if is_subscriber else None,
        sex=holder["sex"] if is_subscriber else "",
        address=HOME if is_subscriber else None,
    )
    if is_subscriber:
        return subscriber, None
    return subscriber, Patient(
        relationship=row["relationship"],
        name=Name(last=row["last"], first=row["first"]),
        birth_date=date.fromisoformat(row["birth_date"]),
        sex=row["sex"],
        address=HOME,
    )


def _billing(entry: dict[str, str]) -> Provider:
    return Provider(
        is_person=False,
        name=Name(last=entry["name"]),
        npi=entry["npi"],
        tax_id=entry["tax_id"],
        tax_id_qualifier="EI",
        address=_address(entry["address"]),
    )


def _rendering(entry: dict[str, str]) -> Provider:
    return Provider(is_person=True, name=Name(last=entry["last"], first=entry["first"]), npi=entry["npi"])


def _address(entry: object) -> Address:
    if not isinstance(entry, dict):
        raise TypeError("an address is a mapping")
    return Address(
        lines=tuple(entry["lines"]), city=entry["city"], state=entry["state"], postal_code=entry["postal_code"]
    )
