"""Edits and policies: codes that exclude each other, need an age, a sex or an authorisation.

They are loaded so that a claim they concern is not paid unawares: until its rule is decided here, it pends.
"""

from __future__ import annotations

from collections.abc import Mapping

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.values import Factor, Name


class ProcedureIndicators(Entry, frozen=True, kw_only=True):
    """Payment indicators of a code."""

    bilateral: str = "0"
    multiple: str = "0"


class CodePair(Dated, frozen=True, kw_only=True):
    """Two codes of which the second is not paid beside the first on one day; indicator 1: a modifier may part them."""

    column1: Name
    column2: Name
    modifier_indicator: str


class UnitsLimit(Entry, frozen=True, kw_only=True):
    """The most units of a code in a day (MUE)."""

    code: Name
    units: Factor


class SexEdit(Entry, frozen=True, kw_only=True):
    """A code for one sex only."""

    code: Name
    sex: Name


class AgeEdit(Entry, frozen=True, kw_only=True):
    """A code for an age in years, both ends included."""

    code: Name
    min_age: int
    max_age: int


class Edits(Entry, frozen=True, kw_only=True):
    """All edit tables."""

    procedure_indicators: Mapping[str, ProcedureIndicators] = {}
    component_modifiers: tuple[str, ...] = ()
    ptp: tuple[CodePair, ...] = ()
    ptp_bypass_modifiers: tuple[str, ...] = ()
    mue: tuple[UnitsLimit, ...] = ()
    sex: tuple[SexEdit, ...] = ()
    age: tuple[AgeEdit, ...] = ()
    ndc_required: tuple[str, ...] = ()


class PriorAuthorization(Entry, frozen=True, kw_only=True):
    """Services that need an authorisation first."""

    id: Name
    codes: tuple[str, ...] = ()
    tob_prefixes: tuple[str, ...] = ()


class MedicalPolicy(Entry, frozen=True, kw_only=True):
    """A policy on the medical necessity of some codes; `reason` names why it denies."""

    id: Name
    codes: tuple[str, ...]
    reason: str = ""
    source: str = ""


class Policies(Entry, frozen=True, kw_only=True):
    """All policies."""

    prior_auth: tuple[PriorAuthorization, ...] = ()
    exempt_emergency: bool = True
    medical: tuple[MedicalPolicy, ...] = ()
