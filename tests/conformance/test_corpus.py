"""Every one-error file is found out, with the right code, level and place; the clean ones have no finding."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.commands.running import json_lines, run_hpedi
from tests.conformance.__main__ import manifest, write
from tests.conformance.corpus import CLEAN, Found, Mutant, clean_names, harmless, mutants

SETS = {"837P", "837I", "837D", "835", "270", "271", "276", "277", "277CA", "999", "TA1", "834", "820"}
LEVELS = set(range(1, 8))
FEWEST = 250
MUTANTS = mutants()
ALLOWED = harmless()


def found_in(path: Path, capsys: pytest.CaptureFixture[str]) -> list[Found]:
    """Return what `hpedi validate` finds in a file at all levels."""
    run_hpedi("validate", "--snip", 7, "--json", path)
    (report,) = json_lines(capsys.readouterr().out)
    return sorted(_found(finding) for finding in report["findings"])


def _found(finding: dict[str, object]) -> Found:
    where = finding["where"]
    assert isinstance(where, dict)
    return Found(
        code=str(finding["code"]),
        level=int(str(finding["snip"])),
        severity=str(finding["severity"]),
        segment_id=str(where.get("segment_id") or ""),
        segment=int(where.get("segment") or 0),
        element=int(where.get("element") or 0),
        component=int(where.get("component") or 0),
    )


def _as_parameter(mutant: Mutant) -> object:
    marks = [pytest.mark.xfail(strict=True, reason=mutant.broken)] if mutant.broken else []
    return pytest.param(mutant, id=mutant.name, marks=marks)


@pytest.mark.parametrize("name", clean_names())
def test_a_clean_file_has_no_finding(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is found in a clean file, no warning either."""
    assert found_in(CLEAN / f"{name}.edi", capsys) == []


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_what_is_allowed_is_no_finding(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is found in a clean file that is changed in a way that is allowed."""
    path = tmp_path / "allowed.edi"
    path.write_bytes(ALLOWED[name])
    assert found_in(path, capsys) == []


@pytest.mark.parametrize("mutant", [_as_parameter(mutant) for mutant in MUTANTS])
def test_a_mutation_is_found(mutant: Mutant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The one mistake is found where it is, and nothing else but what the table gives a reason for."""
    path = tmp_path / "mutant.edi"
    path.write_bytes(mutant.content)
    assert found_in(path, capsys) == sorted(mutant.expected)


def test_the_corpus_is_large_and_covers_every_set_and_level() -> None:
    """There are at least 250 mutations, every set and every level among them."""
    assert len(MUTANTS) >= FEWEST
    assert {mutant.transaction for mutant in MUTANTS} == SETS
    assert {mutant.expected[0].level for mutant in MUTANTS} == LEVELS


def test_no_two_mutations_make_the_same_file() -> None:
    """Each mutation is another one."""
    contents = Counter(mutant.content for mutant in MUTANTS)
    assert [mutant.name for mutant in MUTANTS if contents[mutant.content] > 1] == []


def test_the_corpus_can_be_written_out(tmp_path: Path) -> None:
    """Others get a file a mutation, the clean files, and a manifest with a line for each."""
    write(tmp_path, MUTANTS)
    lines = (tmp_path / "manifest.tsv").read_text(encoding="utf-8").splitlines()
    assert lines == manifest(MUTANTS).splitlines()
    named = [line.split("\t")[0] for line in lines[1:]]
    assert sorted(named) == sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.edi"))
