"""The house rules for code that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.source_tree import calls, core_files, functions, package_files, place, python_tests
from tests.shared import PROJECT

LONGEST_FUNCTION = 40
LONGEST_FILE = 400
CLOCK_AND_FILES = re.compile(
    r"(.*\.)?(now|today|utcnow|open|print|input|getenv|read_text|write_text|read_bytes|write_bytes)"
)
LOG_CALL = re.compile(r"log\.(debug|info|warning|error|exception)")
PLAIN_NUMBERS = {0, 1, 12}  # a year has twelve months wherever the plan is
NOT_FOR_COMMITS = re.compile(r"/work/|/root/|/opt/")


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's lines without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    docstring = function.body[0] if ast.get_docstring(function, clean=False) is not None else None
    return lines - ((docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0)


def test_no_function_is_long() -> None:
    """A function has under 40 lines."""
    long = [
        f"{place(path, function)} {function.name}: {length(function)}"
        for path in package_files()
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION and "migrations" not in path.parts
    ]
    assert not long


def test_no_file_is_long() -> None:
    """A file of the package holds one thought: under 400 lines."""
    long = [str(path) for path in package_files() if len(path.read_text().splitlines()) > LONGEST_FILE]
    assert not long


def test_the_core_reads_no_clock_and_opens_no_file() -> None:
    """Nothing in the core asks for the time, opens a file or prints."""
    asked = [
        f"{place(path, call)} {name}"
        for path in core_files()
        for name, call in calls(path)
        if CLOCK_AND_FILES.fullmatch(name) and not name.startswith("self.")
    ]
    assert not asked


def test_log_phrases_are_fixed() -> None:
    """A log event is a literal phrase: nothing is formatted into it."""
    formatted = [
        place(path, call)
        for path in package_files()
        for name, call in calls(path)
        if LOG_CALL.fullmatch(name) and not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert not formatted


@pytest.mark.parametrize("folder", ["adjudication/rules", "adjudication/pricing"])
def test_rules_hold_no_numbers(folder: str) -> None:
    """A rule takes its numbers from dated data: no literal but 0, 1 and the months of a year stands in it."""
    numbers = [
        f"{place(path, node)} {node.value}"
        for path in (PROJECT / "hpedi" / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and type(node.value) in {int, float} and node.value not in PLAIN_NUMBERS
    ]
    assert not numbers


def test_each_test_says_what_it_shows() -> None:
    """Each test's docstring is one sentence of behaviour."""
    silent = [
        f"{place(path, function)} {function.name}"
        for path in python_tests()
        for function in functions(path)
        if function.name.startswith("test_") and not (ast.get_docstring(function) or "").split("\n")[0].endswith(".")
    ]
    assert not [entry for entry in silent if "source_tree.py" not in entry]


def committed_texts() -> list[Path]:
    """Return the texts that are ours: code, data, docs."""
    folders = ("hpedi", "mappings", "samples", "tests", "docs", "benchmarks", "requirements", ".ci")
    suffixes = {".py", ".md", ".yaml", ".toml", ".tsv", ".txt", ".json", ""}
    inside = [path for folder in folders for path in (PROJECT / folder).rglob("*")]
    every = [*inside, *PROJECT.glob("*.md"), PROJECT / "pyproject.toml", PROJECT / "Makefile"]
    return [path for path in every if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts]


def test_no_text_names_a_machine() -> None:
    """Nothing that is committed names a path of somebody's machine."""
    named = [
        str(path) for path in committed_texts() if path != Path(__file__) and NOT_FOR_COMMITS.search(path.read_text())
    ]
    assert not named
