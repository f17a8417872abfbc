"""`hpedi reference`: what the payer knew of plans, contracts, fees and members, and what was in force when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.pipeline.known_reference import Shown

FAMILY: Final = "family"
_KINDS: Final = (
    "payer", "conventions", "reason_codes", "rule", "plan", "employer", "provider", "contract", "fee_schedule",
    "drg_table", "apc_table", "edits", "policies", "partner", FAMILY,
)  # fmt: skip
_ALONE: Final = frozenset({"payer", "conventions", "reason_codes", "edits", "policies"})
"""Kinds of which there is one, named as the kind is."""
_VERSIONS: Final = (
    Column("Snapshot", right=True),
    Column("Known since", whole=True),
    Column("Known until", whole=True),
    Column("Loaded by", whole=True),
)


@click.group()
def command() -> None:
    """Show what was in force when, by what was known when.

    \b
    Example:
      hpedi reference show contract K-RIVERBEND --as-of 2026-03-02 --known-on 2026-02-01
    """


@command.command()
@click.argument("kind", type=click.Choice(_KINDS), metavar="KIND")
@click.argument("key", metavar="[KEY]", default="")
@click.option("--as-of", type=Day(), metavar="DATE", help="Only what was in force on this day.")
@click.option("--known-on", type=Day(), metavar="DATE", help="As it was known at the end of this day; now if left out.")
@json_option
@click.pass_obj
def show(session: Session, kind: str, key: str, as_of: date | None, known_on: date | None, *, as_json: bool) -> int:
    """Show a thing, the versions of it that were known, and what of it was in force.

    KIND is payer, conventions, reason_codes, rule, plan, employer, provider, contract, fee_schedule, drg_table,
    apc_table, edits, policies, partner or family; KEY its id (of a family, also the member id on a card). Families are
    shown to who may inquire about members, and every look is kept in the audit log. Bank accounts are not shown.

    \b
    Example:
      hpedi reference show plan OPEN-1500 --as-of 2026-03-02
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace, payer_zone
    from hpedi.pipeline.known_reference import show as show_known

    if not key and kind not in _ALONE:
        raise click.UsageError(f"which {kind}? Give its id")
    workspace = open_workspace(session.home)
    context = acting(workspace, "inquire", "member") if kind == FAMILY else acting(workspace, "see", "workspace")
    with workspace.books.writing(context) as work:
        shown = show_known(work, kind, key or kind, as_of=as_of, known_on=known_on, zone=payer_zone())
    if as_json:
        print_json({"reference": shown})
    else:
        _print(shown)
    return ExitCode.OK if shown.version is not None else ExitCode.FINDINGS


@command.command("list")
@click.argument("kind", type=click.Choice([kind for kind in _KINDS if kind != FAMILY]), metavar="KIND")
@json_option
@click.pass_obj
def list_keys(session: Session, kind: str, *, as_json: bool) -> int:
    """List the ids of a kind, as known now.

    \b
    Example:
      hpedi reference list contract
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    with workspace.books.reading(acting(workspace, "see", "workspace")) as work:
        keys = [record.key for record in work.reference.records(work.reference.snapshot()) if record.kind == kind]
    if as_json:
        print_json({"kind": kind, "keys": keys})
    else:
        for key in keys:
            click.echo(key)
    return ExitCode.OK


def _print(shown: Shown) -> None:
    rows = ((each.since, each.since_at, each.until_at, each.by) for each in shown.versions)
    print_table(f"{shown.kind} {shown.key}", _VERSIONS, rows)
    if shown.version is None:
        click.echo("no results: nothing of this id was known then")
        return
    import yaml

    click.echo(
        f"as known in snapshot {shown.version.since}{'' if shown.is_in_force else '; not in force on that day'}:"
    )
    click.echo(yaml.safe_dump(shown.content, sort_keys=False, allow_unicode=True, width=120).rstrip())
