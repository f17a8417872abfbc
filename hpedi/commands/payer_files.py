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
from hpedi.pipeline.load import LoadOutcome, load
from hpedi.pipeline.partner_profiles import read_profiles
from hpedi.reference.payer_folder import Loaded, load_payer_folder
from hpedi.run_context import RunContext

_STANDARD = ("rules", "code_sets")
_COLUMNS = (Column("File", whole=True), Column("Line", right=True), Column("Code", whole=True), Column("Finding"))


def load_folder(workspace: Workspace, context: RunContext, folder: Traversable) -> tuple[Loaded, LoadOutcome | None]:
    """Read a payer folder and take it in; nothing is taken in where there is an error."""
    with workspace.books.reading(context) as work:
        changes = tuple(read_profiles(work).changes.values())
    loaded = load_payer_folder(dict(_files(folder)), standard_files(), changes=changes, terms=profile_terms())
    if not loaded.records:
        return loaded, None
    return loaded, load(workspace.books, context, loaded)


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
