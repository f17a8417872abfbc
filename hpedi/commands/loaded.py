"""What a program that goes on and on works by, as it is now: it is read again when another one was loaded."""

from __future__ import annotations

from typing import NamedTuple

from hpedi.code_files import FOLDER, own_lists_seen
from hpedi.commands.workspace import Workspace
from hpedi.run_context import RunContext


class Loaded(NamedTuple):
    """Which reference data is known, and which code lists of the workspace's own there are."""

    snapshot: int
    lists: tuple[tuple[str, int, int], ...]


def loaded_now(workspace: Workspace, context: RunContext) -> Loaded:
    """Return what is loaded.

    Raises:
        Unavailable: The database cannot be read.
    """
    with workspace.books.reading(context) as work:
        return Loaded(work.reference.snapshot(), own_lists_seen(workspace.home / FOLDER))
