"""The code sets as files: ours below mappings/code_sets, the user's own in a folder of one list a set."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from hpedi.findings import Finding
from hpedi.mappings_folder import mapping
from hpedi.reference.code_book import CodeBook
from hpedi.reference.code_book_import import check_code_tables
from hpedi.reference.code_book_tables import SETS_FILE, read_code_book, read_code_set_entries, set_name

FOLDER: Final = "code_sets"
"""In a workspace and below mappings/."""


def standard_code_files() -> dict[str, bytes]:
    """Return the files of mappings/code_sets by name."""
    return {
        path.name: path.read_bytes()
        for path in mapping(FOLDER).iterdir()
        if set_name(path.name) or path.name == SETS_FILE
    }


def own_code_files(folder: Path) -> dict[str, bytes]:
    """Return the lists of the user's folder by name; none if there is no such folder."""
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if set_name(path.name)}


def own_lists_seen(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what is other when a list of the user's folder is: names, sizes, and when each was written."""
    if not folder.is_dir():
        return ()
    lists = ((path.name, path.stat()) for path in sorted(folder.iterdir()) if set_name(path.name))
    return tuple((name, seen.st_size, seen.st_mtime_ns) for name, seen in lists)


def check_own_lists(folder: Path) -> tuple[Finding, ...]:
    """Return what is wrong with the user's lists, by file and line: a code book is read from right ones only."""
    entries = read_code_set_entries(mapping(f"{FOLDER}/{SETS_FILE}").read_bytes())
    return check_code_tables(own_code_files(folder), {entry.name: entry for entry in entries})


def code_book(own: Path | None = None) -> CodeBook:
    """Return the code sets.

    Args:
        own: The user's folder, in which `check_own_lists` found nothing; its lists take the place of ours.
    """
    if own is None or not own_code_files(own):
        return _standard_code_book()
    return read_code_book(standard_code_files(), own_code_files(own))


@cache
def _standard_code_book() -> CodeBook:
    return read_code_book(standard_code_files())
