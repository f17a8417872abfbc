"""Checks of a payer folder on the codes it sends or asks for, against the code lists that X12 and CMS keep.

Reasons are checked in `reason_checks`; here is what contracts, plans, employers, conventions, edits and policies name.
Of codes that no list of ours has (procedures, modifiers) only the form is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.reference.contracts import ContractRate
from hpedi.reference.folder import Folder
from hpedi.reference.plans import LineMatch
from hpedi.reference.policies import PolicyCondition
from hpedi.reference.reason_checks import CARC_LIST, RARC_LIST, code_list
from hpedi.reference.tables import ApcTableRow, FeeRow

POS_LIST: Final = "code_sets/pos.tsv"
STATUS_LIST: Final = "code_sets/claim_status.tsv"
CATEGORY_LIST: Final = "code_sets/claim_status_cat.tsv"

_ADVICE: Final[Mapping[str, str]] = {
    CARC_LIST: "is no adjustment reason code that was ever on the list; use an active one",
    RARC_LIST: "is no remark code that was ever on the list; use an active one",
    POS_LIST: "is no place of service code; write both digits of one",
    STATUS_LIST: "is no claim status code; write category and code as F1:65",
    CATEGORY_LIST: "is no claim status category; write category and code as F1:65",
}
Use = tuple[str, msgspec.Struct, str, Iterable[str]]
"""A code list, a piece, its field and the codes there."""
_FORMS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "modifier": (re.compile("[A-Z0-9]{2}"), "is no modifier; a modifier is two letters or digits"),
    "procedure": (re.compile("[A-Z0-9]{5}"), "is no procedure code; one is five capital letters or digits"),
    "revenue": (re.compile(r"\d{4}", re.ASCII), "is no revenue code; write its four digits with the leading zero"),
    "bill": (re.compile(r"0\d{0,3}", re.ASCII), "begins no type of bill; write the leading zero, as in 011"),
    "sex": (re.compile("[FMU]"), "is no sex; write F, M or U"),
    "drug": (re.compile(r"\d{0,11}", re.ASCII), "begins no drug code; write digits of its 11 without hyphens"),
}


def check_codes(folder: Folder, standard: Mapping[str, bytes]) -> Iterator[Finding]:
    """Check codes.

    Args:
        folder: The folder.
        standard: Files of mappings/ by path below it; a list that is not there is not checked against.

    Findings:
        reference-value: A code is not on its list, or has not the form of its kind.
    """
    lists = {path: code_list(standard.get(path)) for path in _ADVICE}
    for path, piece, field, codes in _listed(folder):
        known = lists[path]
        if known is not None and any(code not in known for code in codes):
            yield found("reference-value", folder.places.of(piece, field), f"A code here {_ADVICE[path]}.")
    for kind, piece, field, codes in _formed(folder):
        pattern, advice = _FORMS[kind]
        if not all(pattern.fullmatch(code) for code in codes):
            yield found("reference-value", folder.places.of(piece, field), f"A code here {advice}.")


# --- codes of which we have the list ---------------------------------------------------------------------------------


def _listed(folder: Folder) -> Iterator[Use]:
    for contract in folder.contracts:
        yield from ((CARC_LIST, withhold, "carc", (withhold.carc,)) for withhold in contract.withholds)
        for rate in contract.rates:
            yield from _of_rate(rate)
    for employer in folder.employers:
        yield from ((CARC_LIST, each, "carc", (each.carc,)) for each in employer.programs if each.carc)
    for conventions in folder.conventions:
        yield (
            RARC_LIST,
            conventions,
            "oop_cap_remark",
            [conventions.oop_cap_remark] if conventions.oop_cap_remark else (),
        )
        yield POS_LIST, conventions.emergency, "pos", conventions.emergency.pos
        if conventions.protection is not None:
            yield POS_LIST, conventions.protection, "pos", conventions.protection.pos
        for name in conventions.status277.__struct_fields__:
            yield from _status(conventions.status277, name, getattr(conventions.status277, name))
    for reason in folder.reasons:
        if reason.status277:
            yield from _status(reason, "status277", reason.status277)
    for piece, match in _matches(folder):
        yield POS_LIST, piece, "pos", match.pos or ()


def _of_rate(rate: ContractRate) -> Iterator[Use]:
    yield RARC_LIST, rate, "rarcs", rate.rarcs
    if rate.carc:
        yield CARC_LIST, rate, "carc", (rate.carc,)
    for part in (rate.excess, rate.outlier, rate.multiple_procedure):
        if part is not None:
            yield CARC_LIST, part, "carc", (part.carc,)
    yield from ((POS_LIST, share, "pos", share.pos) for share in rate.shares)


def _status(piece: msgspec.Struct, field: str, written: str) -> Iterator[Use]:
    category, _, code = written.partition(":")
    yield CATEGORY_LIST, piece, field, (category,)
    yield STATUS_LIST, piece, field, (code.partition(":")[0],)


def _matches(folder: Folder) -> Iterator[tuple[msgspec.Struct, LineMatch | PolicyCondition]]:
    for plan in folder.plans:
        for version in plan.versions:
            for benefit in version.benefits:
                yield from _every(benefit.match)
    for policies in folder.policies:
        for policy in policies.medical:
            for condition in (policy.deny_if, policy.require, policy.satisfied_if):
                if condition is not None:
                    yield from _every(condition)


def _every(
    match: LineMatch | PolicyCondition,
) -> Iterator[tuple[msgspec.Struct, LineMatch | PolicyCondition]]:
    yield match, match
    for each in match.any_of or ():
        yield from _every(each)


# --- codes of which only the form is known ---------------------------------------------------------------------------


def _formed(folder: Folder) -> Iterator[Use]:
    for _piece, match in _matches(folder):
        yield "modifier", match, "modifiers", match.modifiers or ()
        if isinstance(match, LineMatch):
            yield "procedure", match, "codes", match.codes or ()
            yield "revenue", match, "revenue_codes", match.revenue_codes or ()
            yield "bill", match, "tob_prefixes", match.tob_prefixes or ()
        elif match.sex is not None:
            yield "sex", match, "sex", (match.sex,)
    tables: tuple[Iterable[FeeRow | ApcTableRow], ...] = (folder.fees, folder.apc_rows)
    for priced in (row for table in tables for row in table):
        yield "procedure", priced, "code", (priced.code,)
        yield "modifier", priced, "modifier", (priced.modifier,) if priced.modifier else ()
    for contract in folder.contracts:
        for rate in contract.rates:
            yield from _formed_of_rate(rate)
    for conventions in folder.conventions:
        yield "revenue", conventions.emergency, "revenue_codes", conventions.emergency.revenue_codes
        yield "bill", conventions, "admitted_tob_prefixes", conventions.admitted_tob_prefixes
    for table in (_of_edits, _of_policies):
        yield from table(folder)


def _formed_of_rate(rate: ContractRate) -> Iterator[Use]:
    if rate.bilateral is not None:
        yield "modifier", rate.bilateral, "modifier", (rate.bilateral.modifier,)
    for share in rate.shares:
        yield "modifier", share, "modifiers", share.modifiers
        yield "procedure", share, "codes", share.codes or ()
    yield "procedure", rate.when, "codes", rate.when.codes or ()
    yield "bill", rate.when, "tob_prefixes", rate.when.tob_prefixes or ()
    yield "revenue", rate.when, "any_line_revenue_codes", rate.when.any_line_revenue_codes or ()
    yield "revenue", rate, "room_revenue_codes", rate.room_revenue_codes or ()


def _of_edits(folder: Folder) -> Iterator[Use]:
    for edits in folder.edits:
        yield "modifier", edits, "component_modifiers", edits.component_modifiers
        yield "modifier", edits, "ptp_bypass_modifiers", edits.ptp_bypass_modifiers
        for pair in edits.ptp:
            yield "procedure", pair, "column1", (pair.column1, pair.column2)
        rows: tuple[Iterable[msgspec.Struct], ...] = (edits.mue, edits.sex, edits.age, edits.ndc_required)
        yield from (("procedure", row, "code", (getattr(row, "code", ""),)) for table in rows for row in table)
        yield from (("sex", row, "sex", (row.sex,)) for row in edits.sex)
        yield from (("drug", row, "ndc_prefix", (row.ndc_prefix,)) for row in edits.formulary)
        for row in edits.modifiers:
            yield "modifier", row, "needs_one_of", row.needs_one_of
            yield "modifier", row, "never", row.never


def _of_policies(folder: Folder) -> Iterator[Use]:
    for policies in folder.policies:
        yield from (("procedure", policy, "codes", policy.codes) for policy in policies.medical)
        for row in policies.prior_auth:
            yield "procedure", row, "codes", row.codes
            yield "bill", row, "tob_prefixes", row.tob_prefixes
