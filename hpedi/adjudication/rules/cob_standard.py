"""COB-STD: we pay our normal benefit, but no more than the payers before us left of the charge."""

from __future__ import annotations

from hpedi.money import ZERO, Usd


def pay_standard(left: Usd, allowed: Usd, share: Usd, prior_paid: Usd) -> tuple[Usd, Usd]:  # noqa: ARG001
    """Return what we pay, and what of the rest stays with the member.

    Args:
        left: The charge less all that earlier payers paid and took off by contract, US dollars; may be below zero.
        allowed: Our own allowed amount.
        share: The member's share of it as if we were the only payer, after the out-of-pocket maximum.
        prior_paid: What earlier payers paid; it counts in `left` already.
    """
    paid = max(min(allowed - share, left), ZERO)
    return paid, max(min(share, left - paid), ZERO)
