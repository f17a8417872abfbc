"""MS-DRG: base rate times weight for a stay, more where its charges are far above, less where it ends with a transfer.

Source: 42 CFR 412.64 (weights), 412.80-412.84 (outliers), 412.4(f) (transfers: the amount by the mean length of stay,
the first day twice, at most the whole).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hpedi.claims.adjustment import Adjustment
from hpedi.money import ZERO, Usd, rounded
from hpedi.reference.contracts import DrgWeight, Outlier, Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class DrgStay:
    """What a DRG price asks of a stay.

    Attributes:
        drg: The DRG.
        row: Its weight and mean days.
        charged: US dollars charged less what was denied.
        days: Covered days.
        patient_status: CL103.
    """

    drg: str
    row: DrgWeight
    charged: Usd
    days: Decimal
    patient_status: str


def drg_amount(stay: DrgStay, base: Decimal, transfer: Transfer | None) -> Usd | None:
    """Return what the DRG pays, US dollars, without an outlier; None where a transfer needs mean days that are missing.

    Args:
        stay: The stay.
        base: US dollars for a weight of 1.
        transfer: The contract's terms for transfers.
    """
    whole = rounded(base * stay.row.weight)
    if transfer is None or not is_transfer(stay, transfer):
        return whole
    if stay.row.mean_days is None:
        return None
    return min(whole, rounded(base * stay.row.weight * (stay.days + transfer.extra_days) / stay.row.mean_days))


def is_transfer(stay: DrgStay, transfer: Transfer) -> bool:
    """Say whether a stay ended with a transfer that is paid by the day."""
    of_drg = transfer.drgs is None or stay.drg in transfer.drgs
    return of_drg and stay.patient_status in transfer.patient_statuses


def outlier_amount(charged: Usd, outlier: Outlier | None) -> Usd:
    """Return what is paid beside the DRG for charges above the limit, US dollars."""
    if outlier is None or charged <= outlier.charges_over:
        return ZERO
    return rounded((charged - outlier.charges_over) * outlier.percent)


def outlier_adjustment(amount: Usd, outlier: Outlier | None) -> tuple[Adjustment, ...]:
    """Return the adjustment, negative, that shows an outlier amount."""
    return () if outlier is None or not amount else (Adjustment(outlier.group, outlier.carc, -amount),)
