"""Hypothesis strategies for institutional and dental claims that their guides accept."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.claims.claim import (
    Claim,
    Dental,
    DentalService,
    Diagnosis,
    Drug,
    Institutional,
    LineProviders,
    OccurrenceCode,
    ProcedureCode,
    ServiceLine,
    Tooth,
    ToothStatus,
    ValueCode,
)
from hpedi.claims.parties import Payer
from hpedi.service_dates import DateSpan
from tests.transactions.claim_837.made_claims import (
    HEADER,
    attachments,
    billing_providers,
    decisions,
    facilities,
    line_facilities,
    modifiers,
    numbered,
    other_payers,
    patients,
    person_providers,
    references,
    subscribers,
)
from tests.transactions.claim_837.made_details import (
    contracts,
    events,
    file_information,
    informations,
    one_day,
    pairs,
    plans_to_pay,
    repricings,
    screenings,
)
from tests.transactions.claim_837.made_parts import (
    addresses,
    amounts,
    codes,
    days,
    maybe_amounts,
    maybe_days,
    maybe_words,
    quantities,
    spans,
    words,
)

tidy_subscribers = st.builds(replace, subscribers, condition=st.none())
tidy_patients = st.builds(replace, patients, condition=st.none())
present = st.sampled_from(["", "Y", "N", "U", "W"])
hours = st.sampled_from(["", "0000", "0815", "2359"])


def diagnosis(qualifier: str) -> st.SearchStrategy[Diagnosis]:
    """Return diagnoses of a kind; those are present on admission whose kind can be."""
    can_be_present = present if qualifier in ("ABK", "ABF", "ABN") else st.just("")
    return st.builds(Diagnosis, qualifier=st.just(qualifier), code=codes, present_on_admission=can_be_present)


def listed(of: st.SearchStrategy[str], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    """Return up to so many codes."""
    return st.lists(of, max_size=most).map(tuple)


def occurrences(dates: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[OccurrenceCode, ...]]:
    """Return occurrences on these dates."""
    return st.lists(st.builds(OccurrenceCode, code=st.sampled_from(["11", "42", "A1"]), dates=dates), max_size=14).map(
        tuple
    )


procedures = st.tuples(
    st.builds(ProcedureCode, qualifier=st.just("BBR"), code=st.just("0SRC0J9"), date=days),
    st.lists(st.builds(ProcedureCode, qualifier=st.just("BBQ"), code=st.just("0DTJ4ZZ"), date=days), max_size=13),
).map(lambda pair: (pair[0], *pair[1]))
institutional_parts = st.builds(
    Institutional,
    facility_code=st.sampled_from(["11", "13", "21"]),
    statement_dates=spans,
    admission_hour=st.just(""),
    admission_type=st.sampled_from(["1", "3"]),
    admission_source=st.sampled_from(["1", "4"]),
    patient_status=st.sampled_from(["01", "30"]),
    discharge_hour=hours,
    drg=st.sampled_from(["", "193"]),
    procedures=st.just(()) | procedures,
    occurrences=occurrences(one_day),
    occurrence_spans=occurrences(spans),
    values=st.lists(
        st.builds(ValueCode, code=st.sampled_from(["01", "80"]), amount=amounts | st.just(Decimal(4))), max_size=14
    ).map(tuple),
    conditions=listed(st.sampled_from(["02", "C5"]), 14),
    treatments=listed(st.sampled_from(["A01", "B2"]), 3),
    admitting_diagnosis=st.none() | diagnosis("ABJ"),
    visit_reasons=st.lists(diagnosis("APR"), max_size=3).map(tuple),
    external_causes=st.lists(diagnosis("ABN"), max_size=12).map(tuple),
    attending=person_providers("0B", "G2", taxonomy=True),
    operating=st.none() | person_providers("0B", "G2"),
    other_operating=st.none() | person_providers("0B", "G2"),
)
institutional_lines = st.builds(
    ServiceLine,
    number=st.just(1),
    code=st.sampled_from(["G0383", "99284"]),
    modifiers=modifiers,
    charged=amounts,
    unit=st.sampled_from(["UN", "DA"]),
    units=quantities,
    description=maybe_words,
    revenue_code=st.sampled_from(["0120", "0450"]),
    non_covered=maybe_amounts,
    dates=spans,
    control_number=maybe_words,
    rendering=st.none() | person_providers("0B", "G2"),
    providers=st.none()
    | st.builds(
        LineProviders,
        operating=person_providers("0B", "G2"),
        other_operating=st.none() | person_providers("0B", "G2"),
        referring=st.none() | person_providers("0B", "G2"),
    ),
    references=pairs("9B", "9D"),
    amounts=st.just(()) | st.tuples(st.tuples(st.just("GT"), amounts), st.tuples(st.just("N8"), amounts)),
    attachments=st.lists(attachments, max_size=2).map(tuple),
    notes=pairs("TPO"),
    repricing=repricings,
    drug=st.none()
    | st.builds(
        Drug, ndc=st.just("00074433902"), quantity=quantities, unit=st.sampled_from(["UN", "ML"]), compound=maybe_words
    ),
    adjudications=st.lists(decisions, max_size=2).map(tuple),
)
institutional_other_payers = st.builds(
    replace, other_payers, inpatient=informations(3, 4, 15, 24, must=1), insurance_type=st.just("")
)
without_procedure = st.builds(
    replace, institutional_lines, code=st.just(""), modifiers=st.just(()), description=st.just("")
)
institutional_claims = st.builds(
    Claim,
    patient_control_number=words,
    charged=amounts,
    frequency=st.sampled_from(["1", "7", "8"]),
    assignment=st.sampled_from(["A", "B", "C"]),
    benefits_assigned=st.sampled_from(["Y", "N", "W"]),
    release_of_information=st.sampled_from(["Y", "I"]),
    accident_state=st.sampled_from(["", "MN"]),
    delay_reason=st.sampled_from(["", "3"]),
    submitter_id=st.just("LAKES"),
    billing=st.builds(replace, billing_providers, tax_id_qualifier=st.just("EI"), secondary_ids=st.just(())),
    pay_to_address=st.none() | addresses,
    pay_to_plan=plans_to_pay,
    billing_ids=st.just(()) | st.just((("LU", "P1"),)),
    subscriber=st.builds(replace, tidy_subscribers, insurance_type=st.just("")),
    payer=st.builds(Payer, name=words, id=words),
    patient=st.none() | tidy_patients,
    diagnoses=st.tuples(diagnosis("ABK"), st.lists(diagnosis("ABF"), max_size=24)).map(lambda two: (two[0], *two[1])),
    admission_date=maybe_days,
    original_reference=maybe_words,
    prior_authorization=maybe_words,
    referral_number=maybe_words,
    clearinghouse_trace=maybe_words,
    medical_record_number=maybe_words,
    patient_due=maybe_amounts,
    event_dates=events("050"),
    references=pairs("9A", "9C", "LX", "P4", "G4"),
    note=maybe_words,
    notes=pairs("MED", "NTR"),
    file_information=file_information,
    certifications=st.lists(screenings, max_size=1).map(tuple),
    contract=contracts,
    repricing=repricings,
    attachments=st.lists(attachments, max_size=2).map(tuple),
    rendering=st.none() | person_providers("0B", "LU"),
    referring=st.none() | person_providers("0B", "1G"),
    service_facility=st.none() | facilities,
    other_payers=st.lists(institutional_other_payers, max_size=3).map(tuple),
    institutional=institutional_parts,
    lines=st.lists(institutional_lines | without_procedure, min_size=1, max_size=3).map(numbered),
)


def admitted(claim: Claim, hour: str) -> Claim:
    """Tell the hour of an admission, where there was one."""
    if claim.admission_date is None or claim.institutional is None:
        return claim
    return replace(claim, institutional=replace(claim.institutional, admission_hour=hour))


institutional_claims = st.builds(admitted, institutional_claims, hours)

dental_parts = st.builds(
    Dental,
    orthodontic_months=st.none() | st.integers(1, 36),
    orthodontic_months_left=st.none() | st.integers(0, 36),
    orthodontic=st.booleans(),
    predetermination=st.booleans(),
    appliance_placed=maybe_days,
    tooth_statuses=st.lists(
        st.builds(ToothStatus, tooth=st.sampled_from(["1", "32", "A"]), status=st.sampled_from(["E", "M"])), max_size=3
    ).map(tuple),
    assistant_surgeon=st.none() | person_providers("0B", "LU", taxonomy=True).filter(lambda made: made.taxonomy != ""),
)
dental_services = st.builds(
    DentalService,
    oral_cavity=st.sampled_from([(), ("10",), ("01", "20")]),
    prosthesis=st.sampled_from(["", "I", "R"]),
    prior_placement=st.none(),
    teeth=st.lists(
        st.builds(Tooth, code=st.sampled_from(["3", "T"]), surfaces=st.sampled_from([(), ("M",), ("M", "O", "D")])),
        max_size=3,
    ).map(tuple),
) | st.builds(DentalService, prior_placement=days, prior_placement_is_estimated=st.booleans())
dentists = person_providers("0B", "G2", taxonomy=True).filter(lambda made: made.taxonomy != "")
dental_other_payers = st.builds(replace, other_payers, outpatient=informations(1, 2, 9))
dental_decisions = st.builds(replace, decisions, code=st.just(""))
dental_lines = st.builds(
    ServiceLine,
    number=st.just(1),
    code=st.sampled_from(["D0120", "D2740"]),
    code_qualifier=st.just("AD"),
    modifiers=modifiers,
    charged=amounts,
    units=quantities,
    description=maybe_words,
    place_of_service=st.sampled_from(["", "11", "22"]),
    diagnosis_pointers=st.lists(st.integers(1, 4), max_size=4).map(tuple),
    dates=one_day,
    control_number=maybe_words,
    prior_authorization=maybe_words,
    rendering=st.none() | dentists,
    dental=dental_services,
    providers=st.none()
    | st.builds(
        LineProviders,
        assistant_surgeon=st.none() | dentists,
        supervising=person_providers("0B", "G2"),
        service_facility=st.none() | line_facilities,
    ),
    event_dates=events("452", "446", "196", "198"),
    references=pairs("9A", "9C", "9F", "G3"),
    amounts=st.just(()) | st.tuples(st.tuples(st.just("T"), amounts)),
    file_information=file_information,
    contract=contracts,
    adjudications=st.lists(dental_decisions, max_size=2).map(tuple),
)
dental_claims = st.builds(
    Claim,
    patient_control_number=words,
    charged=amounts,
    place_of_service=st.sampled_from(["11", "22"]),
    frequency=st.sampled_from(["1", "7", "8"]),
    signature_on_file=st.booleans(),
    assignment=st.sampled_from(["A", "C"]),
    benefits_assigned=st.sampled_from(["Y", "N", "W"]),
    release_of_information=st.sampled_from(["Y", "I"]),
    special_program=st.sampled_from(["", "02"]),
    delay_reason=st.sampled_from(["", "3"]),
    submitter_id=st.just("LAKES"),
    billing=billing_providers,
    pay_to_address=st.none() | addresses,
    pay_to_plan=plans_to_pay,
    billing_ids=st.just(()) | st.just((("G2", "P1"),)),
    subscriber=tidy_subscribers,
    payer=st.builds(Payer, name=words, id=words),
    patient=st.none() | tidy_patients,
    diagnoses=st.lists(codes, max_size=4).map(
        lambda some: tuple(Diagnosis(qualifier="ABF" if at else "ABK", code=code) for at, code in enumerate(some))
    ),
    accident_date=maybe_days,
    original_reference=maybe_words,
    prior_authorization=maybe_words,
    referral_number=maybe_words,
    clearinghouse_trace=maybe_words,
    patient_paid=maybe_amounts,
    event_dates=events("050"),
    references=pairs("G3", "9A", "9C"),
    note=maybe_words,
    notes=st.just(()),
    file_information=file_information,
    contract=contracts,
    attachments=st.just(()) | st.tuples(st.builds(replace, attachments, type=st.just("RB"))),
    rendering=st.none() | dentists,
    referring=st.none() | person_providers("0B", "1G", taxonomy=True),
    primary_care=st.none() | person_providers("0B", "1G"),
    service_facility=st.none() | st.builds(replace, facilities, secondary_ids=references("0B", "G2")),
    supervising=st.none() | person_providers("0B", "LU"),
    other_payers=st.lists(dental_other_payers, max_size=2).map(tuple),
    dental=dental_parts,
    lines=st.lists(dental_lines, min_size=1, max_size=3).map(numbered),
)


def dated(claim: Claim) -> Claim:
    """Date the lines of a predetermination by the day it is sent: they have no date of their own."""
    if not claim.is_predetermination or HEADER.created is None:
        return claim
    day = DateSpan(HEADER.created, HEADER.created)
    return replace(claim, lines=tuple(replace(line, dates=day) for line in claim.lines))


dental_claims = dental_claims.map(dated)
