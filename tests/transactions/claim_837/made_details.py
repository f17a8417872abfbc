"""Hypothesis strategies for what is seldom sent with claims and lines, as their guides accept it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from hpedi.claims.claim import Ambulance, Professional, ProfessionalService
from hpedi.claims.details import (
    AdjudicationInformation,
    Certification,
    Contract,
    Equipment,
    EventDate,
    FormAnswer,
    Measurement,
    PurchasedService,
    Repricing,
    SpinalManipulation,
    SupportingForm,
)
from hpedi.claims.parties import PatientCondition, PayToPlan
from hpedi.service_dates import DateSpan
from tests.transactions.claim_837.made_parts import (
    addresses,
    amounts,
    codes,
    days,
    maybe_amounts,
    maybe_words,
    quantities,
    words,
)

one_day = days.map(lambda day: DateSpan(day, day))
maybe_quantities = st.none() | quantities


def events(*kinds: str) -> st.SearchStrategy[tuple[EventDate, ...]]:
    """Return dates of some of these events, each once."""
    return st.lists(
        st.builds(EventDate, event=st.sampled_from(kinds), dates=one_day), max_size=2, unique_by=lambda each: each.event
    ).map(tuple)


def pairs(*kinds: str) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Return texts of some of these kinds, each once."""
    return st.lists(st.tuples(st.sampled_from(kinds), words), max_size=2, unique_by=lambda pair: pair[0]).map(tuple)


contracts = st.none() | st.builds(
    Contract,
    type=st.sampled_from(["02", "05", "09"]),
    amount=maybe_amounts,
    percent=maybe_quantities,
    code=maybe_words,
    terms_discount_percent=maybe_quantities,
    version=maybe_words,
)
repricings = st.none() | st.builds(
    Repricing,
    methodology=st.sampled_from(["00", "10"]),
    allowed=amounts,
    savings=maybe_amounts,
    organisation=maybe_words,
    rate=maybe_quantities,
    reject_reason=st.sampled_from(["", "T1"]),
    policy_compliance=st.sampled_from(["", "1"]),
    exception=st.sampled_from(["", "2"]),
)
file_information = st.lists(words, max_size=2).map(tuple)
transports = st.builds(
    Ambulance,
    weight=maybe_quantities,
    reason=st.sampled_from(["A", "C"]),
    miles=quantities,
    round_trip_purpose=maybe_words,
    stretcher_purpose=maybe_words,
    pick_up=st.none() | addresses,
    drop_off=addresses,
    drop_off_name=maybe_words,
)
ambulance_certifications = st.builds(
    Certification,
    category=st.just("07"),
    applies=st.booleans(),
    conditions=st.lists(st.sampled_from(["01", "04", "09"]), min_size=1, max_size=5).map(tuple),
)
screenings = st.builds(
    Certification, category=st.just("ZZ"), applies=st.booleans(), conditions=st.sampled_from([("AV",), ("NU", "S2")])
)
patient_conditions = st.none() | st.builds(
    PatientCondition, death_date=st.none() | days, weight=quantities, is_pregnant=st.booleans()
)
plans_to_pay = st.none() | st.builds(
    PayToPlan,
    name=words,
    id=words,
    tax_id=st.just("411111111"),
    secondary_ids=pairs("2U"),
    address=addresses,
)
professionals = st.none() | st.builds(
    Professional,
    conditions=st.lists(st.sampled_from(["AA", "W2"]), max_size=3).map(tuple),
    anesthesia_procedures=st.lists(codes, min_size=1, max_size=2).map(tuple),
    ambulance=st.none() | transports,
    spinal_manipulation=st.none()
    | st.builds(
        SpinalManipulation, condition=st.sampled_from(["A", "M"]), descriptions=st.lists(words, max_size=2).map(tuple)
    ),
)
professional_services = st.none() | st.builds(
    ProfessionalService,
    screening=st.booleans(),
    family_planning=st.booleans(),
    copay_exempt=st.just(True),
    equipment=st.none()
    | st.builds(
        Equipment,
        code_qualifier=st.just("HC"),
        code=st.just("E0601"),
        days=quantities,
        rental_price=amounts,
        purchase_price=amounts,
        rental_unit=st.just("4"),
        certification=st.just("I"),
        certified_months=quantities,
    ),
    ambulance=st.none() | transports,
    certifications=st.lists(ambulance_certifications, max_size=2).map(tuple),
    quantities=st.sampled_from([(), (("PT", Decimal(2)),), (("FL", Decimal("1.5")),)]),
    measurements=st.lists(
        st.builds(Measurement, reference=st.just("TR"), qualifier=st.sampled_from(["R1", "HT"]), value=quantities),
        max_size=2,
    ).map(tuple),
    purchased=st.none() | st.builds(PurchasedService, provider=words, charged=amounts),
    forms=st.lists(
        st.builds(
            SupportingForm,
            qualifier=st.just("UT"),
            code=st.just("0484"),
            answers=st.lists(
                st.builds(FormAnswer, question=words, values=st.sampled_from([("Y",), ("", "TEXT")])),
                min_size=1,
                max_size=2,
            ).map(tuple),
        ),
        max_size=1,
    ).map(tuple),
)


def informations(*numbers: int, must: int = 0) -> st.SearchStrategy[AdjudicationInformation | None]:
    """Return what a MIA or MOA may tell in these elements; `must` is always told."""
    told = st.lists(st.tuples(st.sampled_from(numbers), quantities), max_size=3, unique_by=lambda pair: pair[0])
    with_must = st.tuples(quantities, told).map(
        lambda drawn: tuple(sorted([*drawn[1], *([(must, drawn[0])] if must else [])]))
    )
    return st.none() | st.builds(
        AdjudicationInformation,
        values=with_must,
        remarks=st.lists(st.sampled_from(["N30", "MA01"]), min_size=1, max_size=5).map(tuple),
    )
