"""`hpedi authorizations`: what a member was authorised for, and how much of it is used and left."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.inquire import NO_RESULTS, open_inquiry, payee_option
from hpedi.commands.options import Day
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.pipeline.authorization_balances import SeenAuthorization

COLUMNS: Final = (
    Column("Authorisation", whole=True),
    Column("Member"),
    Column("Status"),
    Column("From", whole=True),
    Column("To", whole=True),
    Column("Provider"),
    Column("Services"),
    Column("Unit"),
    Column("Approved", right=True),
    Column("Used", right=True),
    Column("Left", right=True),
)


@click.command()
@click.argument("sought", metavar="MEMBER|ID")
@click.option("--as-of", type=Day(), metavar="DATE", help="As it stood at the end of this day; today if left out.")
@click.option("--born", type=Day(), metavar="DATE", help="The member's day of birth; providers must give it.")
@payee_option
@json_option
@click.pass_obj
def command(session: Session, sought: str, as_of: date | None, born: date | None, npi: str, *, as_json: bool) -> int:
    """Show what is authorised, used and left.

    By the member id on the card, or by the number of an authorisation. With --json each use is told with the claim that
    made it. The question is kept in the audit log.

    \b
    Example:
      hpedi authorizations HS1000001
      hpedi authorizations AUTH-1001 --as-of 2026-03-31 --json
    """
    from hpedi.pipeline.authorization_balances import authorizations

    with open_inquiry(session, npi) as inquiry:
        found = authorizations(inquiry, sought, born, as_of)
    if not found:
        print_json({"results": 0, "message": NO_RESULTS}) if as_json else click.echo(NO_RESULTS)
        return ExitCode.FINDINGS
    if as_json:
        for each in found:
            print_json({**_row(each), "uses": _uses(each)})
        return ExitCode.OK
    print_table("Authorisations", COLUMNS, (tuple(_row(each).values()) for each in found))
    return ExitCode.OK


def _row(seen: SeenAuthorization) -> dict[str, object]:
    from hpedi.benefits.authorizations import plain_units

    told = seen.authorization
    return {
        "authorization": told.id,
        "member": told.member,
        "status": told.status,
        "from": told.start,
        "to": told.end,
        "provider": told.provider,
        "services": " ".join(told.services),
        "unit": told.unit,
        "approved": f"{plain_units(told.units_approved):f}",
        "used": seen.used,
        "left": seen.left,
    }


def _uses(seen: SeenAuthorization) -> list[dict[str, object]]:
    from hpedi.benefits.authorizations import plain_units

    return [
        {"source": each.use.source, "units": f"{plain_units(each.use.units):f}", "decided_on": each.posted_on}
        for each in seen.uses
    ]
