"""What was paid or would be, and what is kept back: tables for people and lines of JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import click

from hpedi.commands.printing import Column, hint, money_column, print_json, print_table
from hpedi.money import ZERO, Usd
from hpedi.payments.payment import PaymentHead
from hpedi.payments.states import PaymentState
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.payment_terms import Held
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import ListedPayment
from hpedi.transactions.remittance_835.model import PaymentMethod

PAYMENTS: Final = (
    Column("Number", whole=True),
    Column("Method", whole=True),
    Column("Payee"),
    Column("Date", whole=True),
    Column("Claims", right=True),
    money_column("Amount"),
    Column("State"),
)
_PREVIEW: Final = (
    Column("Payee"),
    Column("Method", whole=True),
    Column("From", whole=True),
    Column("Date", whole=True),
    Column("Claims", right=True),
    money_column("For claims"),
    money_column("Interest"),
    money_column("Adjusted"),
    money_column("Amount"),
    Column("State"),
    Column("Note"),
)
_TOTALS: Final = (
    Column("From", whole=True),
    Column("Method", whole=True),
    Column("Payments", right=True),
    money_column("Amount"),
)
_HELD: Final = (
    Column("Payee", whole=True),
    Column("Number", whole=True),
    Column("Claims", right=True),
    money_column("Amount"),
    Column("Why, and what to do"),
)
_TO_REISSUE: Final = (
    Column("Number", whole=True),
    Column("Payee"),
    Column("In place of", whole=True),
    money_column("Amount"),
)
STANDING: Final = {
    PaymentState.BUILT: "waits for approval",
    PaymentState.APPROVED: "approved, to be released",
}
"""How a payment that has not gone out is called; the other states are called as they are."""


def print_paid(paid: Paid, *, as_json: bool) -> None:
    """Say what was paid, a payment a row, and what is kept back."""
    if as_json:
        facts = {
            "released": [payment_facts(each) for each in paid.released],
            "waiting": [payment_facts(each) for each in paid.waiting],
            "held": [_held_facts(each) for each in paid.held],
            "days_apart": paid.days_apart,
        }
        print_json({"paid": facts})
        return
    rows = [payment_row(payment, "released") for payment in paid.released]
    rows += [payment_row(payment, STANDING[PaymentState.BUILT]) for payment in paid.waiting]
    print_table("What was paid", PAYMENTS, rows)
    _print_held(paid)
    if any(each.payment.method is PaymentMethod.ACH for each in paid.released):
        click.echo(f"EFTs and their 835s are {paid.days_apart} business days apart (CAQH CORE 370)")
    if paid.waiting:
        hint("another person approves what waits: `hpedi pay approve NUMBER`, or `hpedi pay approve --run RUN`")
    if not rows and not paid.held:
        click.echo("nothing to pay: every final decision is paid already")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a release would do: what it did in a copy, and what explains it.

    Attributes:
        paid: What was paid there.
        on_hold: Our ids of the payees whose account is on hold.
        why: Why payments wait, by row.
        to_reissue: Void checks in place of other payments: no release pays what they were to pay.
    """

    paid: Paid
    on_hold: frozenset[str]
    why: Mapping[int, str]
    to_reissue: tuple[ListedPayment, ...]

    @property
    def payments(self) -> list[ListedPayment]:
        """The payments that would wait or go out, in the order in which they were built."""
        return sorted((*self.paid.waiting, *self.paid.released), key=lambda each: each.id)


def preview_of(work: Work, paid: Paid) -> Preview:
    """Return what was paid in a copy, with what explains it."""
    events = work.payments.events([each.id for each in paid.waiting])
    return Preview(
        paid=paid,
        on_hold=frozenset(each.provider for each in work.eft.holds()),
        why={event.payment: event.reason for event in events},
        to_reissue=tuple(each.listed for each in work.payments.to_reissue()),
    )


def print_preview(preview: Preview, *, as_json: bool) -> None:
    """Say what a release would pay: by payee, then by account and method, then what would be kept back."""
    payments, paid = preview.payments, preview.paid
    totals = _totals(payments)
    if as_json:
        rows = [payment_facts(each) | _made_up_of(each) | {"note": _note(each, preview)} for each in payments]
        sums = [dict(zip(("funding_account", "method", "payments", "amount"), row, strict=True)) for row in totals]
        held = [_held_facts(each) for each in paid.held]
        owed = [payment_facts(each) | {"in_place_of": each.payment.reissues} for each in preview.to_reissue]
        told = {"payments": rows, "totals": sums, "held": held, "to_reissue": owed, "days_apart": paid.days_apart}
        print_json({"preview": told})
        return
    print_table("What would be paid", _PREVIEW, (_preview_row(each, _note(each, preview)) for each in payments))
    print_table("By account and method", _TOTALS, totals)
    _print_held(paid)
    _print_to_reissue([each.payment for each in preview.to_reissue])
    total = sum((each.payment.amount for each in payments), ZERO)
    waits = sum((each.payment.amount for each in paid.waiting), ZERO)
    click.echo(f"{len(payments):,} payments of {total:,} US dollars, of which {waits:,} would wait for approval")


def _note(stored: ListedPayment, preview: Preview) -> str:
    """Return why a payment waits, and why it is not an EFT of what its claims come to."""
    return "; ".join(filter(None, (preview.why.get(stored.id, ""), _why_so(stored, preview))))


def _why_so(stored: ListedPayment, preview: Preview) -> str:
    made = stored.payment
    if stored.carried > 0:
        return f"takes back more than it pays: {stored.carried:,} carried forward"
    if made.reissues:
        return f"in place of {made.reissues}"
    if made.member:
        return "to a member: benefits are not assigned"
    if made.method is not PaymentMethod.CHECK:
        return ""
    return "account on hold: check" if made.payee.provider in preview.on_hold else "no account in force: check"


def _totals(payments: Sequence[ListedPayment]) -> list[tuple[str, str, int, Usd]]:
    sums: dict[tuple[str, str], tuple[int, Usd]] = {}
    for each in payments:
        key = (each.payment.funding_account, each.payment.method.value)
        count, amount = sums.get(key, (0, ZERO))
        sums[key] = (count + 1, amount + each.payment.amount)
    return [(*key, *sums[key]) for key in sorted(sums)]


def _print_held(paid: Paid) -> None:
    rows = ((each.provider, each.number, each.claims, each.amount, each.finding.message) for each in paid.held)
    print_table("Kept back", _HELD, rows)


def _print_to_reissue(checks: Sequence[PaymentHead]) -> None:
    rows = ((each.trace_number, each.payee.name, each.reissues, each.amount) for each in checks)
    print_table("Owed until it is reissued", _TO_REISSUE, rows)
    if checks:
        hint("these checks are void, and no release pays what they were to pay: `hpedi pay reissue NUMBER` does")


def _preview_row(stored: ListedPayment, note: str) -> tuple[object, ...]:
    made = stored.payment
    return (
        made.payee.name,
        made.method.value,
        made.funding_account,
        made.payment_date,
        stored.claims,
        *_made_up_of(stored).values(),
        made.amount,
        STANDING.get(stored.state, "goes out"),
        note,
    )


def _made_up_of(stored: ListedPayment) -> dict[str, Usd]:
    """Return what the amount of a payment is the sum of, US dollars."""
    return {"claims_paid": stored.claims_paid, "interest": stored.interest, "adjusted": stored.adjusted}


def payment_row(stored: ListedPayment, state: str) -> tuple[object, ...]:
    """Return a payment as a row below `PAYMENTS`."""
    made = stored.payment
    return (
        made.trace_number,
        made.method.value,
        made.payee.name,
        made.payment_date,
        stored.claims,
        made.amount,
        state,
    )


def payment_facts(stored: ListedPayment) -> dict[str, object]:
    """Return a payment for programs."""
    made = stored.payment
    return {
        "trace_number": made.trace_number,
        "run": stored.run,
        "method": made.method.value,
        "payee": made.payee.provider,
        **({"member": made.member} if made.member else {}),
        "funding_account": made.funding_account,
        "payment_date": made.payment_date,
        "amount": made.amount,
        "claims": stored.claims,
        "state": stored.state,
    }


def _held_facts(held: Held) -> dict[str, object]:
    return {
        "payee": held.provider,
        "trace_number": held.number,
        "claims": held.claims,
        "amount": held.amount,
        "code": held.finding.code,
        "why": held.finding.message,
    }


def print_approved(approved: Sequence[ListedPayment], *, as_json: bool) -> None:
    """Say what was approved."""
    if as_json:
        print_json({"approved": [payment_facts(each) | {"state": PaymentState.APPROVED} for each in approved]})
        return
    total = sum((each.payment.amount for each in approved), ZERO)
    print_table("Approved", PAYMENTS, (payment_row(each, "approved") for each in approved))
    click.echo(f"approved {len(approved):,} payments of {total:,} US dollars; `hpedi pay release` lets them go out")


def print_reissued(number: str, check: ListedPayment, held: Sequence[Held], *, as_json: bool) -> None:
    """Say which check takes the place of a payment, and whether it went out."""
    if as_json:
        kept = [_held_facts(each) for each in held]
        print_json({"reissued": {"trace_number": number, "check": payment_facts(check), "held": kept}})
        return
    made = check.payment
    state = STANDING.get(check.state, check.state.value)
    click.echo(f"payment {number} goes out again as check {made.trace_number} of {made.amount:,} US dollars: {state}")
    for each in held:
        hint(each.finding.message)
