"""Out-of-pocket maximum: the member's share of a year ends there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hpedi.money import ZERO, Usd


def capped_shares(
    shares: Mapping[str, Usd], counted: Sequence[str], removed_first: Sequence[str], left: Usd | None
) -> Mapping[str, Usd]:
    """Return the parts of a line's cost share with what exceeds the maximum taken off.

    Args:
        shares: US dollars by part: copay, deductible, coinsurance.
        counted: Parts that count to the maximum; others are left alone.
        removed_first: The order in which parts are reduced.
        left: What is left of the maximum; None where there is none.

    Returns:
        The same mapping where nothing exceeds, else a new one whose counted parts sum to `left`.
    """
    if left is None:
        return shares
    excess = sum((shares[part] for part in counted), ZERO) - left
    if excess <= 0:
        return shares
    capped = dict(shares)
    for part in removed_first:
        if part in counted:
            taken = min(capped[part], excess)
            capped[part] -= taken
            excess -= taken
    return capped
