"""Checks of a payer folder on the payer, its conventions, its contracts as a whole and its edits: nothing contradicts.

What a rate of a contract needs is in `contract_checks`.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.reference.edits import Edits
from hpedi.reference.folder import Folder
from hpedi.reference.member_checks import Fault

_COMPONENT_PAID: Final = Edits().global_after_component
"""What the reason is called where none is written."""
_WEEKDAYS: Final = frozenset(range(1, 8))


def check_payer_rows(folder: Folder) -> Iterator[Finding]:
    """Check what the payer says of itself, how it decides, and what it agreed on.

    Findings:
        reference-value: Two statements contradict each other, or one can never hold.
    """
    for check in (_payers, _conventions, _contracts, _providers, _edits, _policies):
        for piece, field, message in check(folder):
            yield found("reference-value", folder.places.of(piece, field), message)


def _payers(folder: Folder) -> Iterator[Fault]:
    for payer in folder.payer:
        if not payer.identities:
            yield payer, "identities", "We answer under the first identity; add one."
        if not set(payer.calendar.weekend) <= _WEEKDAYS:
            yield payer.calendar, "weekend", "A weekday is 1 (Monday) to 7 (Sunday); correct the list."


def _conventions(folder: Folder) -> Iterator[Fault]:
    for each in folder.conventions:
        lists = (each.frequencies, each.replacing, each.voiding)
        if len({code for codes in lists for code in codes}) != sum(map(len, lists)):
            message = "A claim frequency stands twice in `frequencies`, `replacing` and `voiding`; keep it in one."
            yield each, "replacing", message
        if not set(each.oop_cap_removes) >= set(each.oop_counts):
            message = "A part counts to the out-of-pocket maximum that the maximum never removes; add it."
            yield each, "oop_cap_removes", message
        if not each.duplicate.exact_key:
            yield each.duplicate, "exact_key", "Without a key all lines are duplicates; name the fields that tell them."


def _contracts(folder: Folder) -> Iterator[Fault]:
    businesses = {plan.line_of_business for plan in folder.plans}
    served = {each.provider for each in folder.contracts if businesses & set(each.lines_of_business)}
    for contract in folder.contracts:
        if businesses and contract.provider not in served:
            message = f"The provider has no contract for {' or '.join(sorted(businesses))}; correct it, or add one."
            yield contract, "lines_of_business", message
        if contract.timely_filing is not None and contract.timely_filing.days < 1:
            message = "A claim would be late on the day of service; say at least 1 day, or leave `timely_filing` out."
            yield contract.timely_filing, "days", message


def _providers(folder: Folder) -> Iterator[Fault]:
    for provider in folder.providers:
        seen: set[str] = set()
        for person in provider.rendering:
            if person.npi in seen:
                yield person, "npi", "This NPI of a rendering person is given twice at the provider; keep one."
            seen.add(person.npi)


def _edits(folder: Folder) -> Iterator[Fault]:
    for edits in folder.edits:
        yield from _pairs(edits)
        yield from _components(edits, {reason.reason for reason in folder.reasons})
        for age in edits.age:
            if age.min_age < 0:
                yield age, "min_age", "An age is not below zero; correct `min_age`."
        sexes: dict[Hashable, str] = {}
        for row in edits.sex:
            if sexes.setdefault(row.code, row.sex) != row.sex:
                yield row, "sex", "The code is for one sex here and for another one above; keep one row."
        for rule in edits.modifiers:
            if set(rule.needs_one_of) & set(rule.never):
                yield rule, "never", "A modifier is needed and never allowed; take it off one of the lists."


def _components(edits: Edits, reasons: Collection[str]) -> Iterator[Fault]:
    for field in ("global_after_component", "component_after_global"):
        if edits.component_modifiers and getattr(edits, field) not in {_COMPONENT_PAID, *reasons}:
            yield edits, field, f"`{field}` names no reason that is defined; define it or correct the name."


def _pairs(edits: Edits) -> Iterator[Fault]:
    pairs = {(pair.column1, pair.column2) for pair in edits.ptp}
    for pair in edits.ptp:
        if pair.column1 == pair.column2:
            yield pair, "column2", "A code excludes itself; name two codes, or limit its units under `mue`."
        elif pair.column1 < pair.column2 and (pair.column2, pair.column1) in pairs:
            yield pair, "column1", "The pair stands the other way round too, so neither would be paid; keep one."


def _policies(folder: Folder) -> Iterator[Fault]:
    for policies in folder.policies:
        for policy in policies.medical:
            for condition in (policy.deny_if, policy.require, policy.satisfied_if):
                low, high = (condition.age_min, condition.age_max) if condition is not None else (None, None)
                if condition is not None and low is not None and high is not None and low > high:
                    yield condition, "age_max", "`age_max` is below `age_min`, so it never holds; correct one."
