"""Payees who want the 835 inside the entry that pays them (CTX): which get it so, and why one does not."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from hpedi.payments.ach.corporate_exchange import trace_number_of, why_not_inside
from hpedi.payments.ach.read import read_ach
from hpedi.payments.payment import Payment, PaymentHead
from hpedi.transactions.remittance_835.model import CCD_PLUS, CORPORATE_EXCHANGE, PaymentMethod


def goes_inside(payment: PaymentHead) -> bool:
    """Say whether the 835 of a payment goes inside its entry."""
    account = payment.payee.account
    is_asked = account is not None and account.entry_format == CORPORATE_EXCHANGE
    return payment.method is PaymentMethod.ACH and is_asked


def why_ccd_plus(payment: PaymentHead, content: bytes, most_addenda: int) -> str:
    """Say why the 835 of a payment that asks for it cannot go inside its entry; empty where it can."""
    return why_not_inside(content, most_addenda) if goes_inside(payment) else ""


def as_ccd_plus(payment: Payment) -> Payment:
    """Return a payment with an entry that carries the TRN segment only; so its 835 says (BPR05)."""
    account = payment.payee.account
    if account is None:
        return payment
    plain = msgspec.structs.replace(account, entry_format=CCD_PLUS)
    return replace(payment, payee=msgspec.structs.replace(payment.payee, account=plain))


def carried(content: bytes) -> tuple[str, ...]:
    """Return the EFT numbers of the 835s that stand inside a Nacha file of ours."""
    file = read_ach(content).file
    entries = file.entries if file is not None else ()
    return tuple(trace_number_of(each) for each in entries if each.detail.addenda_count)
