"""`hpedi estimate`: what services would come to, before care."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.pipeline.estimate_model import Estimate, Service

_LINES: Final = (
    Column("Line", right=True),
    Column("Code", whole=True),
    money_column("Allowed"),
    money_column("Plan"),
    money_column("Deductible"),
    money_column("Coinsurance"),
    money_column("Copay"),
    money_column("Not covered"),
    Column("Codes"),
)
_LEFT: Final = (
    Column("Accumulator", whole=True),
    money_column("Limit"),
    money_column("Used before"),
    money_column("Left after"),
)


class ServiceToCome(click.ParamType["Service"]):
    """A service as CODE:MOD:UNITS:CHARGE; what follows the code may be left out or left empty."""

    name = "service"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Service:
        """Read a service."""
        from hpedi.money import usd
        from hpedi.pipeline.estimate_model import Service

        if isinstance(value, Service):
            return value
        code, modifiers, units, charge, *rest = [*str(value).split(":"), "", "", ""]
        revenue_code, _, of_revenue_code = code.partition("/")
        code = of_revenue_code if "/" in code else code
        try:
            read = Service(
                code=code.upper(),
                modifiers=tuple(each.upper() for each in modifiers.split("+") if each),
                units=Decimal(units) if units else Decimal(1),
                charge=usd(charge) if charge else None,
                revenue_code=revenue_code if "/" in str(value) else "",
            )
        except (InvalidOperation, ValueError):
            self.fail("not a service such as T1015, G0130:26 or G0260::2:650.00", param, ctx)
        if any(rest) or not (read.code or read.revenue_code) or not read.units.is_finite() or read.units <= 0:
            self.fail("not a service such as T1015, G0130:26 or G0260::2:650.00", param, ctx)
        return read


@click.command()
@click.option("--member", "card", required=True, metavar="ID", help="The member id on the card.")
@click.option("--born", type=Day(), metavar="DATE", help="Whose it is, where several members share the card.")
@click.option("--provider", required=True, metavar="ID", help="Our id of the billing provider, or its NPI.")
@click.option(
    "--service",
    "services",
    type=ServiceToCome(),
    multiple=True,
    required=True,
    metavar="CODE[:MOD][:UNITS][:CHARGE]",
    help="A service; may be given again. Modifiers are joined by +, a revenue code stands before the code: 0450/99283.",
)
@click.option("--on", type=Day(), metavar="DATE", help="The day of service; today if left out.")
@click.option("--diagnosis", "diagnoses", multiple=True, metavar="CODE", help="A diagnosis, the principal one first.")
@click.option("--pos", "place_of_service", default="11", metavar="CODE", help="Place of service; 11 if left out.")
@click.option("--type", "type", type=click.Choice(["P", "I", "D"]), default="P", help="The type of the claim.")
@click.option("--bill", "facility_code", default="13", metavar="CODE", help="Type of bill, two digits (type I).")
@json_option
@click.pass_obj
def command(session: Session, /, *, on: date | None, as_json: bool, **planned: Any) -> int:
    """Say before care what the plan and the member would pay.

    The services are decided as a claim of that day, from accumulators as they stand now. Nothing is stored or counted;
    who asked is in the audit log. It is an estimate: what it rests on and what could change it is told with it.

    \b
    Example:
      hpedi estimate --member HS1000002 --provider RIVERBEND --service T1015 --service G0260::1:650.00
    """
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.estimate import CannotEstimate, estimate
    from hpedi.pipeline.estimate_model import Planned

    workspace = open_workspace(session.home)
    jobs = Jobs(workspace, acting(workspace, "estimate", "claim"))
    try:
        asked = Planned(on=on or jobs.context.as_of, **planned)
        made = estimate(workspace.books, jobs.context, jobs.reference, asked)
    except CannotEstimate as refused:
        raise click.UsageError(str(refused)) from None
    if as_json:
        print_json({"estimate": made})
    else:
        _print(made)
    return ExitCode.OK


def _print(made: Estimate) -> None:
    print_table(f"Estimate for {made.on}, plan {made.plan_id}, provider {made.provider}", _LINES, _rows(made))
    click.echo(f"allowed {made.allowed:,}, the plan pays {made.plan:,}, the member pays {made.member:,} US dollars\n")
    print_table(
        "Limits", _LEFT, ((each.accumulator, each.limit, each.used_before, each.left_after) for each in made.left)
    )
    for title, told in (("It rests on", made.rests_on), ("It could come out otherwise", made.may_change)):
        click.echo(f"{title}:")
        for each in told:
            click.echo(f"- {each}")


def _rows(made: Estimate) -> Iterator[tuple[object, ...]]:
    for each in made.lines:
        yield (
            each.number, each.code, each.allowed, each.plan, each.deductible, each.coinsurance, each.copay,
            each.not_covered, " ".join(each.adjustments) if each.denied else "",
        )  # fmt: skip
