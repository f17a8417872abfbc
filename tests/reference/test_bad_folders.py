"""Mistakes in a payer folder are told with file, line and remedy: one at a time in a copy of samples/payer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from hpedi.findings import Severity
from hpedi.reference.payer_folder import Loaded, load_payer_folder
from tests.golden.world import standard_files
from tests.shared import PROJECT

MISTAKES = yaml.safe_load((Path(__file__).parent / "bad" / "mistakes.yaml").read_text())
SAMPLE = PROJECT / "samples" / "payer"
MOST_MISTAKES_HAVE = 60


@cache
def right_files() -> dict[str, bytes]:
    """Return the files of the sample payer."""
    return {
        path.relative_to(SAMPLE).as_posix(): path.read_bytes() for path in sorted(SAMPLE.rglob("*")) if path.is_file()
    }


def with_mistake(mistake: dict[str, Any]) -> dict[str, bytes]:
    """Return the files of the sample payer with one mistake."""
    files = dict(right_files())
    text = files[mistake["file"]].decode()
    for old, new in (("old", "new"), ("also_old", "also_new")):
        if old in mistake:
            assert mistake[old] in text, f"samples/payer has changed: {mistake[old]!r} is not in {mistake['file']}"
            text = text.replace(mistake[old], mistake[new], -1 if mistake.get("every") else 1)
        elif new in mistake:
            text += mistake[new]
    files[mistake["file"]] = text.encode()
    return files


def line_of(files: dict[str, bytes], mistake: dict[str, Any]) -> int:
    """Return the line at which a mistake must be told."""
    text = files[mistake.get("file_told", mistake["file"])].decode()
    if "at" in mistake:
        return text[: text.index(mistake["at"])].count("\n") + 1
    before = right_files()[mistake["file"]].decode()
    starts = before.index(mistake["old"]) if "old" in mistake else len(before)
    return text[: starts + len(mistake["new"].rstrip("\n"))].count("\n") + 1


def load(files: dict[str, bytes]) -> Loaded:
    """Load a folder with the standard data."""
    return load_payer_folder(files, standard_files())


def test_the_right_folder_has_no_finding() -> None:
    """Nothing is told of the sample payer, so what is told of a copy is its mistake."""
    assert not load(dict(right_files())).findings


def test_there_are_many_kinds_of_mistake() -> None:
    """The table has at least sixty mistakes, each of its own name."""
    assert len({mistake["name"] for mistake in MISTAKES}) == len(MISTAKES) >= MOST_MISTAKES_HAVE


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["name"].replace(" ", "-"))
def test_a_mistake_is_told_where_it_stands(mistake: dict[str, Any]) -> None:
    """One mistake is told once, at its file and line, with what to do; an error lets nothing be loaded."""
    files = with_mistake(mistake)
    loaded = load(files)
    place = (mistake.get("file_told", mistake["file"]), line_of(files, mistake))
    told = [(each.where.file, each.where.line, each.message) for each in loaded.findings]
    assert any((file, line) == place and mistake["says"] in message for file, line, message in told), (place, told)
    assert mistake.get("several") or len(told) == 1, told
    severity = Severity.WARNING if mistake.get("warning") else Severity.ERROR
    assert all(each.severity is severity for each in loaded.findings)
    assert bool(loaded.records) == bool(mistake.get("warning"))
