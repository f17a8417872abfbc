"""A payer folder and the standard data beside it, as bytes for the loader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable

import click

from hpedi.commands.partner_terms import profile_terms
from hpedi.commands.printing import Column, print_table
from hpedi.commands.workspace import Workspace
from hpedi.findings import Finding
from hpedi.mappings_folder import mapping
from hpedi.pipeline.impact import ImpactList
from hpedi.pipeline.load import LoadOutcome, known_families, load, look
from hpedi.pipeline.partner_profiles import read_profiles
from hpedi.reference.payer_folder import Loaded, holds_members, load_payer_folder
from hpedi.run_context import RunContext

_STANDARD = ("rules", "code_sets")
_COLUMNS = (Column("File", whole=True), Column("Line", right=True), Column("Code", whole=True), Column("Finding"))


def load_folder(workspace: Workspace, context: RunContext, folder: Traversable) -> tuple[Loaded, LoadOutcome | None]:
    """Read a payer folder and take it in; nothing is taken in where there is an error."""
    loaded = _read(workspace, context, folder)
    return loaded, load(workspace.books, context, loaded) if loaded.records else None


def look_at_folder(workspace: Workspace, context: RunContext, folder: Traversable) -> tuple[Loaded, ImpactList | None]:
    """Read a payer folder and say what taking it in would change; None where there is an error."""
    loaded = _read(workspace, context, folder)
    return loaded, look(workspace.books, context, loaded) if loaded.records else None


def _read(workspace: Workspace, context: RunContext, folder: Traversable) -> Loaded:
    """Read a payer folder beside what was changed here; the members that are known stay where it has none."""
    files = dict(_files(folder))
    with workspace.books.reading(context) as work:
        changes = tuple(read_profiles(work).changes.values())
        families = () if holds_members(files) else known_families(work)
    return load_payer_folder(files, standard_files(), changes=changes, terms=profile_terms(), families=families)


def print_findings(findings: tuple[Finding, ...]) -> None:
    """Print what is wrong with a folder, by file and line."""
    rows = ((each.where.file, each.where.line, each.code, each.message) for each in findings)
    print_table("", _COLUMNS, rows)


def tell(outcome: LoadOutcome) -> None:
    """Say what loading changed."""
    if outcome.changed or outcome.opening_balances:
        click.echo(
            f"loaded snapshot {outcome.snapshot}: {outcome.records:,} records, {outcome.changed:,} changed, "
            f"{outcome.opening_balances:,} new opening balances"
        )
    else:
        click.echo(f"nothing changed: snapshot {outcome.snapshot} already says the same")


def standard_files() -> Mapping[str, bytes]:
    """Return the rules and code sets of mappings/ that every payer folder is read beside, by path."""
    return {
        f"{name}/{path}": content
        for name in _STANDARD
        for path, content in _files(mapping(name))
        if path.endswith((".yaml", ".tsv"))
    }


def _files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.startswith((".", "__")):
            continue
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_bytes()
