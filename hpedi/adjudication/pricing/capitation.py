"""Capitation: the provider is paid by the member and month, so nothing is payable for the service but the copay."""

from __future__ import annotations

from hpedi.adjudication.pricing.price import Allowance
from hpedi.money import ZERO
from hpedi.reference.contracts import ContractRate, GroupAndCode

CAPITATED = "capitated"
"""The payer's reason for such a service."""


def price_by_capitation(rate: ContractRate, usual: GroupAndCode | None) -> Allowance | None:
    """Return the allowance of a service; None where neither the contract nor the payer says how to adjust it.

    Args:
        rate: The rate, which may have codes of its own.
        usual: Those of the payer's reason `capitated`.
    """
    own = GroupAndCode(group=rate.group, carc=rate.carc) if rate.group is not None and rate.carc is not None else None
    codes = own or usual
    return None if codes is None else Allowance(amount=ZERO, reason=CAPITATED, prepaid=codes)
