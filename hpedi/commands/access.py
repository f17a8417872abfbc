"""`hpedi access`: organisations, what they ask providers for, and what providers decide."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import click

from hpedi.access.grants import Area, Grant, GrantState, ProviderId
from hpedi.access.organisations import OrganisationKind
from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day, Dollars, Why
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.pipeline.granting import Asked

_ORGANISATION: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
_AREAS: Final = [area.value for area in Area]

number_argument = click.argument("number", metavar="NUMBER", type=int)
why_option = click.option(
    "--why", default="", type=Why(), metavar="TEXT", help="Why, for the record; no names of patients."
)


@click.group()
def command() -> None:
    """Ask providers for access, and decide on it.

    \b
    Example:
      hpedi access request --tax-id 410000202 --npi 1000002018 --approver harbor-chief --scope submit
    """


@command.command()
@click.argument("organisation", metavar="ID")
@click.option("--name", required=True, metavar="TEXT", help="Its full name.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in OrganisationKind]),
    required=True,
    help="Claim files of a third party are held against what providers granted it.",
)
@click.option("--partner", default="", metavar="ID", help="The trading partner under whose identities it sends.")
@json_option
@click.pass_obj
def register(session: Session, organisation: str, name: str, kind: str, partner: str, *, as_json: bool) -> int:
    """Register an organisation: a provider's house, a billing service, a clearinghouse.

    \b
    Example:
      hpedi access register lakeside --name "Lakeside Billing" --kind "third party" --partner prairielink
    """
    from hpedi.access.organisations import Organisation
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    if not _ORGANISATION.fullmatch(organisation):
        raise click.UsageError("an ID is 2 to 40 small letters, digits and hyphens")
    workspace = open_workspace(session.home)
    context = acting(workspace, "register", "organisation")
    if partner:
        Jobs(workspace, context).partner(partner)
    made = Organisation(id=organisation, name=name, kind=OrganisationKind(kind), partner=partner)
    with workspace.books.writing(context) as work:
        if work.accounts.organisation(organisation) or (partner and work.accounts.organisations_of_partner(partner)):
            raise click.UsageError("there is such an organisation already, or one that sends as this partner")
        work.accounts.register(made, context.instant)
        work.audit.record("access register", f"organisation:{organisation}", result=kind)
    print_json(made) if as_json else click.echo(f"registered {organisation} ({name}), {kind}")
    return ExitCode.OK


@command.command()
@click.option("--tax-id", required=True, metavar="DIGITS", help="The provider's Tax ID.")
@click.option("--npi", "provider_npi", required=True, metavar="DIGITS", help="The provider's NPI.")
@click.option("--own", "is_own", is_flag=True, help="The provider is your own; prove it with `hpedi access prove`.")
@click.option("--approver", default="", metavar="LOGIN", help="Who decides for the provider.")
@click.option("--scope", "areas", type=click.Choice(_AREAS), multiple=True, help="What for; give it several times.")
@click.option("--from", "start", type=Day(), metavar="DATE", help="The first day; today if left out.")
@click.option("--to", "end", type=Day(), metavar="DATE", help="The last day; open if left out.")
@click.option("--test", "is_test", is_flag=True, help="For test files (ISA15=T) only; production is asked for apart.")
@json_option
@click.pass_obj
def request(session: Session, /, *, as_json: bool, **asked: object) -> int:
    """Ask for a provider, by its Tax ID and NPI.

    What you learn is the number of your request, whether or not there is such a provider. The approver decides.

    \b
    Example:
      hpedi access request --tax-id 410000202 --npi 1000002018 --approver harbor-chief --scope submit --scope claims
      hpedi access request --tax-id 410000202 --npi 1000002018 --own
    """
    from hpedi.commands.access_files import access_rules
    from hpedi.commands.signed_in import context_of, refusals_noted
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.granting import ask

    workspace = open_workspace(session.home)
    context = context_of(workspace)
    wanted = _asked(asked, context.instant.date())
    with refusals_noted(workspace, context, "request grant"), workspace.books.writing(context) as work:
        number = ask(work, access_rules(), wanted)
    if as_json:
        print_json({"request": number, "state": GrantState.REQUESTED})
    else:
        waits = "prove that it is yours with `hpedi access prove`" if wanted.is_own else f"{wanted.approver} decides"
        click.echo(f"request {number}: {waits}")
    return ExitCode.OK


def _asked(given: dict[str, object], today: date) -> Asked:
    """Return what was asked for on the command line, once it has its form."""
    from hpedi.identifiers import npi
    from hpedi.pipeline.granting import Asked

    tax_id = re.sub("[ -]", "", str(given["tax_id"]))
    if not re.fullmatch("[0-9]{9}", tax_id) or not npi.is_valid(str(given["provider_npi"])):
        raise click.UsageError("a Tax ID has nine digits, an NPI ten with the right check digit")
    is_own, approver, areas = bool(given["is_own"]), str(given["approver"]), given["areas"]
    if is_own == bool(approver) or is_own == bool(areas):
        raise click.UsageError("name the --approver and each --scope, or say --own")
    if is_own and given["is_test"]:
        raise click.UsageError("one proof is enough for test and production: leave out --test")
    start, end = given["start"] or today, given["end"]
    if end is not None and str(end) < str(start):
        raise click.UsageError("--to lies before --from")
    return Asked(
        provider=ProviderId(tax_id, str(given["provider_npi"])),
        is_own=is_own,
        areas=frozenset(Area) if is_own else frozenset(Area(area) for area in areas),  # type: ignore[attr-defined]
        usage="T" if given["is_test"] else "P",
        start=start,  # type: ignore[arg-type]
        end=end,  # type: ignore[arg-type]
        approver=approver,
    )


@command.command()
@number_argument
@click.option("--payment", default="", metavar="NUMBER", help="The number of a recent check or EFT to the provider.")
@click.option("--amount", type=Dollars(), metavar="DOLLARS", help="Its amount, for example 90.00.")
@click.option("--pin", default="", metavar="DIGITS", help="The PIN that was mailed to the provider.")
@json_option
@click.pass_obj
def prove(session: Session, number: int, payment: str, amount: Decimal | None, pin: str, *, as_json: bool) -> int:
    """Prove that a provider is your own.

    By the number and amount of a recent check or EFT that was paid to it, or by the PIN that was mailed to its address.
    After several wrong proofs the request is denied.

    \b
    Example:
      hpedi access prove 1 --payment 900000001 --amount 90.00
      hpedi access prove 1 --pin 0123456789
    """
    from hpedi.commands.access_files import access_rules, sign_in_terms
    from hpedi.commands.signed_in import context_of, refusals_noted
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.granting import Proof
    from hpedi.pipeline.granting import prove as hold_against

    if bool(pin) == (bool(payment) and amount is not None):
        raise click.UsageError("give --payment and --amount, or --pin")
    workspace = open_workspace(session.home)
    context = context_of(workspace)
    proof = Proof(payment=payment, amount=amount, pin=pin)
    with refusals_noted(workspace, context, "prove grant"), workspace.books.writing(context) as work:
        state = hold_against(work, access_rules(), number, proof, sign_in_terms(context.instant.date()).proof)
    print_json({"request": number, "state": state}) if as_json else click.echo(f"request {number}: {_PROVED[state]}")
    return ExitCode.OK if state is GrantState.APPROVED else ExitCode.FINDINGS


_PROVED: Final = {
    GrantState.APPROVED: "proved; the provider is linked to you",
    GrantState.REQUESTED: "not proved; the number, amount or PIN is another one, or too old",
    GrantState.DENIED: "not proved too often; it is denied",
}


@command.command("mail-pin")
@number_argument
@json_option
@click.pass_obj
def mail_pin(session: Session, number: int, *, as_json: bool) -> int:
    """Write the letter with the PIN for a request; it is printed once.

    For the operator: it goes to the address that we have for the provider, and to no other.

    \b
    Example:
      hpedi access mail-pin 1 | lp
    """
    from hpedi.commands.access_files import sign_in_terms
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.safekeeping.passwords import new_pin

    workspace = open_workspace(session.home)
    context = acting(workspace, "mail", "grant")
    terms = sign_in_terms(context.instant.date()).proof
    pin, good_to = new_pin(terms.pin_digits), context.instant.date() + timedelta(days=terms.pin_days)
    reference = Jobs(workspace, context).reference
    with workspace.books.writing(context) as work:
        grant = work.grants.find(number)
        provider = reference.provider_by_npi(grant.provider.npi) if grant else None
        is_ours = provider and grant and provider.tax_id == grant.provider.tax_id and provider.address
        if not (grant and provider and provider.address and is_ours):
            raise click.UsageError("there is no such request, or we have no address of its provider: mail nothing")
        if grant.state is not GrantState.REQUESTED or not grant.is_own:
            raise click.UsageError("the request waits for no PIN")
        work.grants.add_pin(number, pin, good_to, context.instant)
        work.audit.record("access mail-pin", f"grant:{number}", result="mailed")
    address = provider.address
    to = [provider.name, *address.lines, f"{address.city} {address.state} {address.postal_code}"]
    if as_json:
        print_json({"request": number, "to": to, "pin": pin, "good_to": good_to})
    else:
        click.echo("\n".join([*to, "", f"Request {number}. Your PIN is {pin}, good to {good_to}."]))
    return ExitCode.OK


@command.command()
@number_argument
@why_option
@json_option
@click.pass_obj
def approve(session: Session, number: int, why: str, *, as_json: bool) -> int:
    """Approve a request for a provider of yours.

    \b
    Example:
      hpedi access approve 2
    """
    return _decided(session, number, GrantState.APPROVED, why, as_json=as_json)


@command.command()
@number_argument
@why_option
@json_option
@click.pass_obj
def deny(session: Session, number: int, why: str, *, as_json: bool) -> int:
    """Deny a request for a provider of yours.

    \b
    Example:
      hpedi access deny 2 --why "not our billing service"
    """
    return _decided(session, number, GrantState.DENIED, why, as_json=as_json)


@command.command()
@number_argument
@why_option
@json_option
@click.pass_obj
def revoke(session: Session, number: int, why: str, *, as_json: bool) -> int:
    """Take back what was granted, or give it up; it holds from the next file and question on.

    \b
    Example:
      hpedi access revoke 2 --why "the contract ended"
    """
    return _decided(session, number, GrantState.REVOKED, why, as_json=as_json)


_DECIDING: Final = {
    GrantState.APPROVED: "approve grant",
    GrantState.DENIED: "deny grant",
    GrantState.REVOKED: "revoke grant",
}
"""What was asked for, as the audit log calls it where it is refused."""


def _decided(session: Session, number: int, state: GrantState, why: str, *, as_json: bool) -> int:
    from hpedi.commands.access_files import access_rules
    from hpedi.commands.signed_in import context_of, refusals_noted
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.granting import decide

    workspace = open_workspace(session.home)
    context = context_of(workspace)
    with refusals_noted(workspace, context, _DECIDING[state]), workspace.books.writing(context) as work:
        grant = decide(work, access_rules(), number, state, why)
    print_json(_facts(grant)) if as_json else click.echo(f"request {number}: {state}")
    return ExitCode.OK


@command.command("list")
@json_option
@click.pass_obj
def list_grants(session: Session, *, as_json: bool) -> int:
    """List requests: your organisation's, and those for providers of yours.

    \b
    Example:
      hpedi access list
    """
    from hpedi.commands.access_files import access_rules
    from hpedi.commands.signed_in import context_of, refusals_noted
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.granting import known_to

    workspace = open_workspace(session.home)
    context = context_of(workspace)
    with refusals_noted(workspace, context, "list grant"), workspace.books.reading(context) as work:
        grants = known_to(work, access_rules())
    if as_json:
        for grant in grants:
            print_json({**_facts(grant), "history": grant.history})
    else:
        shown = [_facts(grant) for grant in grants]
        print_table("", _COLUMNS, ([facts[name] for name in _SHOWN] for facts in shown))
    return ExitCode.OK


def _facts(grant: Grant) -> dict[str, object]:
    return {
        "request": grant.id,
        "organisation": grant.organisation,
        "tax_id": f"*****{grant.provider.tax_id[-4:]}",  # it may be a person's SSN
        "npi": grant.provider.npi,
        "scope": "own" if grant.is_own else ", ".join(sorted(grant.areas)),
        "usage": "P, T" if grant.is_own and grant.usage == "P" else grant.usage,
        "from": grant.start,
        "to": grant.end,
        "approver": grant.approver,
        "state": grant.state,
        "since": grant.history[-1].at,
        "by": grant.history[-1].by,
        "why": grant.history[-1].why,
    }


_SHOWN: Final = ("request", "organisation", "tax_id", "npi", "scope", "usage", "from", "to", "approver", "state", "why")
_COLUMNS: Final = (
    Column("Request", right=True),
    Column("Organisation"),
    Column("Tax ID", whole=True),
    Column("NPI", whole=True),
    Column("Scope"),
    Column("Use"),
    Column("From", whole=True),
    Column("To", whole=True),
    Column("Approver"),
    Column("State", whole=True),
    Column("Why"),
)
