"""`hpedi audit`: the audit log verified, searched and exported; whoever reads it leaves an entry too."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from hpedi.audit.disclosures import Disclosure, disclosures, load_disclosure_terms
from hpedi.audit.entry import ANCHOR_BEGUN_ANEW, AuditEntry
from hpedi.audit.verify import Verified
from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day, as_of_option
from hpedi.commands.printing import Column, hint, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.commands.workspace import Workspace
    from hpedi.run_context import RunContext

SHOWN: Final = 20
SUBJECT: Final = "audit log"


@click.group()
def command() -> None:
    """Verify, search and export the audit log.

    \b
    Example:
      hpedi audit verify
    """


def _auditing(workspace: Workspace) -> RunContext:
    """Return who reads the log.

    Raises:
        NotPermitted: No role permits it.
    """
    from hpedi.commands.signed_in import acting

    return acting(workspace, "audit", "log")


@command.command()
@json_option
@click.pass_obj
def verify(session: Session, *, as_json: bool) -> int:
    """Say whether the audit log is as it was written.

    Holds every entry against its own mac, its seal, the chain of seals and the anchor outside the workspace. Tells the
    place of each fault, the first one first, and how many entries wait for their seal. Exit code 1 says that something
    was changed, deleted, swapped, put in or cut off. By the clock it needs no sign-in: it shows no entry.

    \b
    Example:
      hpedi audit verify --json
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "verify", "log")
    found = workspace.sealer.verify()
    with workspace.books.writing(context) as work:
        result = "whole" if found.is_whole else f"faults: {found.faults_in_all}"
        work.audit.record("audit verify", SUBJECT, reason="audit", result=result)
    if as_json:
        print_json({"verified": _facts(found)})
    else:
        _tell(found)
    return ExitCode.OK if found.is_whole else ExitCode.FINDINGS


def _facts(found: Verified) -> dict[str, object]:
    faults = [{"place": each.place, "kind": each.kind, "message": each.message} for each in found.faults]
    return {
        "whole": found.is_whole,
        "seals": found.seals,
        "sealed": found.sealed,
        "unsealed": found.unsealed,
        "unsealed_since": found.unsealed_since,
        "unanchored": found.unanchored,
        "anchor_begun_anew": found.begun_anew,
        "first_fault": faults[0] if faults else None,
        "faults_in_all": found.faults_in_all,
        "faults": faults,
    }


def _tell(found: Verified) -> None:
    rows = [(each.place, each.kind, each.message) for each in found.faults[:SHOWN]]
    print_table("The first faults", (Column("Place", whole=True), Column("Kind", whole=True), Column("What")), rows)
    if found.faults_in_all > SHOWN:
        hint(f"and {found.faults_in_all - SHOWN:,} more")
    whole = "the audit log is whole" if found.is_whole else f"the audit log has {found.faults_in_all:,} faults"
    click.echo(f"{whole}: {found.sealed:,} entries under {found.seals:,} seals")
    if found.unsealed:
        click.echo(f"{found.unsealed:,} entries wait for their seal since {found.unsealed_since:%Y-%m-%d %H:%M:%S} UTC")
    if found.unanchored:
        click.echo(f"{found.unanchored:,} seals wait for their line in the anchor")
    if found.begun_anew:
        click.echo(f"the anchor was begun anew on {found.begun_anew:%Y-%m-%d}: what stands before was not held by it")
        hint(f"hpedi audit search --action '{ANCHOR_BEGUN_ANEW}'")


@command.command()
@click.option("--member", default="", metavar="MEMBER", help="Whose data: our id of the member.")
@click.option("--principal", default="", metavar="ID", help="Who did it, or on whose behalf.")
@click.option("--action", default="", metavar="ACTION", help="What was done, for example adjudicate.")
@click.option("--from", "since", type=Day(), metavar="DATE", help="The first day.")
@click.option("--to", "until", type=Day(), metavar="DATE", help="The last day.")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help="At most so many entries.")
@json_option
@click.pass_obj
def search(
    session: Session,
    member: str,
    principal: str,
    action: str,
    since: date | None,
    until: date | None,
    limit: int,
    *,
    as_json: bool,
) -> int:
    """Show who did what, newest first.

    \b
    Example:
      hpedi audit search --member M01 --from 2026-03-01
    """
    from hpedi.commands.workspace import open_workspace
    from hpedi.store.audit import Sought

    workspace = open_workspace(session.home)
    sought = Sought(
        member=member,
        principal=principal,
        action=action,
        since=_start_of(since) if since else None,
        before=_start_of(until + timedelta(days=1)) if until else None,
    )
    with workspace.books.writing(_auditing(workspace)) as work:
        entries = list(work.audit.find(sought, limit))
        about = [member if entries else ""]  # what is no id of ours may be a member's card number
        work.audit.record("audit search", SUBJECT, members=about, reason="audit", result=f"{len(entries)} entries")
    if as_json:
        for entry in entries:
            print_json(_entry_facts(entry))
    else:
        print_table("", _ENTRIES, (_entry_row(entry) for entry in entries))
        click.echo(f"{len(entries):,} entries" + (" shown; --limit shows more" if len(entries) == limit else ""))
    return ExitCode.OK


def _start_of(day: date) -> datetime:
    from hpedi.commands.workspace import payer_zone

    return datetime.combine(day, time(), payer_zone())


def _entry_facts(entry: AuditEntry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in entry.__struct_fields__ if name != "mac"}


def _entry_row(entry: AuditEntry) -> tuple[object, ...]:
    who = f"{entry.principal} for {entry.on_behalf_of}" if entry.on_behalf_of else entry.principal
    at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
    return (
        str(entry.id), at, who, entry.action, entry.subject, entry.member, entry.recipient, entry.reason, entry.result,
    )  # fmt: skip


@command.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", help="JSON Lines, or CSV.")
@click.option("--after", type=click.IntRange(min=0), default=0, metavar="SEAL", help="Only what follows this seal.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to, whole or not.")
@click.pass_obj
def export(session: Session, form: Literal["jsonl", "csv"], after: int, out: Path | None) -> int:
    """Write the audit log with its seals, for others to verify.

    The entries of each seal, then the seal; entries without one come last. docs/commands/audit.md says how to verify
    what was written with a short program of one's own.

    \b
    Example:
      hpedi audit export --out audit.jsonl
    """
    from hpedi.commands.audit_export import written
    from hpedi.commands.workspace import open_workspace
    from hpedi.safekeeping.whole_files import write_whole

    workspace = open_workspace(session.home)
    with workspace.books.writing(_auditing(workspace)) as work:
        work.audit.record("audit export", SUBJECT, reason="audit", result=f"after seal {after}")
    lines = written(workspace.sealer.export(after), form)
    if out is not None:
        write_whole(out, (line.encode() for line in lines))
        return ExitCode.OK
    for line in lines:
        click.echo(line, nl=False)
    return ExitCode.OK


@command.command("disclosures")
@click.argument("member", metavar="MEMBER")
@click.option("--required", is_flag=True, help="Only what the accounting must list.")
@as_of_option
@json_option
@click.pass_obj
def list_disclosures(session: Session, member: str, *, required: bool, as_of: date | None, as_json: bool) -> int:
    """Account for the disclosures of a member's data (45 CFR 164.528).

    MEMBER is our id. Each row: the day, to whom, what, for which purpose, and whether the accounting must list it:
    what serves treatment, payment and operations need not be listed. It goes back six years.

    \b
    Example:
      hpedi audit disclosures M01
    """
    from hpedi.commands.workspace import open_workspace, payer_zone
    from hpedi.mappings_folder import mapping
    from hpedi.store.audit import Sought

    terms = load_disclosure_terms(mapping("audit/disclosures.yaml").read_bytes())
    workspace = open_workspace(session.home)
    context = _auditing(workspace)
    asked_on = as_of or context.as_of
    span = Sought(member=member, since=_start_of(terms.since(asked_on)), before=_start_of(asked_on + timedelta(days=1)))
    with workspace.books.writing(context) as work:
        entries = list(work.audit.find(span))
        found = [each for each in disclosures(entries, terms, payer_zone()) if each.accounted or not required]
        about = [member if entries else ""]
        work.audit.record("audit disclosures", SUBJECT, members=about, reason="accounting", result=f"{len(found)} rows")
    if as_json:
        for each in found:
            print_json(each)
    else:
        print_table("", _DISCLOSURES, (_disclosure_row(each) for each in found))
        click.echo(f"{len(found):,} disclosures from {terms.since(asked_on)} to {asked_on}")
    return ExitCode.OK


def _disclosure_row(each: Disclosure) -> tuple[object, ...]:
    return (each.on, each.to, each.what, each.purpose, "yes" if each.accounted else "no", each.source, each.subject)


_ENTRIES = (
    Column("Entry", right=True, whole=True),
    Column("At (UTC)", whole=True),
    Column("Who"),
    Column("Action"),
    Column("What", whole=True),
    Column("Member"),
    Column("Told to"),
    Column("Why"),
    Column("Result"),
)
_DISCLOSURES = (
    Column("Day", whole=True),
    Column("To"),
    Column("What"),
    Column("Purpose"),
    Column("Must be listed"),
    Column("Source"),
    Column("Entry of", whole=True),
)
