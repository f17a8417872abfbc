"""A claim adjustment: why an amount was not paid as charged."""

from __future__ import annotations

from decimal import Decimal

from hpedi.claims.model import Model
from hpedi.money import Usd


class Adjustment(Model, frozen=True):
    """One reason of a CAS segment.

    Attributes:
        group: Claim adjustment group code (CAS01): CO, PR, OA, PI or CR.
        carc: Claim adjustment reason code (CAS02).
        amount: US dollars taken off the charge; negative adds (CAS03).
        quantity: Units taken off, where they differ (CAS04).
    """

    group: str
    carc: str
    amount: Usd
    quantity: Decimal | None = None
