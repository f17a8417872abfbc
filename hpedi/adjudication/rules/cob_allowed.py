"""COB-ALLOWED: we pay what our allowed amount is above that which earlier payers paid; the member pays nothing."""

from __future__ import annotations

from hpedi.money import ZERO, Usd


def pay_up_to_allowed(left: Usd, allowed: Usd, share: Usd, prior_paid: Usd) -> tuple[Usd, Usd]:  # noqa: ARG001
    """Return what we pay, and what of the rest stays with the member: nothing.

    Args:
        left: The charge less all that earlier payers paid and took off by contract, US dollars.
        allowed: Our own allowed amount.
        share: The member's share of it; this method does not ask for it.
        prior_paid: What earlier payers paid.

    Source: X12 RFI 1696.
    """
    return max(allowed - prior_paid, ZERO), ZERO
