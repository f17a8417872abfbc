"""`hpedi inquire`: questions about payments, claims and members, answered within what the asker may see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.advice_printing import print_advice
from hpedi.commands.documents import write_document, written_options
from hpedi.commands.options import Day
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.commands.jobs import Jobs
    from hpedi.pipeline.inquiring import Inquiry, SeenClaim, SeenMember
    from hpedi.pipeline.records import StoredDecision, StoredPayment

NO_RESULTS: Final = (
    "no results: nothing that you may see answers to this. To see what is a provider's, link its Tax ID and NPI: "
    "`hpedi access request --tax-id DIGITS --npi DIGITS`, with --own where it is your own."
)

payee_option = click.option("--payee", "npi", default="", metavar="NPI", help="Only of this provider.")
from_option = click.option("--from", "since", type=Day(), metavar="DATE", help="On this day or later.")
to_option = click.option("--to", "until", type=Day(), metavar="DATE", help="On this day or before.")


@click.group()
def command() -> None:
    """Look up remittances, payments, claims and members.

    You see what is of providers whose Tax ID and NPI are linked to you; people of the payer see what their role says.
    Every question is kept in the audit log.

    \b
    Example:
      hpedi inquire claim --patient-account RB-2601
    """


@command.command()
@click.argument("number", metavar="NUMBER")
@written_options
@json_option
@click.pass_obj
def remittance(session: Session, number: str, page: Path | None, sheets: Path | None, *, as_json: bool) -> int:
    """Show the remittance of a check or EFT number (TRN02).

    Each amount that was taken off stands in one column: what another payer, the provider (its contract, a denial), a
    withhold, tax or the patient bears. The page and the PDF also show each service, and say what the codes mean.

    \b
    Example:
      hpedi inquire remittance 900000001
      hpedi inquire remittance 900000001 --pdf remittance.pdf
    """
    from hpedi.mappings_folder import mapping
    from hpedi.payments.advice_document import advice_document
    from hpedi.payments.advice_texts import load_advice_texts
    from hpedi.pipeline import inquiring

    with open_inquiry(session) as inquiry:
        seen = inquiring.remittance(inquiry, number)
        if seen is None:
            return _no_results(as_json=as_json)
        texts, reasons = mapping("payments/remittance_texts.yaml"), mapping("code_sets/adjustment_reason.tsv")
        day = seen.payment.payment.payment_date
        advice = inquiring.advice(inquiry, seen, load_advice_texts(texts.read_bytes(), reasons.read_bytes(), day))
    is_written = write_document(advice_document(advice), page, sheets)
    entry = seen.entry
    if as_json:
        facts = _payment(seen.payment)
        facts["ach_file"], facts["ach_trace_number"] = (entry.file, entry.ach_trace_number) if entry else (None, None)
        claims = [_paid_claim(each) for each in seen.claims]
        adjustments = seen.payment.payment.adjustments
        print_json({"payment": facts, "claims": claims, "provider_adjustments": adjustments, "advice": advice})
    elif not is_written:
        print_advice(advice, f"; entry {entry.ach_trace_number} of {entry.file}" if entry else "")
    return ExitCode.OK


@command.command()
@click.option("--number", default="", metavar="NUMBER", help="The check or EFT number (TRN02).")
@payee_option
@from_option
@to_option
@json_option
@click.pass_obj
def payment(session: Session, number: str, npi: str, since: date | None, until: date | None, *, as_json: bool) -> int:
    """List payments by number, payee and date, newest first.

    \b
    Example:
      hpedi inquire payment --payee 1000002000 --from 2026-03-01
    """
    from hpedi.pipeline import inquiring
    from hpedi.pipeline.sought import PaymentSought

    with open_inquiry(session, npi) as inquiry:
        found = inquiring.payments(inquiry, PaymentSought(number=number, since=since, until=until))
    return _answer("Payments", _PAYMENTS, [_payment(each) for each in found], as_json=as_json)


@command.command()
@click.argument("number", metavar="[CLAIM]", default="")
@click.option("--patient-account", default="", metavar="NUMBER", help="The sender's number of the claim (CLM01).")
@payee_option
@from_option
@to_option
@json_option
@click.pass_obj
def claim(
    session: Session, number: str, patient_account: str, npi: str, since: date | None, until: date | None, *,
    as_json: bool,
) -> int:  # fmt: skip
    """Show what became of claims: by our number, the sender's number, provider and first day of service.

    \b
    Example:
      hpedi inquire claim 26061000010000001
      hpedi inquire claim --payee 1000002000 --from 2026-02-01 --to 2026-02-28
    """
    from hpedi.pipeline import inquiring
    from hpedi.pipeline.sought import ClaimSought

    sought = ClaimSought(number=number, patient_account=patient_account, since=since, until=until)
    with open_inquiry(session, npi) as inquiry:
        found = inquiring.claims(inquiry, sought)
    return _answer("Claims", _CLAIMS, [row for each in found for row in _claim(each)], as_json=as_json)


@command.command()
@click.argument("member_id", metavar="MEMBER")
@click.option("--born", type=Day(), metavar="DATE", help="The day of birth; providers must give it.")
@payee_option
@json_option
@click.pass_obj
def member(session: Session, member_id: str, born: date | None, npi: str, *, as_json: bool) -> int:
    """Show which plans cover a member, by the member id on the card.

    \b
    Example:
      hpedi inquire member HS1000001 --born 1980-04-12
    """
    from hpedi.pipeline import inquiring

    with open_inquiry(session, npi) as inquiry:
        found = inquiring.members(inquiry, member_id, born)
    return _answer("Coverage", _MEMBERS, [row for each in found for row in _coverage(each)], as_json=as_json)


@contextmanager
def open_inquiry(session: Session, npi: str = "") -> Iterator[Inquiry]:
    """Open a question, in the transaction that its audit row commits with.

    Raises:
        NotPermitted: No role of the asker asks such questions.
    """
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import context_of
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    with inquiry_of(Jobs(workspace, context_of(workspace)), npi) as inquiry:
        yield inquiry


@contextmanager
def inquiry_of(jobs: Jobs, npi: str = "", *, is_noted: bool = True) -> Iterator[Inquiry]:
    """Open a question in an open workspace; one that is not noted only looks whether there is anything new.

    Raises:
        NotPermitted: No role of the asker asks such questions.
    """
    from hpedi.commands.access_files import access_rules
    from hpedi.commands.signed_in import NotPermitted, note_refusal
    from hpedi.pipeline.granting import asker
    from hpedi.pipeline.inquiring import Inquiry, NeverAsks

    books, context, reference = jobs.workspace.books, jobs.context, jobs.reference
    opened = books.writing(context) if is_noted else books.reading(context)
    try:
        with opened as work:
            yield Inquiry(work=work, who=asker(work, access_rules()), reference=reference, npi=npi)
    except NeverAsks as refused:
        note_refusal(jobs.workspace, context, f"inquire {refused}")
        raise NotPermitted(f"{context.principal.id} may not inquire about a {refused}") from None


def _no_results(*, as_json: bool) -> int:
    print_json({"results": 0, "message": NO_RESULTS}) if as_json else click.echo(NO_RESULTS)
    return ExitCode.FINDINGS


def _answer(title: str, columns: tuple[Column, ...], rows: list[dict[str, object]], *, as_json: bool) -> int:
    if not rows:
        return _no_results(as_json=as_json)
    if as_json:
        for row in rows:
            print_json(row)
    else:
        print_table(title, columns, (tuple(row.values()) for row in rows))
    return ExitCode.OK


def _payment(stored: StoredPayment) -> dict[str, object]:
    made = stored.payment
    return {
        "number": made.trace_number,
        "method": made.method.value,
        "payment_date": made.payment_date,
        "amount": made.amount,
        "payee": made.payee.name,
        "payee_npi": made.payee.npi,
        "state": stored.state.value,
    }


def _paid_claim(stored: StoredDecision) -> dict[str, object]:
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


def _claim(seen: SeenClaim) -> Iterator[dict[str, object]]:
    """Yield a row for each version of a claim's decision, or one for a claim without any."""
    received = seen.claim.received
    sent = received.claim
    common: dict[str, object] = {
        "patient_control_number": sent.patient_control_number,
        "claim": received.payer_claim_control_number,
        "from": sent.first_date if sent.lines else None,
        "payee_npi": sent.billing.npi,
        "state": seen.claim.state,
    }
    waits = next((pend.status277 for pend in seen.pends), "")
    if not seen.decisions:
        yield {**common, "status277": waits, "charged": sent.charged, "paid": None, "patient_responsibility": None}
    for decided in seen.decisions:
        made = decided.decision
        yield {
            **common,
            "status277": made.status277,
            "charged": made.charged,
            "paid": made.paid,
            "patient_responsibility": made.patient_responsibility,
        }


def _coverage(seen: SeenMember) -> Iterator[dict[str, object]]:
    """Yield a row for each span of coverage, or one for a member without any."""
    name = f"{seen.member.last}, {seen.member.first}".rstrip(", ")
    for span in seen.coverage or (None,):
        yield {
            "member": seen.member.member_id,
            "name": name,
            "born": seen.member.birth_date,
            "plan": span.plan if span else "",
            "from": span.start if span else None,
            "to": span.end if span else None,
        }


_PAYMENTS = (
    Column("Number", whole=True),
    Column("Method", whole=True),
    Column("Date", whole=True),
    money_column("Amount"),
    Column("Payee"),
    Column("NPI", whole=True),
    Column("State"),
)
_CLAIMS = (
    Column("Patient account", whole=True),
    Column("Claim", whole=True),
    Column("Service", whole=True),
    Column("Provider", whole=True),
    Column("State"),
    Column("277", whole=True),
    money_column("Charged"),
    money_column("Paid"),
    money_column("Patient owes"),
)
_MEMBERS = (
    Column("Member", whole=True),
    Column("Name"),
    Column("Born", whole=True),
    Column("Plan"),
    Column("From", whole=True),
    Column("To", whole=True),
)
