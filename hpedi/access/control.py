"""Proof of control: an organisation shows that a provider is its own.

Either it knows the number and amount of a recent check or EFT that was paid to the provider, or the PIN that was mailed
to the address we have for it. Pure: the payment and the digest of the PIN are handed in.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, timedelta

from hpedi.access.grants import ProviderId
from hpedi.access.sign_in import ProofTerms
from hpedi.money import Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """A payment that went out: to whom, how much (US dollars), dated when."""

    provider: ProviderId
    amount: Usd
    paid_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedPin:
    """A PIN that was mailed: what is kept of it, and the last day it is good."""

    digest: str
    good_to: date


def payment_proves(payment: PaidOut | None, provider: ProviderId, amount: Usd, day: date, terms: ProofTerms) -> bool:
    """Say whether naming a payment and its amount shows control of the provider it was paid to.

    Args:
        payment: The payment of the number that was named, if one went out.
        provider: Who is to be shown.
        amount: What was named; more than nothing.
        day: The day of the proof.
        terms: How recent a payment must be.
    """
    if payment is None:
        return False
    # An EFT is dated a banking day or two ahead: its payee knows of it before.
    is_recent = day - payment.paid_on <= timedelta(days=terms.payment_days)
    return payment.provider == provider and payment.amount == amount and amount > 0 and is_recent


def pin_proves(pin: MailedPin | None, digest: str, day: date) -> bool:
    """Say whether a PIN, by its digest, is the one that was mailed and still good."""
    return pin is not None and day <= pin.good_to and hmac.compare_digest(pin.digest, digest)
