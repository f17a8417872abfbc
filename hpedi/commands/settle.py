"""`hpedi settle`: capitation, withholds and programmes at the year's end, refunds, transfers; reports of all pools."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.documents import as_json_blocks, print_document, write_document, written_options
from hpedi.commands.options import Dollars, as_of_option
from hpedi.commands.printing import hint, json_option, print_json
from hpedi.commands.settle_options import (
    MONTH,
    REFERENCE,
    booking_options,
    earned_of,
    earned_options,
    pool_options,
    provider_option,
    scope_options,
    year_option,
)

if TYPE_CHECKING:
    from hpedi.pipeline.settlement_asked import SettlementAsked


@click.group()
def command() -> None:
    """Settle capitation and programmes, and show the pools.

    Each command first says what it would come to; with --book it is booked, once under its reference, and what a
    provider is due goes out as an 835 without claims. A payment above the approval limit waits until it is approved.
    Pools, withholds and pre-funds are found under the provider's id and the year of the services.

    \b
    Example:
      hpedi settle capitation --provider LAKES --period 2026-05 --members 120 --pmpm 35.00 --reference CAP202605
      hpedi settle pools --year 2026
    """


@command.command()
@provider_option
@click.option("--period", required=True, type=MONTH, metavar="CCYY-MM", help="The month.")
@click.option("--members", required=True, type=click.IntRange(min=1), help="Members who were the provider's in it.")
@click.option("--pmpm", "rate", required=True, type=Dollars(), metavar="DOLLARS", help="The rate a member and month.")
@click.option("--reference", required=True, type=REFERENCE, metavar="TEXT", help="What the 835 says (PLB03-2).")
@booking_options
@click.pass_obj
def capitation(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Pay a provider its month of capitation: PLB CT, members times the rate.

    \b
    Example:
      hpedi settle capitation --provider LAKES --period 2026-05 --members 120 --pmpm 35.00 --reference CAP202605 --book
    """
    from hpedi.pipeline.settlement_asked import CapitationAsked

    return _settled(session, CapitationAsked(**asked), as_of, book=book, as_json=as_json)


@command.command()
@pool_options
@earned_options
@click.option(
    "--measured-savings",
    "savings",
    type=Dollars(may_be_negative=True),
    metavar="DOLLARS",
    help="What was saved; the provider's share of it is the bonus.",
)
@click.option("--bonus", type=Dollars(), metavar="DOLLARS", help="The bonus, where it is agreed as an amount.")
@click.option("--cost-of-care", "cost", type=Dollars(), metavar="DOLLARS", help="Total cost of care of the year.")
@click.option("--member-months", type=click.IntRange(min=1), default=None, help="The member months of that cost.")
@click.option("--program", default="", metavar="TYPE", help="The programme, where the employer has several.")
@click.option("--withhold-reference", required=True, type=REFERENCE, metavar="TEXT", help="What PLB E3 says.")
@click.option("--bonus-reference", default=None, type=REFERENCE, metavar="TEXT", help="What PLB BN says.")
@booking_options
@click.pass_obj
def program(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Settle a withhold programme at the year's end.

    The provider gets what it earned of the withhold pool (PLB E3) and its bonus (PLB BN), which is given, or its share
    of savings as far as the pre-fund pool reaches. Savings are told, or measured: the cost of care against the
    programme's risk-adjusted target. The employer gets what was not earned, and the pool's interest by its rates.

    \b
    Example:
      hpedi settle program --employer PINEWOOD --provider LAKES --year 2026 --met QUALITY --met ACCESS --withhold-reference PIP2026
      hpedi settle program --employer PINEWOOD --provider LAKES --year 2026 --earned 75 --bonus 20.00 --withhold-reference PIP2026 --bonus-reference TCOC2026
    """  # noqa: E501  # an example is a line to copy
    from hpedi.pipeline.settlement_asked import ProgramAsked

    earned_of(asked)
    ways = [name for name in ("savings", "bonus", "cost") if asked[name] is not None]
    if len(ways) > 1:
        raise click.UsageError("give --measured-savings, --cost-of-care or --bonus, only one of them")
    if ways and asked["bonus_reference"] is None:
        raise click.UsageError("a bonus needs its --bonus-reference")
    asked |= {"bonus_reference": asked["bonus_reference"] or "", "member_months": asked["member_months"] or 0}
    return _settled(session, ProgramAsked(**asked), as_of, book=book, as_json=as_json)


@command.command()
@provider_option
@year_option
@earned_options
@click.option("--pool", default="", metavar="NAME", help="The pool, where the provider's contracts have several.")
@click.option("--reference", required=True, type=REFERENCE, metavar="TEXT", help="What PLB E3 says.")
@booking_options
@click.pass_obj
def withhold(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Reconcile what a provider's contract withheld, at the year's end.

    The provider gets what it earned (PLB E3): a percentage, or the weights of the targets that it met. The plan keeps
    the rest.

    \b
    Example:
      hpedi settle withhold --provider LAKES --year 2026 --met QUALITY --reference WH2026 --book
    """
    from hpedi.pipeline.settlement_asked import WithholdAsked

    earned_of(asked)
    return _settled(session, WithholdAsked(**asked), as_of, book=book, as_json=as_json)


@command.command()
@provider_option
@click.option("--claim", required=True, metavar="CLAIM", help="Our number of the overpaid claim (PLB WO).")
@click.option("--amount", required=True, type=Dollars(), metavar="DOLLARS", help="What was sent back.")
@click.option("--reference", required=True, type=REFERENCE, metavar="TEXT", help="The number of the provider's check.")
@booking_options
@click.pass_obj
def refund(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Take what a provider sent back of an overpaid claim: PLB 72, and as much of its WO.

    \b
    Example:
      hpedi settle refund --provider LAKES --claim 26061000010000002 --amount 20.00 --reference CHECK4711 --book
    """
    from hpedi.pipeline.settlement_asked import RefundAsked

    return _settled(session, RefundAsked(**asked), as_of, book=book, as_json=as_json)


@command.command()
@provider_option
@click.option("--code", required=True, metavar="CODE", help="CS either way; LS, IP to the provider; L3, LE from it.")
@click.option(
    "--amount",
    required=True,
    type=Dollars(may_be_negative=True),
    metavar="DOLLARS",
    help="To the provider; below 0.00 from it.",
)
@click.option("--reference", required=True, type=REFERENCE, metavar="TEXT", help="What the 835 says (PLB03-2).")
@click.option("--note", required=True, metavar="TEXT", help="Why, for the record; no names of patients.")
@booking_options
@click.pass_obj
def adjustment(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Pay or take an amount beside claims: a lump sum, a penalty, an adjustment.

    What is taken comes off the provider's next payment.

    \b
    Example:
      hpedi settle adjustment --provider LAKES --code L3 --amount -50.00 --reference PEN2026 --note "late reports"
    """
    from hpedi.commands.workspace import context_for
    from hpedi.mappings_folder import mapping
    from hpedi.payments.conventions import load_adjustment_terms
    from hpedi.pipeline.settlement_asked import AdjustmentAsked

    day = context_for(as_of).as_of
    ways = load_adjustment_terms(mapping("payments/adjustments.yaml").read_bytes(), day).ways
    return _settled(session, AdjustmentAsked(**asked, ways=ways), as_of, book=book, as_json=as_json)


@command.command()
@pool_options
@click.option("--reference", required=True, type=REFERENCE, metavar="TEXT", help="What finance knows it by.")
@booking_options
@click.pass_obj
def prefund(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Give an employer back what is left of its pre-fund pool, with interest.

    \b
    Example:
      hpedi settle prefund --employer PINEWOOD --provider LAKES --year 2026 --pool-interest 0.60 --reference JUNE2027
    """
    from hpedi.pipeline.settlement_asked import PrefundAsked

    return _settled(session, PrefundAsked(**asked), as_of, book=book, as_json=as_json)


@command.command()
@click.option("--employer", required=True, metavar="ID", help="Id of the employer whose own account it is.")
@click.option(
    "--amount",
    type=Dollars(may_be_negative=True),
    default=None,
    metavar="DOLLARS",
    help="To the payer's account; below 0.00 from it. All that is due if left out.",
)
@click.option("--reference", required=True, type=REFERENCE, metavar="TEXT", help="What the bank knows it by.")
@booking_options
@click.pass_obj
def transfer(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Take note of money that moved between an employer's account and ours.

    Where one account pays what another bears, the ledger says what is due between them (due_to_accounts,
    due_from_accounts). Once the bank has moved it, this clears it: cash leaves one account for the other. What is due
    both ways is set off. hpedi writes no file for it: order it at the bank.

    \b
    Example:
      hpedi settle transfer --employer PINEWOOD --reference WIRE4711
      hpedi settle transfer --employer PINEWOOD --amount 3.70 --reference WIRE4711 --book
    """
    from hpedi.pipeline.settlement_asked import TransferAsked

    return _settled(session, TransferAsked(**asked), as_of, book=book, as_json=as_json)


@command.command()
@scope_options
@json_option
@click.pass_obj
def pools(session: Session, employer: str, provider: str, year: int | None, *, as_json: bool) -> int:
    """Show pools with what moved them, what employers were charged, settlements, and payments to members.

    \b
    Example:
      hpedi settle pools --employer PINEWOOD --year 2026
    """
    from hpedi.commands.settled import print_funding
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.funding_report import PoolsSought, funding_report

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "pool")
    with workspace.books.writing(context) as work:
        report = funding_report(work, PoolsSought(employer=employer, provider=provider, year=year or 0))
    print_funding(report, as_json=as_json)
    return ExitCode.OK


@command.command()
@scope_options
@as_of_option
@written_options
@json_option
@click.pass_obj
def statement(
    session: Session, employer: str, provider: str, year: int | None, as_of: date | None,
    page: Path | None, sheets: Path | None, *, as_json: bool,
) -> int:  # fmt: skip
    """Write a statement of pools for people in finance: what went in, what was earned and why, who got what.

    \b
    Example:
      hpedi settle statement --provider LAKES --year 2026 --pdf statement.pdf
    """
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.funding_report import PoolsSought, funding_report
    from hpedi.pipeline.funding_statement import funding_statement

    workspace = open_workspace(session.home)
    jobs = Jobs(workspace, acting(workspace, "see", "pool", as_of))
    reference = jobs.reference
    with workspace.books.writing(jobs.context) as work:
        report = funding_report(work, PoolsSought(employer=employer, provider=provider, year=year or 0))
    told = funding_statement(report, reference, jobs.context.as_of)
    is_written = write_document(told, page, sheets)
    if as_json:
        print_json({"statement": as_json_blocks(told)})
    elif not is_written:
        print_document(told)
    return ExitCode.OK


def _settled(session: Session, asked: SettlementAsked, as_of: date | None, *, book: bool, as_json: bool) -> int:
    """Work a settlement out, and book and pay it where that is asked for."""
    from hpedi.commands.jobs import Jobs, alone
    from hpedi.commands.pay_pages import print_paid
    from hpedi.commands.settled import print_settlement
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.payments.settlement import CannotSettle
    from hpedi.pipeline import settle

    workspace = open_workspace(session.home)
    jobs = Jobs(workspace, acting(workspace, "settle", "payment", as_of))
    try:
        if not book:
            with workspace.books.reading(jobs.context) as work:
                print_settlement(settle.work_out(work, jobs.reference, asked), "", as_json=as_json)
            hint("nothing is booked; the same command with --book does it")
            return ExitCode.OK
        with alone(workspace):
            posted, settlement = settle.book(workspace.books, jobs.context, jobs.reference, asked)
            print_settlement(settlement, posted.source, as_json=as_json)
            if sum(each.amount for each in settlement.dues) > 0:
                print_paid(jobs.pay(dues_only=True), as_json=as_json)
            elif settlement.dues:
                hint("it comes off the provider's next payment")
    except CannotSettle as refused:
        raise click.UsageError(str(refused)) from None
    return ExitCode.OK
