"""Checks of a payer folder on its edits and policies: names that exist, rows that do not contradict each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import pairwise

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.reference.dated import Lasting
from hpedi.reference.edits import Edits, FormularyRow, ModifierRule
from hpedi.reference.folder import Folder
from hpedi.reference.policies import MedicalPolicy, Policies, PriorAuthorization

USUAL_REASON = "medical_necessity"


def check_edits(folder: Folder) -> Iterator[Finding]:
    """Rows of one code are in force one after the other, and their reasons are defined.

    Findings:
        reference-link: A reason is not defined.
        reference-value: A span ends before it begins, two rows are in force on one day, an age ends before it begins.
    """
    reasons = {reason.reason for reason in folder.reasons}
    for edits in folder.edits:
        for words, rows in _alone(edits):
            yield from _overlaps(folder, words, rows)
        for age in edits.age:
            if age.max_age is not None and age.max_age < age.min_age:
                yield found("reference-value", folder.places.of(age, "max_age"), "`max_age` is below `min_age`.")
        named: list[ModifierRule | FormularyRow] = [*edits.modifiers, *edits.formulary]
        yield from (
            _undefined(folder, row, "reason") for row in named if row.reason is not None and row.reason not in reasons
        )


def check_policies(folder: Folder) -> Iterator[Finding]:
    """Policies have ids of their own, reasons that are defined, and something to say.

    Findings:
        reference-link: A reason or policy is not defined, an id stands twice, a row is about no service.
        reference-value: A span ends before it begins.
    """
    reasons = {reason.reason for reason in folder.reasons}
    for policies in folder.policies:
        ids = [policy.id for policy in policies.medical]
        for policy in policies.medical:
            if policy.may_deny and (policy.reason or USUAL_REASON) not in reasons:
                yield _undefined(folder, policy, "reason")
            if not policy.may_deny and policy.effect is None:
                message = "The policy says nothing; give `deny_if`, `require` or `satisfied_if`."
                yield found("reference-link", folder.places.of(policy), message)
        for row in policies.prior_auth:
            if row.unless_policy is not None and row.unless_policy not in ids:
                yield _undefined(folder, row, "unless_policy")
            if not row.codes and not row.tob_prefixes:
                message = "The row is about no service; give `codes` or `tob_prefixes`."
                yield found("reference-link", folder.places.of(row), message)
        yield from _given_twice(folder, policies)


def _alone(edits: Edits) -> Iterator[tuple[str, Iterable[tuple[Hashable, Lasting]]]]:
    yield "rows for one code pair", (((row.column1, row.column2), row) for row in edits.ptp)
    yield "daily maximums of one code", ((row.code, row) for row in edits.mue)
    yield "spans of one code", ((row.code, row) for row in edits.code_dates)
    yield "spans of one modifier", ((row.modifier, row) for row in edits.modifier_dates)


def _overlaps(folder: Folder, words: str, rows: Iterable[tuple[Hashable, Lasting]]) -> Iterator[Finding]:
    of_key: dict[Hashable, list[Lasting]] = {}
    for key, row in rows:
        of_key.setdefault(key, []).append(row)
        if row.end is not None and row.end < row.start:
            message = "The span ends before it begins; correct `from` or `to` (both days are included)."
            yield found("reference-value", folder.places.of(row), message)
    for group in of_key.values():
        for earlier, later in pairwise(sorted(group, key=lambda row: row.start)):
            if earlier.end is None or later.start <= earlier.end:
                other = folder.places.of(earlier)
                message = f"Two {words} are in force on one day (the other: line {other.line}); end the earlier one."
                yield found("reference-value", folder.places.of(later), message)


def _given_twice(folder: Folder, policies: Policies) -> Iterator[Finding]:
    seen: set[str] = set()
    every: list[MedicalPolicy | PriorAuthorization] = [*policies.medical, *policies.prior_auth]
    for each in every:
        if each.id in seen:
            message = "This policy id is given twice; give each its own, an appeal names it."
            yield found("reference-link", folder.places.of(each, "id"), message)
        seen.add(each.id)


def _undefined(folder: Folder, piece: msgspec.Struct, field: str) -> Finding:
    message = f"`{field}` names something that is not defined; define it or correct the name."
    return found("reference-link", folder.places.of(piece, field), message)
