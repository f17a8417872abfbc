"""The columns of the claim and line tables: for each kind of set, where the fact stands.

A place is `loop/SEGMENT[qualifiers]element-component`: `2010AA/NM109`, `2300/REF[F8]02`, `2400/SV101-2`; an empty loop
is the set itself, several loops are tried in order. The qualifier is in element 1, or for `HI` in component 1.
Source: 005010X222A1, X223A2, X224A2, X221A1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.x12.events import Delimiters

_PLACE: Final = re.compile(
    r"(?P<loop>[^/]*)/(?P<segment>[A-Z][A-Z0-9]{1,2}?)(\[(?P<codes>[A-Z0-9|]+)\])?(?P<element>[0-9]{2})(-(?P<component>[0-9]+))?"
)
_DATE: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{4,6})?")
_CAS_FIRST: Final = range(2, 20, 3)


@dataclass(frozen=True, slots=True)
class Fact:
    """One place where the fact of a column may stand; `read` yields what a segment says of it."""

    loop: str
    segment: str
    codes: frozenset[str]
    element: int
    component: int
    form: Callable[[Fact, Sequence[str], Delimiters], Iterator[str]]

    def read(self, elements: Sequence[str], delimiters: Delimiters) -> Iterator[str]:
        """Yield the values of a segment of its id."""
        return self.form(self, elements, delimiters)


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A column: its name, its places by ST01 (the first that holds anything counts), and what several values become."""

    name: str
    facts: Mapping[str, tuple[Fact, ...]]
    taken: Callable[[list[str]], str]


def _plain(fact: Fact, elements: Sequence[str], delimiters: Delimiters) -> Iterator[str]:
    is_chosen = not fact.codes or not fact.codes.isdisjoint(elements[1:2])
    if is_chosen and fact.element < len(elements):
        value = elements[fact.element]
        yield _component(value, fact.component, delimiters) if fact.component else value


def _dates(number: int) -> Callable[[Fact, Sequence[str], Delimiters], Iterator[str]]:
    """Make the reader of the first (0) or last (-1) date of a date or range."""

    def read(fact: Fact, elements: Sequence[str], delimiters: Delimiters) -> Iterator[str]:
        for value in _plain(fact, elements, delimiters):
            sent = value.split("-")[number]
            yield _with_hyphens(sent) or sent

    return read


def _with_hyphens(value: str) -> str:
    """Return a date or instant of X12 as CCYY-MM-DD; empty if it is no day."""
    form = _DATE.fullmatch(value)
    try:
        return date(*(int(part) for part in form.groups()[:3])).isoformat() if form else ""
    except ValueError:
        return ""


def _coded(fact: Fact, elements: Sequence[str], delimiters: Delimiters) -> Iterator[str]:
    """Yield the codes of those elements of HI whose qualifier is asked for."""
    for element in elements[1:]:
        if element.split(delimiters.component, 1)[0] in fact.codes:
            yield _component(element, fact.component, delimiters)


def _adjustments(_fact: Fact, elements: Sequence[str], _delimiters: Delimiters) -> Iterator[str]:
    """Yield each adjustment of CAS as group, reason and amount."""
    for first in _CAS_FIRST:
        reason, amount = (*elements[first : first + 2], "", "")[:2]
        if reason:
            yield f"{elements[1]}-{reason} {amount}".rstrip()


def _component(value: str, component: int, delimiters: Delimiters) -> str:
    parts = value.split(delimiters.component)
    return parts[component - 1] if component <= len(parts) else ""


_FORMS: Final = {"": _plain, "first": _dates(0), "last": _dates(-1), "codes": _coded, "adjustments": _adjustments}


def _first(values: list[str]) -> str:
    return values[0]


def _column(
    name: str,
    *,
    of_837: str = "",
    of_835: str = "",
    form: str = "",
    taken: Callable[[list[str]], str] = _first,
) -> FactColumn:
    places = {"837": of_837.split(), "835": of_835.split()}
    facts = {kind: tuple(_fact(each, form) for each in listed) for kind, listed in places.items()}
    return FactColumn(name, facts, taken)


def _fact(place: str, form: str) -> Fact:
    parts = _PLACE.fullmatch(place)
    if parts is None:
        raise ValueError(f"{place} is no place")
    codes = frozenset((parts["codes"] or "").split("|")) - {""}
    return Fact(
        parts["loop"], parts["segment"], codes, int(parts["element"]), int(parts["component"] or 0), _FORMS[form]
    )


CLAIM_COLUMNS: Final = (
    _column("patient_control_number", of_837="2300/CLM01", of_835="2100/CLP01"),
    _column("payer_claim_control_number", of_837="2300/REF[F8]02", of_835="2100/CLP07"),
    _column("claim_status", of_835="2100/CLP02"),
    _column("charged", of_837="2300/CLM02", of_835="2100/CLP03"),
    _column("paid", of_835="2100/CLP04"),
    _column("patient_responsibility", of_835="2100/CLP05"),
    _column("adjustments", of_835="2100/CAS01", form="adjustments", taken="; ".join),
    _column("remark_codes", of_835="2100/MOA03 2100/MIA05"),
    _column("claim_filing_code", of_837="2000B/SBR09", of_835="2100/CLP06"),
    _column("facility_code", of_837="2300/CLM05-1", of_835="2100/CLP08"),
    _column("frequency_code", of_837="2300/CLM05-3", of_835="2100/CLP09"),
    _column("from_date", of_837="2300/DTP[434]03 2300/DTP[472]03", of_835="2100/DTM[232]02", form="first"),
    _column("to_date", of_837="2300/DTP[434]03 2300/DTP[472]03", of_835="2100/DTM[233]02", form="last"),
    _column("admission_date", of_837="2300/DTP[435]03", form="first"),
    _column("received_date", of_835="2100/DTM[050]02", form="first"),
    _column("prior_authorization", of_837="2300/REF[G1]02", of_835="2100/REF[G1]02"),
    _column("principal_diagnosis", of_837="2300/HI[ABK|BK]01-2", form="codes"),
    _column("other_diagnoses", of_837="2300/HI[ABF|BF]01-2", form="codes", taken=" ".join),
    _column("drg", of_837="2300/HI[DR]01-2", form="codes"),
    _column("drg_paid", of_835="2100/CLP11"),
    _column("patient_last_name", of_837="2010CA/NM103 2010BA/NM103", of_835="2100/NM1[QC]03"),
    _column("patient_first_name", of_837="2010CA/NM104 2010BA/NM104", of_835="2100/NM1[QC]04"),
    _column("patient_birth_date", of_837="2010CA/DMG02 2010BA/DMG02", form="first"),
    _column("patient_gender", of_837="2010CA/DMG03 2010BA/DMG03"),
    _column("subscriber_id", of_837="2010BA/NM109", of_835="2100/NM1[IL]09 2100/NM1[QC]09"),
    _column("subscriber_last_name", of_837="2010BA/NM103", of_835="2100/NM1[IL]03"),
    _column("subscriber_first_name", of_837="2010BA/NM104", of_835="2100/NM1[IL]04"),
    _column("payer_name", of_837="2010BB/NM103", of_835="1000A/N1[PR]02"),
    _column("payer_id", of_837="2010BB/NM109", of_835="1000A/N1[PR]04 /TRN03"),
    _column("billing_provider_name", of_837="2010AA/NM103", of_835="1000B/N1[PE]02"),
    _column("billing_provider_npi", of_837="2010AA/NM109", of_835="1000B/N1[PE]04"),
    _column("billing_tax_id", of_837="2010AA/REF[EI|SY]02", of_835="1000B/REF[TJ]02"),
    _column("rendering_npi", of_837="2310B/NM1[82]09", of_835="2100/NM1[82]09"),
    _column("referring_npi", of_837="2310A/NM1[DN|P3]09 2310F/NM1[DN]09"),
    _column("attending_npi", of_837="2310A/NM1[71]09"),
    _column("payment_number", of_835="/TRN02"),
    _column("payment_date", of_835="/BPR16", form="first"),
    _column("payment_method", of_835="/BPR04"),
)
"""What a row of a claim says."""

LINES: Final = "lines"
"""The dates of all lines of a claim are kept as of this loop."""

DATES_OF_LINES: Final = (
    _column("first_line_date", of_837="lines/DTP[472]03", of_835="lines/DTM[472|150]02", form="first", taken=min),
    _column("last_line_date", of_837="lines/DTP[472]03", of_835="lines/DTM[472|151]02", form="last", taken=max),
)
"""What only a row of a claim says: in a row of a line not all lines are known yet."""

LINE_COLUMNS: Final = (
    _column("line_number", of_837="2400/LX01"),
    _column("line_control_number", of_837="2400/REF[6R]02", of_835="2110/REF[6R]02"),
    _column("revenue_code", of_837="2400/SV201", of_835="2110/SVC04"),
    _column("procedure_qualifier", of_837="2400/SV101-1 2400/SV202-1 2400/SV301-1", of_835="2110/SVC01-1"),
    _column("procedure", of_837="2400/SV101-2 2400/SV202-2 2400/SV301-2", of_835="2110/SVC01-2"),
    *(
        _column(
            f"modifier_{number}",
            of_837=" ".join(f"2400/{place}-{number + 2}" for place in ("SV101", "SV202", "SV301")),
            of_835=f"2110/SVC01-{number + 2}",
        )
        for number in range(1, 5)
    ),
    _column("line_charged", of_837="2400/SV102 2400/SV203 2400/SV302", of_835="2110/SVC02"),
    _column("line_paid", of_835="2110/SVC03"),
    _column("unit", of_837="2400/SV103 2400/SV204"),
    _column("units", of_837="2400/SV104 2400/SV205 2400/SV306", of_835="2110/SVC05"),
    _column("line_place_of_service", of_837="2400/SV105 2400/SV303"),
    _column("diagnosis_pointers", of_837="2400/SV107 2400/SV311"),
    _column("line_from_date", of_837="2400/DTP[472]03", of_835="2110/DTM[472|150]02", form="first"),
    _column("line_to_date", of_837="2400/DTP[472]03", of_835="2110/DTM[151]02 2110/DTM[472]02", form="last"),
    _column("ndc", of_837="2410/LIN03"),
    _column("tooth", of_837="2400/TOO02", taken=" ".join),
    _column("line_allowed", of_835="2110/AMT[B6]02"),
    _column("line_adjustments", of_835="2110/CAS01", form="adjustments", taken="; ".join),
    _column("line_remark_codes", of_835="2110/LQ[HE]02", taken=" ".join),
)
"""What a row of a service line says besides."""

ASKED_SEGMENTS: Final = frozenset(
    fact.segment for column in (*CLAIM_COLUMNS, *LINE_COLUMNS) for facts in column.facts.values() for fact in facts
)
"""Ids of the segments that some column asks for."""
