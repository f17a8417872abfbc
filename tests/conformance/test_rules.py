"""Every rule of SNIP 3 to 7 that refuses something is broken by a mutation, and mutations name the rules they break."""

from __future__ import annotations

from hpedi.acceptance_files import every_rule
from hpedi.findings import Severity
from tests.conformance.corpus import mutants

MUTANTS = mutants()
NOT_TO_BE_BROKEN = {
    "place-of-service-date": "No place of service of our list was ever withdrawn.",
    "line-place-of-service-date": "No place of service of our list was ever withdrawn.",
}
"""Codes of rules that no mutation can break, with the reason."""


def test_a_mutation_names_the_rule_that_it_breaks() -> None:
    """What must be found first is of the rule's code, and the table's file is of the rule's level."""
    rules = {rule.id: rule.kind for rule in every_rule()}
    wrong = [
        f"{mutant.name}: {mutant.rule}"
        for mutant in MUTANTS
        for first in mutant.expected[:1]
        if mutant.rule
        and (
            mutant.rule not in rules or (first.code, first.level) != (rules[mutant.rule].code, rules[mutant.rule].snip)
        )
    ]
    assert wrong == []


def test_every_rule_that_refuses_is_broken() -> None:
    """Each code of a rule of weight error is found in the corpus, but for those that nothing can break."""
    found = {each.code for mutant in MUTANTS for each in mutant.expected}
    refusing = {rule.kind.code for rule in every_rule() if rule.severity is Severity.ERROR}
    assert sorted(refusing - found - NOT_TO_BE_BROKEN.keys()) == []


def test_what_cannot_be_broken_is_a_rule() -> None:
    """An exception of a rule that is gone, or that a mutation breaks, goes."""
    found = {each.code for mutant in MUTANTS for each in mutant.expected}
    refusing = {rule.kind.code for rule in every_rule() if rule.severity is Severity.ERROR}
    assert NOT_TO_BE_BROKEN.keys() <= refusing - found
