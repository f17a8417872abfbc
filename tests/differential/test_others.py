"""Our verdicts on the sets of the newer guides differ from other validators' recorded ones only as explained."""

from __future__ import annotations

from importlib.resources import files

import pytest
from lxml import etree

from hpedi.finding_kinds import FINDING_KINDS
from tests.differential.compare import GUIDES, errata
from tests.differential.others import DOCUMENT, Comparison, classifications, compare, facts, meaning, render


@pytest.fixture(scope="module")
def outcome() -> Comparison:
    """All samples of these sets compared."""
    return compare()


def test_every_difference_is_explained(outcome: Comparison) -> None:
    """No verdict differs from a recorded one without a line of others.tsv that says why."""
    assert outcome.judged > 0
    assert [difference.line for difference in outcome.unexplained] == []


def test_every_line_explains_something(outcome: Comparison) -> None:
    """A line of others.tsv that explains nothing any more goes."""
    assert [line for line, differences in outcome.explained.items() if not differences] == []


def test_the_document_lists_the_differences(outcome: Comparison) -> None:
    """docs/differences-from-others.md is what `python -m tests.differential.others --write` renders."""
    assert DOCUMENT.read_text(encoding="utf-8") == render(outcome)


def test_every_line_cites_a_row() -> None:
    """What a line cites is a fact, an erratum, a finding, or a node of a map that a guide of ours reads."""
    known = facts().keys() | errata().keys() | {f"finding {code}" for code in FINDING_KINDS}
    others = {line.row for line in classifications()} - known
    assert [row for row in sorted(others) if not _is_node(*row.split())] == []


def _is_node(file: str, path: str) -> bool:
    """Say whether a map of the pyx12 package, which a guide of ours reads, has a node whose path ends so."""
    if f"pyx12/{file}" not in {entry.map for entry in GUIDES.entries.values()}:
        return False
    root = etree.fromstring((files("pyx12") / "map" / file).read_bytes())
    return any(_path_of(node).endswith(f"/{path}") for node in root.iter("segment", "element", "composite"))


def _path_of(node: etree._Element) -> str:
    around = [each.get("xid", "") for each in node.iterancestors()]
    return "/".join([*reversed(around), node.get("xid", "")])


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("valid(3)", "accepted"),
        ("invalid:X12_MISSING_SE", "rejected"),
        ("ERR:ValidationError:1 validation error", "rejected"),
        ("ERR:KeyError:'Unable to match 005010X224A2'", "-"),
        ("invalid:FATAL X12_NO_ISA_HEADER", "-"),
        ("no-model", "-"),
        ("", "-"),
    ],
)
def test_what_a_recorded_verdict_means(said: str, means: str) -> None:
    """A breakdown, a guide that is lacking and a file not read at all are no verdicts."""
    assert meaning(said) == means
