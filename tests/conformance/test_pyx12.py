"""pyx12 with our maps and code lists: it loads each map, accepts the clean files and refuses the mutants it can see.

It is given one set at a time; what is wrong with the envelope around is for our reader. Repeated elements it cannot
read at all (HP-20). A mutation that it cannot see says so in its table, by the errata row or in a few words.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import pyx12.map_if
import pyx12.params

from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.crosscheck.map_folder import MapEntry, map_entries, write_map_folder
from hpedi.finding_kinds import FINDING_KINDS
from tests.conformance.corpus import CLEAN, Mutant, clean_names, mutants
from tests.differential.compare import errata, sets_of

SYNTAX_AND_GUIDE = 2
IN_ITS_LISTS = "external-code"
"""Of SNIP 5, and seen by pyx12: the lists of its codes.xml."""
UNREADABLE = {"TA1": "It holds no set.", "837P-oxygen": "PX-07: PWK*CT*AD is chosen by PWK02."}
"""Clean files that pyx12 cannot judge, with the reason."""


def seen_by_pyx12() -> list[Mutant]:
    """Mutations of SNIP 1 and 2 that are about a segment or element of a set."""
    return [
        mutant
        for mutant in mutants()
        for first in mutant.expected[:1]
        if first.level <= SYNTAX_AND_GUIDE or first.code == IN_ITS_LISTS
        if first.segment and first.severity == "error"
        if mutant.base not in UNREADABLE
        if first.code in FINDING_KINDS and FINDING_KINDS[first.code].sent.ik304
    ]


def opinions(path: Path) -> list[Opinion]:
    """Return what pyx12 makes of each set of a file."""
    return [
        validate_with_pyx12(each.texts, each.delimiters, functional_id=each.functional_id, version=each.version).opinion
        for each in sets_of(path)
    ]


@pytest.mark.parametrize("entry", map_entries(), ids=lambda entry: f"{entry.set_id}-{entry.version}")
def test_pyx12_loads_every_map(entry: MapEntry, tmp_path: Path) -> None:
    """Each map, ours or its own, is loaded beside our codes.xml with its transaction set."""
    write_map_folder(tmp_path)
    loaded = pyx12.map_if.load_map_file(entry.file_name, pyx12.params.ParamsBase(), str(tmp_path))
    assert loaded.getnodebypath("/ISA_LOOP/GS_LOOP/ST_LOOP/ST").usage == "R"
    assert loaded.id == entry.set_id or loaded.id.startswith(entry.set_id)


@pytest.mark.parametrize("name", sorted(set(clean_names()) - UNREADABLE.keys()))
def test_pyx12_accepts_the_clean_files(name: str) -> None:
    """Every set of a clean file is accepted."""
    assert set(opinions(CLEAN / f"{name}.edi")) == {Opinion.ACCEPTED}


@pytest.mark.parametrize("mutant", seen_by_pyx12(), ids=lambda mutant: mutant.name)
def test_pyx12_refuses_the_mutant(mutant: Mutant, tmp_path: Path) -> None:
    """A set with the one mistake is refused or breaks pyx12; one with a reason in the table is accepted."""
    path = tmp_path / "mutant.edi"
    path.write_bytes(mutant.content)
    refused = set(opinions(path)) != {Opinion.ACCEPTED}
    assert refused == (not mutant.unseen)


def test_what_pyx12_cannot_see_has_a_reason() -> None:
    """A reason is an errata row or says something."""
    rows = errata()
    for mutant in mutants():
        if mutant.unseen.partition("-")[0] in ("PX", "HP"):
            assert mutant.unseen in rows, mutant.name
