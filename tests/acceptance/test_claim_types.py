"""Rules by kind of claim (SNIP 6): right claims of each kind, and each rule broken by one change."""

from __future__ import annotations

import pytest

from hpedi.acceptance.rules.rule import read_rules
from hpedi.mappings_folder import mapping
from tests.acceptance.claim_type_files import Mistake, claim_of, findings_of, mistakes, told, written

FILES = ("professional", "institutional", "dental")
CLAIMS = [(name, claim) for name in FILES for claim in written(name)["claims"]]
MISTAKES = [(name, mistake) for name in FILES for mistake in mistakes(name)]


@pytest.mark.parametrize(("name", "claim"), CLAIMS, ids=str)
def test_a_right_claim_is_clean(name: str, claim: str) -> None:
    """Nothing refuses a right claim of any kind at any level, and no rule by kind of claim tells anything."""
    found = findings_of(written(name)["guide"], claim_of(name, claim))
    assert [finding.code for finding in found if finding.is_error] == []
    assert told(found, 6) == []


@pytest.mark.parametrize(
    ("name", "mistake"), MISTAKES, ids=lambda value: f"{value.rule}-{value.claim}" if isinstance(value, Mistake) else ""
)
def test_one_mistake_is_found_where_it_is(name: str, mistake: Mistake) -> None:
    """One change of a right claim breaks its rule at its place and no other rule by kind of claim."""
    lines = mistake.made_in(claim_of(name, mistake.claim))
    found = told(findings_of(written(name)["guide"], lines), 6)
    assert [each for each in found if each.code not in mistake.also] == mistake.expected(lines)


@pytest.mark.parametrize("name", FILES)
def test_every_rule_is_broken_once(name: str) -> None:
    """Each rule has a mistake that it finds, but for those that are off."""
    rules = read_rules(mapping(f"acceptance/claim_types_{name}.yaml").read_bytes())
    broken = {(mistake.rule, mistake.finds) for mistake in mistakes(name) if mistake.finds}
    assert {(rule.id, rule.kind.code) for rule in rules if rule.severity is not None} == broken
