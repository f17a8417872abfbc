"""`hpedi inquire`: questions that partners ask, answered for the operator."""

from __future__ import annotations

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table
from hpedi.pipeline.records import EftEntry, StoredDecision, StoredPayment


@click.group()
def command() -> None:
    """Look up a remittance by its check or EFT number."""


@command.command()
@click.argument("number", metavar="NUMBER")
@json_option
@click.pass_obj
def remittance(session: Session, number: str, *, as_json: bool) -> int:
    """Show the remittance of a check or EFT number (TRN02).

    \b
    Example:
      hpedi inquire remittance 900000001
    """
    from hpedi.commands.workspace import context_for, open_workspace

    workspace = open_workspace(session.home)
    with workspace.books.writing(context_for(None)) as work:
        stored = work.payments.by_number(number)
        paid = list(work.decisions.of_payment(stored.id)) if stored else []
        entries = work.payments.eft_entries(stored.run) if stored else ()
        entry = next((each for each in entries if each.trace_number == number), None)
        members = sorted({each.decision.member for each in paid}) or [""]
        subject = f"payment:{stored.id}" if stored else "payment:none"
        work.audit.record("inquire remittance", subject, members=members, result="found" if stored else "no results")
    if stored is None:
        click.echo("no results: no payment has this check or EFT number, or its payee is not linked to you")
        return ExitCode.FINDINGS
    claims = [_claim(each) for each in paid]
    if as_json:
        print_json({"payment": _payment(stored, entry), "claims": claims})
        return ExitCode.OK
    made = stored.payment
    click.echo(
        f"{made.method.value} {number} of {made.payment_date}, {made.amount:,} US dollars to {made.payee.name} "
        f"(NPI {made.payee.npi}): {stored.state.value}"
        + (f"; entry {entry.ach_trace_number} of {entry.file}" if entry else "")
    )
    print_table("Claims", _CLAIMS, (tuple(each.values()) for each in claims))
    return ExitCode.OK


def _payment(stored: StoredPayment, entry: EftEntry | None) -> dict[str, object]:
    made = stored.payment
    return {
        "number": made.trace_number,
        "method": made.method.value,
        "payment_date": made.payment_date,
        "amount": made.amount,
        "payee": made.payee.name,
        "payee_npi": made.payee.npi,
        "state": stored.state.value,
        "ach_file": entry.file if entry else None,
        "ach_trace_number": entry.ach_trace_number if entry else None,
    }


def _claim(stored: StoredDecision) -> dict[str, object]:
    claim, made = stored.received.claim, stored.decision
    adjustments = [*made.adjustments, *(each for line in made.lines for each in line.adjustments)]
    return {
        "patient_control_number": claim.patient_control_number,
        "claim": made.payer_claim_control_number,
        "from": claim.first_date,
        "status": made.status,
        "charged": made.charged,
        "paid": made.paid,
        "patient_responsibility": made.patient_responsibility,
        "adjustments": ", ".join(f"{each.group}-{each.carc} {each.amount:,}" for each in adjustments),
    }


_CLAIMS = (
    Column("Patient account", whole=True),
    Column("Claim", whole=True),
    Column("Service", whole=True),
    Column("Status"),
    money_column("Charged"),
    money_column("Paid"),
    money_column("Patient owes"),
    Column("Adjustments"),
)
