"""The check register: one row a check, in order of check numbers. It prints nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hpedi.claims.parties import Address
from hpedi.money import Usd
from hpedi.payments.payment import PaymentHead
from hpedi.transactions.remittance_835.model import PaymentMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRegisterRow:
    """A check to be drawn.

    Attributes:
        check_number: Also the TRN02 of its 835.
        check_date: BPR16.
        provider: Our id of the payee.
        pay_to: The name on the check.
        address: Where it is sent; None where the payer folder has none.
        amount: US dollars.
        funding_account: Our id of the account it is drawn on.
    """

    check_number: str
    check_date: date
    provider: str
    pay_to: str
    address: Address | None
    amount: Usd
    funding_account: str


def check_register(payments: Iterable[PaymentHead]) -> tuple[CheckRegisterRow, ...]:
    """Return the rows of the checks among payments."""
    rows = (
        CheckRegisterRow(
            check_number=payment.trace_number,
            check_date=payment.payment_date,
            provider=payment.payee.provider,
            pay_to=payment.payee.name,
            address=payment.payee.address,
            amount=payment.amount,
            funding_account=payment.funding_account,
        )
        for payment in payments
        if payment.method is PaymentMethod.CHECK
    )
    return tuple(sorted(rows, key=lambda row: (len(row.check_number), row.check_number)))
