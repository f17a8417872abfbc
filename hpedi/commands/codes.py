"""`hpedi codes`: the code sets that claims are held against, and lists that the user owns.

Lists that others own (CPT, CDT, NUBC codes, NUCC taxonomy, the full X12 lists) are not part of hpedi. Who has a licence
imports them; until then only the form of such codes is checked, and `hpedi validate` says which sets were not checked.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day, ExistingFile
from hpedi.commands.printing import Column, json_option, print_json, print_table
from hpedi.reference.code_book import CodeSet

_COLUMNS: Final = (
    Column("Set", whole=True),
    Column("What", whole=True),
    Column("Codes", right=True),
    Column("Known from", whole=True),
    Column("to", whole=True),
    Column("List", whole=True),
)


@click.group()
def command() -> None:
    """List the code sets, and import lists that you own.

    \b
    Example:
      hpedi codes import hcpcs.csv --set hcpcs
    """


@command.command("import")
@click.argument("file", metavar="FILE", type=ExistingFile)
@click.option("--set", "set_name", required=True, metavar="SET", help="The set it is a list of: see hpedi codes list.")
@click.option(
    "--from", "since", type=Day(), metavar="DATE", help="The first day that the list tells about; all days if left out."
)
@click.option(
    "--into",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where lists are kept; code_sets in the workspace if left out.",
)
@json_option
@click.pass_obj
def import_list(
    session: Session, file: Path, set_name: str, since: date | None, folder: Path | None, *, as_json: bool
) -> int:
    """Import a full list of codes that you own.

    Reads the NUCC taxonomy (CSV), the CMS HCPCS file (CSV or fixed columns), X12 external lists and other tables with a
    header (columns code and, if there are, start and stop dates), or one code a line. A stop date is the first day that
    a code is no longer in force; every other end is the last day that it is. Each error is told with its line, and then
    nothing is imported. The list takes the place of the one there was.

    A list without history says nothing about the past: give --from, and codes of earlier services are not checked.

    \b
    Example:
      hpedi codes import HCPC2026_JUL_ANWEB.txt --set hcpcs --from 2026-07-01
    """
    from hpedi.code_files import FOLDER, code_book
    from hpedi.commands.payer_files import print_findings
    from hpedi.reference.code_book_import import read_published_list, write_code_table
    from hpedi.safekeeping.whole_files import write_whole

    sets = code_book().sets
    if set_name not in sets or not sets[set_name].entry.has_list or sets[set_name].entry.table:
        known = ", ".join(sorted(name for name, each in sets.items() if each.entry.has_list and not each.entry.table))
        raise click.UsageError(f"--set names no set that can have a list; there are {known}")
    entry = sets[set_name].entry
    published = read_published_list(file.read_bytes(), file.name, entry)
    if folder is None:
        _check_loads(session.home, set_name)
    target = (folder or session.home / FOLDER) / f"{set_name}.tsv"
    if not published.findings:
        write_whole(target, [write_code_table(entry, published.rows, file.name, since)])
    written = 0 if published.findings else len(published.rows)
    if as_json:
        print_json({"set": set_name, "file": str(target), "rows": written, "findings": published.findings})
    else:
        print_findings(published.findings)
        click.echo(
            f"{set_name}: {written:,} rows imported" if written else "nothing imported: correct the errors first"
        )
    return ExitCode.FINDINGS if published.findings else ExitCode.OK


def _check_loads(home: Path, set_name: str) -> None:
    """Refuse who may not change reference data of a workspace; where there is none yet, nobody's data is changed.

    Raises:
        NotPermitted: No role permits it; the audit log tells of it.
    """
    from hpedi.commands.settings import CONFIG
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    if (home / CONFIG).exists():
        workspace = open_workspace(home)
        context = acting(workspace, "load", "reference")
        with workspace.books.writing(context) as work:
            work.audit.record("codes import", f"code set:{set_name}", reason="reference data", result="begun")


@command.command("list")
@click.option(
    "--code-sets",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where imported lists are; code_sets in the workspace if left out.",
)
@json_option
@click.pass_obj
def list_sets(session: Session, folder: Path | None, *, as_json: bool) -> int:
    """List the code sets: how many codes, for which days, and whose list.

    \b
    Example:
      hpedi codes list
    """
    from hpedi.code_files import FOLDER, check_own_lists, code_book
    from hpedi.commands.payer_files import print_findings

    own = folder or session.home / FOLDER
    findings = check_own_lists(own)
    if findings:
        print_json({"findings": findings}) if as_json else print_findings(findings)
        return ExitCode.FINDINGS
    rows = [_shown(name, each) for name, each in code_book(own).sets.items()]
    if as_json:
        for row in rows:
            print_json(dict(zip(("set", "title", "codes", "from", "to", "list"), row, strict=True)))
    else:
        print_table("", _COLUMNS, rows)
    return ExitCode.OK


def _shown(name: str, code_set: CodeSet) -> tuple[str, str, int | None, str, str, str]:
    """Return a row of the table: name, title, codes, first and last day known, whose list."""
    entry = code_set.entry
    if not code_set.is_loaded:
        whose = "none: form only" if entry.has_list else "needs none"
        return name, entry.title, None, "", "", f"of {', '.join(entry.any_of)}" if entry.any_of else whose
    covers = code_set.codes.covers
    first = "" if covers.start == date.min else covers.start.isoformat()
    last = "" if covers.end is None else covers.end.isoformat()
    return name, entry.title, len(code_set.codes.spans), first, last, "imported" if code_set.is_of_user else "of hpedi"
