"""Hypothesis strategies for professional claims that their guide accepts."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import (
    Attachment,
    Claim,
    Diagnosis,
    Drug,
    LineAdjudication,
    LineProviders,
    OtherPayer,
    ServiceLine,
)
from hpedi.claims.parties import Name, Patient, Payer, Provider, Subscriber
from hpedi.claims.submission import SubmissionHeader
from tests.transactions.claim_837.made_details import (
    contracts,
    events,
    file_information,
    informations,
    pairs,
    patient_conditions,
    plans_to_pay,
    professional_services,
    professionals,
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
    npis,
    organisations,
    persons,
    quantities,
    sexes,
    spans,
    words,
)

HEADER = SubmissionHeader(
    reference="BATCH7",
    created=date(2026, 3, 2),
    created_time="0914",
    submitter_id="LAKES",
    submitter=Name(last="LAKES BILLING"),
    contact_name="ANN ROSE",
    contact_phone="6125550100",
    receiver_name="HPEDI HEALTH PLAN",
    receiver_id="94267",
)


def references(*qualifiers: str) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Return up to two secondary ids of these kinds."""
    return st.lists(st.tuples(st.sampled_from(qualifiers), words), max_size=2).map(tuple)


def person_providers(*qualifiers: str, taxonomy: bool = False) -> st.SearchStrategy[Provider]:
    """Return providers who are persons."""
    return st.builds(
        Provider,
        is_person=st.just(True),
        name=persons,
        npi=st.just("") | npis,
        taxonomy=st.sampled_from(["", "207Q00000X"]) if taxonomy else st.just(""),
        secondary_ids=references(*qualifiers),
    )


billing_providers = st.builds(
    Provider,
    is_person=st.just(False),
    name=organisations,
    npi=npis,
    tax_id=st.just("411111111"),
    tax_id_qualifier=st.sampled_from(["EI", "SY"]),
    taxonomy=st.sampled_from(["", "261QP2300X"]),
    address=addresses,
    secondary_ids=references("0B", "1G"),
)
facilities = st.builds(
    Provider,
    is_person=st.just(False),
    name=organisations,
    npi=npis,
    address=addresses,
    secondary_ids=references("0B", "G2", "LU"),
)
subscribers = st.builds(
    Subscriber,
    payer_responsibility=st.sampled_from(["P", "S", "T"]),
    name=persons,
    member_id=words,
    group_number=maybe_words,
    group_name=maybe_words,
    insurance_type=st.sampled_from(["", "12"]),
    claim_filing=st.sampled_from(["CI", "12", "MB"]),
    birth_date=days,
    sex=sexes,
    address=addresses,
    secondary_ids=pairs("Y4") | st.just((("SY", "411111111"),)),
    condition=patient_conditions,
)
patients = st.builds(
    Patient,
    relationship=st.sampled_from(["01", "19", "G8"]),
    name=persons,
    birth_date=days,
    sex=sexes,
    address=addresses,
    secondary_ids=pairs("Y4"),
    condition=patient_conditions,
)
adjustments = st.lists(
    st.builds(
        Adjustment,
        st.sampled_from(["CO", "PR"]),
        st.sampled_from(["45", "1", "2", "3"]),
        amounts,
        st.none() | quantities,
    ),
    max_size=4,
).map(tuple)
other_payers = st.builds(
    OtherPayer,
    payer_responsibility=st.sampled_from(["P", "S"]),
    relationship=st.sampled_from(["18", "01"]),
    claim_filing=st.sampled_from(["CI", "MB"]),
    group_number=maybe_words,
    group_name=maybe_words,
    subscriber=persons,
    subscriber_member_id=words,
    benefits_assigned=st.sampled_from(["Y", "N"]),
    release_of_information=st.sampled_from(["Y", "I"]),
    payer_name=words,
    payer_id=words,
    paid=maybe_amounts,
    remaining=maybe_amounts,
    non_covered=maybe_amounts,
    adjustments=adjustments,
    outpatient=informations(1, 2, 8, 9),
    adjudicated_on=maybe_days,
    references=pairs("2U", "G1", "9F", "F8").filter(lambda made: made != ()) | st.just((("T4", "Y"),)),
)
modifiers = st.lists(st.sampled_from(["25", "59", "TC"]), max_size=4).map(tuple)
decisions = st.builds(
    LineAdjudication,
    payer_id=words,
    paid=amounts,
    code=st.sampled_from(["", "99499"]),
    units=quantities,
    bundled_into=st.none() | st.integers(1, 9),
    adjustments=adjustments,
    paid_on=days,
    remaining=maybe_amounts,
)
attachments = st.builds(
    Attachment,
    type=st.sampled_from(["03", "OZ"]),
    transmission=st.sampled_from(["BM", "FX"]),
    control_number=words,
)
line_facilities = st.builds(replace, facilities, secondary_ids=references("G2", "LU"))
line_providers = st.builds(
    LineProviders,
    ordering=person_providers("0B", "G2"),
    referring=st.none() | person_providers("0B", "G2"),
    supervising=st.none() | person_providers("0B", "G2"),
    service_facility=st.none() | line_facilities,
    purchased_from=st.none() | st.builds(Provider, is_person=st.just(True), name=st.none(), npi=npis),
)
lines = st.builds(
    ServiceLine,
    number=st.just(1),
    code=st.sampled_from(["T1015", "99213", "D0120"]),
    modifiers=modifiers,
    charged=amounts,
    unit=st.sampled_from(["UN", "MJ"]),
    units=quantities,
    place_of_service=st.sampled_from(["", "11", "22"]),
    diagnosis_pointers=st.lists(st.integers(1, 12), min_size=1, max_size=4).map(tuple),
    emergency=st.booleans(),
    description=maybe_words,
    dates=spans,
    control_number=maybe_words,
    prior_authorization=maybe_words,
    rendering=st.none() | person_providers("0B", "G2", taxonomy=True),
    drug=st.none()
    | st.builds(
        Drug,
        ndc=st.just("00074433902"),
        quantity=quantities,
        unit=st.sampled_from(["UN", "ML"]),
        prescription=maybe_words,
    ),
    professional=professional_services,
    providers=st.none() | line_providers,
    event_dates=events("463", "461", "304", "738", "455"),
    references=pairs("9B", "EW", "X4", "F4", "BT", "9F"),
    amounts=st.lists(st.tuples(st.sampled_from(["T", "F4"]), amounts), max_size=2, unique_by=lambda pair: pair[0]).map(
        tuple
    ),
    attachments=st.lists(attachments, max_size=2).map(tuple),
    notes=pairs("DCP", "TPO"),
    file_information=file_information,
    contract=contracts,
    repricing=repricings,
    adjudications=st.lists(decisions, max_size=2).map(tuple),
)


def numbered(made: list[ServiceLine]) -> tuple[ServiceLine, ...]:
    """Number lines as the guide wants them: 1, 2, 3 ..."""
    return tuple(replace(line, number=number) for number, line in enumerate(made, 1))


diagnoses = st.lists(codes, min_size=1, max_size=12).map(
    lambda some: tuple(Diagnosis(qualifier="ABK" if at == 0 else "ABF", code=code) for at, code in enumerate(some))
)
related_causes = st.lists(st.sampled_from(["AA", "EM", "OA"]), min_size=1, max_size=2).map(tuple)
claims_without_cause = st.builds(
    Claim,
    patient_control_number=words,
    charged=amounts,
    place_of_service=st.sampled_from(["11", "23"]),
    frequency=st.sampled_from(["1", "7", "8"]),
    signature_on_file=st.booleans(),
    assignment=st.sampled_from(["A", "B", "C"]),
    benefits_assigned=st.sampled_from(["Y", "N", "W"]),
    release_of_information=st.sampled_from(["Y", "I"]),
    submitter_id=st.just("LAKES"),
    billing=billing_providers,
    pay_to_address=st.none() | addresses,
    pay_to_plan=plans_to_pay,
    billing_ids=pairs("G2", "LU"),
    subscriber=subscribers,
    payer=st.builds(Payer, name=words, id=words),
    patient=st.none() | patients,
    diagnoses=diagnoses,
    accident_date=maybe_days,
    admission_date=maybe_days,
    discharge_date=maybe_days,
    original_reference=maybe_words,
    prior_authorization=maybe_words,
    referral_number=maybe_words,
    clearinghouse_trace=maybe_words,
    medical_record_number=maybe_words,
    patient_paid=maybe_amounts,
    special_program=st.sampled_from(["", "02"]),
    delay_reason=st.sampled_from(["", "3"]),
    event_dates=events("431", "484", "454", "304", "296", "090", "444"),
    references=pairs("EW", "X4", "9A", "LX", "P4", "1J"),
    note=maybe_words,
    file_information=file_information,
    certifications=st.lists(screenings, max_size=1).map(tuple),
    contract=contracts,
    repricing=repricings,
    professional=professionals,
    attachments=st.lists(attachments, max_size=2).map(tuple),
    rendering=st.none() | person_providers("0B", "LU", taxonomy=True),
    referring=st.none() | person_providers("0B", "1G"),
    primary_care=st.none() | person_providers("0B", "1G"),
    service_facility=st.none() | facilities,
    supervising=st.none() | person_providers("0B", "LU"),
    other_payers=st.lists(other_payers, max_size=2).map(tuple),
    lines=st.lists(lines, min_size=1, max_size=3).map(numbered),
)
claims = claims_without_cause | st.builds(
    replace, claims_without_cause, related_causes=related_causes, accident_state=st.sampled_from(["", "MN"])
)
