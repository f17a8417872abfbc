"""Rules between elements (SNIP 4): clean files of every set, and each rule broken by one change, found at its place."""

from __future__ import annotations

import pytest

from hpedi.acceptance.rules.rule import Rule, read_rules
from hpedi.findings import Severity
from hpedi.mappings_folder import mapping
from tests.acceptance.situational_files import FOLDER, Mistake, findings_of, found_by_rule, mistakes
from tests.conformance.corpus import clean_segments

BASES = sorted(path.stem for path in FOLDER.glob("*.txt"))
FILES = ("837", "835", "270_271", "276_277", "834_820", "values")
MISTAKES = mistakes()


def rules() -> list[Rule]:
    """Rules of the situational files."""
    return [rule for name in FILES for rule in read_rules(mapping(f"acceptance/situational_{name}.yaml").read_bytes())]


@pytest.mark.parametrize("base", BASES)
def test_a_clean_file_breaks_no_rule(base: str) -> None:
    """A right file has neither error nor warning at this level."""
    assert findings_of(list(clean_segments(base))) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.base}-{mistake.rule}")
def test_a_change_is_found_where_it_is(mistake: Mistake) -> None:
    """One change breaks its rule at its place and no other rule but those that the table names."""
    segments, found = mistake.segments(), found_by_rule(mistake)
    assert found.get(mistake.rule, set()) == mistake.expected(segments)
    assert found.keys() - {mistake.rule} == mistake.also


def test_every_rule_is_broken_once() -> None:
    """Each rule has a change that it finds, but for those that are off."""
    broken = {mistake.rule for mistake in MISTAKES if mistake.places}
    assert {rule.id for rule in rules() if rule.severity is not None} == broken


def test_ids_and_codes_are_unique() -> None:
    """No two rules share an id or a code."""
    assert len({rule.id for rule in rules()}) == len({rule.kind.code for rule in rules()}) == len(rules())


def test_rules_that_published_files_break_refuse_nothing() -> None:
    """A rule whose source says that published files break it is a warning, or off."""
    assert [rule.id for rule in rules() if "break" in rule.source and rule.severity is Severity.ERROR] == []
