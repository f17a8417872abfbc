"""Edit tables of a snapshot, compiled by code: a line whose code is in none of them costs one look into a dict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol, TypeVar

from hpedi.reference.edits import (
    AgeEdit,
    CodePair,
    CodeSpan,
    DrugCodeNeeded,
    Edits,
    FormularyRow,
    ModifierRule,
    ModifierSpan,
    SexEdit,
    UnitsLimit,
)
from hpedi.reference.policies import MedicalPolicy, Policies, PriorAuthorization
from hpedi.reference.reference import Reference

EXPERIMENTAL: Final = "experimental"
"""The reason of policies that have an edit of their own, where the payer's order of edits names it."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, eq=False)
class EditTables:
    """The rows of edits and policies, by the code they are about.

    Attributes:
        about: By code, the edits that may meet a line with it.
        columns: Code pairs by the code of column 2, then of column 1.
        by_bill: Prior-authorisation rows that are about types of bill.
        no_authorization: Policies that spare a service its authorisation, by code.
    """

    about: Mapping[str, frozenset[str]]
    age: Mapping[str, tuple[AgeEdit, ...]]
    sex: Mapping[str, tuple[SexEdit, ...]]
    ndc: Mapping[str, tuple[DrugCodeNeeded, ...]]
    code_dates: Mapping[str, tuple[CodeSpan, ...]]
    modifiers: Mapping[str, tuple[ModifierRule, ...]]
    modifier_dates: Mapping[str, tuple[ModifierSpan, ...]]
    formulary: tuple[FormularyRow, ...]
    experimental: Mapping[str, tuple[MedicalPolicy, ...]]
    policies: Mapping[str, tuple[MedicalPolicy, ...]]
    policy_by_id: Mapping[str, MedicalPolicy]
    no_authorization: Mapping[str, tuple[MedicalPolicy, ...]]
    columns: Mapping[str, Mapping[str, tuple[CodePair, ...]]]
    prior_auth: Mapping[str, tuple[PriorAuthorization, ...]]
    by_bill: tuple[PriorAuthorization, ...]
    mue: Mapping[str, tuple[UnitsLimit, ...]]
    bypass: frozenset[str]


@lru_cache(maxsize=8)
def edit_tables(reference: Reference) -> EditTables:
    """Return the edit tables of a snapshot."""
    return _compiled(reference.edits, reference.policies)


def _compiled(edits: Edits, policies: Policies) -> EditTables:
    experimental = _by_codes(policy for policy in policies.medical if policy.reason == EXPERIMENTAL)
    medical = _by_codes(policy for policy in policies.medical if policy.reason != EXPERIMENTAL)
    prior_auth = _by_codes(policies.prior_auth)
    age, sex, ndc = _by(edits.age, _code), _by(edits.sex, _code), _by(edits.ndc_required, _code)
    mue, code_dates = _by(edits.mue, _code), _by(edits.code_dates, _code)
    modifiers = _by_codes(edits.modifiers)
    columns = _columns(edits.ptp)
    about = {
        "age": age,
        "sex": sex,
        "ndc_missing": ndc,
        "code_not_valid": code_dates,
        "modifier": modifiers,
        "experimental": experimental,
        "medical_policy": {**medical, **experimental},
        "ptp": columns,
        "prior_auth": prior_auth,
        "mue": mue,
    }
    return EditTables(
        about=_about(about),
        age=age,
        sex=sex,
        ndc=ndc,
        code_dates=code_dates,
        modifiers=modifiers,
        modifier_dates=_by(edits.modifier_dates, lambda row: row.modifier),
        formulary=edits.formulary,
        experimental=experimental,
        policies=medical,
        policy_by_id={policy.id: policy for policy in policies.medical},
        no_authorization=_by_codes(policy for policy in policies.medical if policy.effect is not None),
        columns=columns,
        prior_auth=prior_auth,
        by_bill=tuple(row for row in policies.prior_auth if row.tob_prefixes),
        mue=mue,
        bypass=frozenset(edits.ptp_bypass_modifiers),
    )


def _code(row: AgeEdit | SexEdit | DrugCodeNeeded | UnitsLimit | CodeSpan) -> str:
    return row.code


def _by(rows: Iterable[Row], key: Callable[[Row], str]) -> Mapping[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        found[key(row)] = (*found.get(key(row), ()), row)
    return found


class AboutCodes(Protocol):
    """A row that is about some codes."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes."""


CodesRow = TypeVar("CodesRow", bound=AboutCodes)


def _by_codes(rows: Iterable[CodesRow]) -> Mapping[str, tuple[CodesRow, ...]]:
    found: dict[str, tuple[CodesRow, ...]] = {}
    for row in rows:
        for code in row.codes:
            found[code] = (*found.get(code, ()), row)
    return found


def _columns(pairs: Iterable[CodePair]) -> Mapping[str, Mapping[str, tuple[CodePair, ...]]]:
    by_codes: dict[tuple[str, str], list[CodePair]] = {}
    for pair in pairs:
        by_codes.setdefault((pair.column2, pair.column1), []).append(pair)
    found: dict[str, dict[str, tuple[CodePair, ...]]] = {}
    for (column2, column1), rows in by_codes.items():
        found.setdefault(column2, {})[column1] = tuple(rows)
        found.setdefault(column1, {})
    return found


def _about(tables: Mapping[str, Mapping[str, object]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for edit, table in tables.items():
        for code in table:
            found.setdefault(code, set()).add(edit)
    return {code: frozenset(edits) for code, edits in found.items()}
