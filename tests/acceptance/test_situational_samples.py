"""Sample files written by others at SNIP 4: what refuses them is listed here with the reason, and is nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import judged_file
from hpedi.acceptance.judging import Judging
from hpedi.acceptance_files import RuleFiles
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from hpedi.x12.reader import read_x12
from tests.shared import samples_dir

GUIDES = GuideFiles()
RULES = RuleFiles(GUIDES)
SETS = ("270", "271", "276", "277", "277CA", "835", "837D", "837I", "837P")
WRONG = {
    "271/cosyte__271-no-benefits-no-aaa__c548260e.edi": {"S4-423": "the file says by its name that it answers nothing"},
    "835/moov-io__sample1__c42008b2.txt": {"S4-101": "BPR02 is below zero"},
    "837D/cosyte__837d-canonical__c47c2de4.edi": {"S4-044": "diagnoses with a decimal point"},
    "837D/cosyte__837d__d6a1d986.edi": {"S4-044": "diagnoses with a decimal point"},
    "837P/UHIN__837__e946ff28.edi": {"S4-220": "BHT04 is two years before the service"},
    "837P/apimeister___837_test__3bd9c828.edi": {
        "S4-042a": "ICD-9 for services since 2015-10-01",
        "S4-220": "BHT04 is before the service",
    },
    "837P/rohanrkamath__edi_sample_25_claims__1ed89553.txt": {
        "S4-043": "a diagnosis stands twice",
        "S4-220": "BHT04 is before the service",
    },
}
"""Rules that refuse a file, and what is wrong in it."""


def files() -> Iterator[tuple[str, Path]]:
    """Sample files of our sets, by folder and name."""
    for name in SETS:
        for path in sorted((samples_dir() / name).iterdir()):
            yield f"{name}/{path.name}", path


def errors_of(path: Path) -> list[Finding]:
    """Errors of SNIP 4 in a file."""
    judging = Judging(
        guide_for=GUIDES.guide_for,
        known_version=GUIDES.known_version,
        plan_for=lambda guide, _receivers: RULES.plan_for(guide, frozenset()),
        highest_snip=4,
    )
    judged = judged_file(list(judge(read_x12([path.read_bytes()]), judging)))
    sets = (each for interchange in judged.interchanges for group in interchange.groups for each in group.sets)
    found = (finding for each in sets for finding in each.noted.findings)
    return [finding for finding in found if finding.is_error and finding.kind.rule.startswith("S4-")]


def test_no_published_file_is_refused_without_reason() -> None:
    """Only what is wrong by the guide refuses a file."""
    refused = {name: {error.kind.rule for error in errors_of(path)} for name, path in files()}
    assert {name: rules for name, rules in refused.items() if rules} == {name: set(why) for name, why in WRONG.items()}
