"""Edits: tables of codes that exclude each other, need an age, a sex, a drug code, a modifier, or have a daily maximum.

Each row is in force for a span of dates of service, always where none is written. What a row asks is decided in
`adjudication/rules`, one file an edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from hpedi.reference.dated import Entry, Lasting
from hpedi.reference.values import Factor, Name


class ProcedureIndicators(Entry, frozen=True, kw_only=True):
    """Payment indicators of a code."""

    bilateral: str = "0"
    multiple: str = "0"


class CodePair(Lasting, frozen=True, kw_only=True):
    """Two codes of which the second is not paid beside the first on one day (NCCI procedure-to-procedure).

    Attributes:
        modifier_indicator: 0: no modifier parts them; 1: one of `ptp_bypass_modifiers` does; 9: the pair is deleted.
    """

    column1: Name
    column2: Name
    modifier_indicator: Literal["0", "1", "9"]
    source: str = ""


class UnitsLimit(Lasting, frozen=True, kw_only=True):
    """The most units of a code (MUE).

    Attributes:
        per: A day, over all lines and claims of the member; or each line for itself.
        denies: The units above, or the whole line.
    """

    code: Name
    units: Factor
    per: Literal["day", "line"] = "day"
    denies: Literal["units", "line"] = "units"
    source: str = ""


class SexEdit(Lasting, frozen=True, kw_only=True):
    """A code for one sex only."""

    code: Name
    sex: Name
    source: str = ""


class AgeEdit(Lasting, frozen=True, kw_only=True):
    """A code for an age on the date of service, both ends included, in completed units; no `max_age`: any above."""

    code: Name
    min_age: int = 0
    max_age: int | None = None
    unit: Literal["years", "months", "days"] = "years"
    source: str = ""


class DrugCodeNeeded(Lasting, frozen=True, kw_only=True):
    """A code that is not paid without the national drug code of what was given."""

    code: Name
    source: str = ""


class CodeSpan(Lasting, frozen=True, kw_only=True):
    """Days on which a code is valid; a code that has no span at all is not looked at."""

    code: Name
    source: str = ""


class ModifierSpan(Lasting, frozen=True, kw_only=True):
    """Days on which a modifier is valid; one that has no span at all is not looked at."""

    modifier: Name
    source: str = ""


class ModifierRule(Lasting, frozen=True, kw_only=True):
    """What modifiers some codes need or never have.

    Attributes:
        needs_one_of: The line has one of these; empty: none is needed.
        never: The line has none of these.
        reason: Why a line that breaks the rule is denied.
    """

    codes: tuple[Name, ...]
    needs_one_of: tuple[Name, ...] = ()
    never: tuple[Name, ...] = ()
    reason: Name = "modifier"
    source: str = ""


class FormularyRow(Lasting, frozen=True, kw_only=True):
    """Drugs by the beginning of their national drug code; the first row that fits a drug holds.

    Attributes:
        ndc_prefix: Digits the code begins with; empty: every drug.
        reason: Why the drug is denied; absent: it is covered.
    """

    ndc_prefix: str = ""
    reason: str | None = None
    source: str = ""


class Edits(Entry, frozen=True, kw_only=True):
    """All edit tables.

    Attributes:
        component_modifiers: Modifiers of a professional and a technical component.
        global_after_component: Reason that denies the whole service after a component of it.
        component_after_global: Reason that denies a component after the whole service.
    """

    procedure_indicators: Mapping[str, ProcedureIndicators] = {}
    component_modifiers: tuple[str, ...] = ()
    global_after_component: Name = "component_paid"
    component_after_global: Name = "component_paid"
    ptp: tuple[CodePair, ...] = ()
    ptp_bypass_modifiers: tuple[str, ...] = ()
    mue: tuple[UnitsLimit, ...] = ()
    sex: tuple[SexEdit, ...] = ()
    age: tuple[AgeEdit, ...] = ()
    ndc_required: tuple[DrugCodeNeeded, ...] = ()
    code_dates: tuple[CodeSpan, ...] = ()
    modifier_dates: tuple[ModifierSpan, ...] = ()
    modifiers: tuple[ModifierRule, ...] = ()
    formulary: tuple[FormularyRow, ...] = ()
