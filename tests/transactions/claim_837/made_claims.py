"""Hypothesis strategies for professional claims that their guide accepts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import (
    Address,
    Attachment,
    Claim,
    Diagnosis,
    Drug,
    LineAdjudication,
    Name,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    ServiceLine,
    Subscriber,
)
from hpedi.claims.submission import SubmissionHeader
from hpedi.service_dates import DateSpan

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

words = st.from_regex(r"[A-Z0-9]{2,9}( [A-Z0-9]{2,9})?", fullmatch=True)
maybe_words = st.just("") | words
days = st.dates(date(1926, 1, 1), date(2026, 3, 1))
maybe_days = st.none() | days
amounts = st.decimals(min_value=Decimal(0), max_value=Decimal("99999.99"), places=2)
maybe_amounts = st.none() | amounts
quantities = st.decimals(min_value=Decimal(1), max_value=Decimal(999), places=1)
npis = st.sampled_from(["1234567893", "1000000012", "1000000103"])
sexes = st.sampled_from(["F", "M", "U"])
spans = st.tuples(days, st.integers(0, 20)).map(
    lambda pair: DateSpan(pair[0], date.fromordinal(pair[0].toordinal() + pair[1]))
)
persons = st.builds(Name, last=words, first=words, middle=maybe_words, suffix=st.sampled_from(["", "JR"]))
organisations = st.builds(Name, last=words)
addresses = st.builds(
    Address,
    lines=st.lists(words, min_size=1, max_size=2).map(tuple),
    city=words,
    state=st.sampled_from(["MN", "WI"]),
    postal_code=st.just("554010000"),
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
)
patients = st.builds(
    Patient,
    relationship=st.sampled_from(["01", "19", "G8"]),
    name=persons,
    birth_date=days,
    sex=sexes,
    address=addresses,
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
    adjustments=adjustments,
    adjudicated_on=maybe_days,
)
modifiers = st.lists(st.sampled_from(["25", "59", "TC"]), max_size=4).map(tuple)
decisions = st.builds(
    LineAdjudication,
    payer_id=words,
    paid=amounts,
    code=st.sampled_from(["", "99499"]),
    units=quantities,
    adjustments=adjustments,
    paid_on=days,
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
    dates=spans,
    control_number=maybe_words,
    prior_authorization=maybe_words,
    rendering=st.none() | person_providers("0B", "G2", taxonomy=True),
    drug=st.none()
    | st.builds(Drug, ndc=st.just("00074433902"), quantity=quantities, unit=st.sampled_from(["UN", "ML"])),
    adjudications=st.lists(decisions, max_size=2).map(tuple),
)


def numbered(made: list[ServiceLine]) -> tuple[ServiceLine, ...]:
    """Number lines as the guide wants them: 1, 2, 3 ..."""
    return tuple(replace(line, number=number) for number, line in enumerate(made, 1))


codes = st.from_regex(r"[A-TV-Z][0-9][0-9AB][0-9]{0,4}", fullmatch=True)
diagnoses = st.lists(codes, min_size=1, max_size=12).map(
    lambda some: tuple(Diagnosis(qualifier="ABK" if at == 0 else "ABF", code=code) for at, code in enumerate(some))
)
attachments = st.builds(
    Attachment,
    type=st.sampled_from(["03", "OZ"]),
    transmission=st.sampled_from(["BM", "FX"]),
    control_number=words,
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
    note=maybe_words,
    attachments=st.lists(attachments, max_size=2).map(tuple),
    rendering=st.none() | person_providers("0B", "LU", taxonomy=True),
    referring=st.none() | person_providers("0B", "1G"),
    service_facility=st.none() | facilities,
    supervising=st.none() | person_providers("0B", "LU"),
    other_payers=st.lists(other_payers, max_size=2).map(tuple),
    lines=st.lists(lines, min_size=1, max_size=3).map(numbered),
)
claims = claims_without_cause | st.builds(
    replace, claims_without_cause, related_causes=related_causes, accident_state=st.sampled_from(["", "MN"])
)
