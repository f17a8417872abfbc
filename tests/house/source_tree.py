"""The Python files of the house, parsed once for the tests beside this one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.shared import PROJECT

SHELL = ("commands", "web", "intake", "delivery", "store", "crosscheck", "safekeeping")
SHELL_FILES = (
    "acceptance_files.py",
    "code_files.py",
    "drg_grouping.py",
    "guide_files.py",
    "inquiry_files.py",
    "mappings_folder.py",
    "log.py",
)


@cache
def parsed(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(), str(path))


def package_files() -> tuple[Path, ...]:
    """Return the files of the package hpedi."""
    return tuple(sorted((PROJECT / "hpedi").rglob("*.py")))


def core_files() -> tuple[Path, ...]:
    """Return the files that do no I/O."""
    package = PROJECT / "hpedi"
    inner = ((path, path.relative_to(package).parts) for path in package_files())
    return tuple(path for path, parts in inner if parts[0] not in SHELL and parts[0] not in SHELL_FILES)


def python_tests() -> tuple[Path, ...]:
    """Return the files of tests."""
    return tuple(sorted((PROJECT / "tests").rglob("*.py")))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a file."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of a file with the called name as it stands (`date.today`, `open`)."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def place(path: Path, node: ast.stmt | ast.expr) -> str:
    """Return file and line for a message."""
    return f"{path.relative_to(PROJECT)}:{node.lineno}"
