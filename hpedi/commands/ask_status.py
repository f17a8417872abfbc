"""`hpedi ask status`: what became of a claim, and when and by what it was paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.asking import open_asking, print_x12, x12_option
from hpedi.commands.inquire import from_option, to_option
from hpedi.commands.options import Day, Dollars
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.inquiries.status_table import StatusTable
    from hpedi.pipeline.asking import Asking
    from hpedi.transactions.ack_277ca.model import ClaimStatus, Party
    from hpedi.transactions.status_276.model import StatusInquiry
    from hpedi.transactions.status_277.model import ReportedClaim, StatusAnswer

_CLAIMS: Final = (
    Column("Claim", whole=True),
    Column("Patient", whole=True),
    Column("Patient account", whole=True),
    Column("Service", whole=True),
    Column("Status", whole=True),
    Column("Which says"),
    money_column("Charged"),
    money_column("Paid"),
    Column("Payment"),
)
_LINES: Final = (
    Column("Service", whole=True),
    Column("Date", whole=True),
    Column("Status", whole=True),
    Column("Which says"),
    money_column("Charged"),
    money_column("Paid"),
)


@click.command()
@click.argument("number", metavar="[CLAIM]", default="")
@click.option("--patient-account", default="", metavar="NUMBER", help="The sender's number of the claim (CLM01).")
@click.option("--member", "member_id", default="", metavar="ID", help="The member id on the card.")
@click.option("--last", default="", metavar="NAME", help="The patient's last name.")
@click.option("--first", default="", metavar="NAME", help="The patient's first name.")
@click.option("--born", type=Day(), metavar="DATE", help="The patient's date of birth.")
@click.option("--provider", default="", metavar="ID", help="Only of this provider: our id, NPI or Tax ID.")
@from_option
@to_option
@click.option("--charge", type=Dollars(), metavar="DOLLARS", help="What the claim charges.")
@click.option("--bill-type", default="", metavar="CODE", help="The type of bill of an institutional claim.")
@x12_option
@json_option
@click.pass_obj
def command(session: Session, /, *, as_x12: bool, as_json: bool, **sent: Any) -> int:
    """Show what became of a claim, and when and by what it was paid.

    Name the claim by our number or the sender's, or the member with the days of service.

    \b
    Example:
      hpedi ask status 26061000010000001
      hpedi ask status --member HS1000001 --last AMBLE --from 2026-02-01 --to 2026-02-28
    """
    from hpedi.pipeline.answer_inquiries import ANSWERERS
    from hpedi.pipeline.answer_status import CLAIM_STATUS, status_response
    from hpedi.transactions.status_276.model import StatusInquirySet
    from hpedi.transactions.status_277.write import write_status_response

    asked = _Sent(**sent)
    _check(asked, as_x12=as_x12)
    with open_asking(session, CLAIM_STATUS) as asking:
        made = status_response(asking, StatusInquirySet(reference=_SHOWN, inquiries=(_inquiry(asking, asked),)))
    (answer,) = made.answers
    if as_x12:
        print_x12(ANSWERERS["276"], write_status_response(made), asking)
    elif as_json:
        print_json({"answer": answer})
    else:
        _print(answer, asking.data.claim_status.on(asking.today))
    return ExitCode.OK if any(each.payer_claim_control_number for each in answer.claims) else ExitCode.FINDINGS


_SHOWN: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What was given on the command line."""

    number: str
    patient_account: str
    member_id: str
    last: str
    first: str
    born: date | None
    provider: str
    since: date | None
    until: date | None
    charge: Decimal | None
    bill_type: str


def _check(sent: _Sent, *, as_x12: bool) -> None:
    """Refuse what no claim could be found by, and X12 that no guide would accept."""
    if not (sent.number or sent.patient_account or (sent.member_id and sent.since)):
        raise click.UsageError("name the claim: by its number, --patient-account, or --member with --from")
    if sent.since is not None and sent.until is not None and sent.until < sent.since:
        raise click.UsageError("--to lies before --from")
    if as_x12 and not (sent.member_id and sent.last and sent.provider):
        raise click.UsageError("a file names member and provider: give --member, --last and --provider with --x12")


def _inquiry(asking: Asking, sent: _Sent) -> StatusInquiry:
    """Return the inquiry that a provider's file would ask."""
    from hpedi.claims.parties import Name
    from hpedi.service_dates import DateSpan
    from hpedi.transactions.ack_277ca.model import Party
    from hpedi.transactions.status_276.model import AskedPerson, StatusInquiry

    payer = asking.reference.payer
    name = Name(last=sent.last, first=sent.first)
    us = Party(is_person=False, name=Name(last=payer.name), id_qualifier="PI", id=payer.payer_id)
    return StatusInquiry(
        payer=us,
        receiver=Party(is_person=False, name=Name(last="TERMINAL"), id_qualifier="46", id="TERMINAL"),
        providers=tuple(_providers(asking, sent.provider)),
        subscriber=AskedPerson(
            party=Party(is_person=True, name=name, id_qualifier="MI", id=sent.member_id), birth_date=sent.born
        ),
        trace=_SHOWN,
        payer_claim_control_number=sent.number,
        patient_control_number=sent.patient_account,
        bill_type=sent.bill_type,
        charged=sent.charge,
        service_dates=None if sent.since is None else DateSpan(sent.since, sent.until or sent.since),
    )


def _providers(asking: Asking, named: str) -> Iterator[Party]:
    """Yield the provider that is named, if one is; one that we do not know is asked for as it is named."""
    from hpedi.claims.parties import Name
    from hpedi.inquiries.status_search import NPI, PAYER_ASSIGNED
    from hpedi.pipeline.inquirers import named_by_anything
    from hpedi.transactions.ack_277ca.model import Party

    if named:
        known = named_by_anything(asking.reference, named)
        name, qualifier, number = (known.name, NPI, known.npi) if known else (named, PAYER_ASSIGNED, named)
        yield Party(is_person=False, name=Name(last=name), id_qualifier=qualifier, id=number)


# --- for people ------------------------------------------------------------------------------------------------------


def _print(answer: StatusAnswer, table: StatusTable) -> None:
    if answer.refusal is not None:
        click.echo("; ".join(table.says(each) for each in answer.refusal.statuses))
    print_table("Claims", _CLAIMS, (_claim(each, table) for each in answer.claims))
    for claim in answer.claims:
        if claim.lines:
            rows = (
                (
                    ":".join(each.procedure),
                    each.service_dates.start,
                    _codes(each.statuses),
                    _says(each.statuses, table),
                    each.charged,
                    each.paid,
                )
                for each in claim.lines
            )
            print_table(f"Lines of {claim.payer_claim_control_number}", _LINES, rows)


def _claim(claim: ReportedClaim, table: StatusTable) -> tuple[object, ...]:
    return (
        claim.payer_claim_control_number,
        claim.patient,
        claim.patient_control_number,
        claim.service_dates.start if claim.service_dates is not None else None,
        _codes(claim.statuses),
        _says(claim.statuses, table),
        claim.charged,
        claim.paid,
        f"{claim.remittance_number} of {claim.remitted}" if claim.remitted is not None else "",
    )


def _codes(statuses: tuple[ClaimStatus, ...]) -> str:
    return " ".join(":".join(part for part in (each.category, each.code, each.entity) if part) for each in statuses)


def _says(statuses: tuple[ClaimStatus, ...], table: StatusTable) -> str:
    return "; ".join(table.says(each) for each in statuses)
