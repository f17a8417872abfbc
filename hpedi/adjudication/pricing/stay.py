"""The methods that price the claim as one: a stay by DRG or by the day, a claim by its charge or a case rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from hpedi.adjudication.context import ClaimContext
from hpedi.adjudication.pricing.drg import DrgStay, drg_amount, outlier_adjustment, outlier_amount
from hpedi.adjudication.pricing.per_diem import price_by_per_diem
from hpedi.adjudication.pricing.percent_of_charge import price_by_percent_of_charge
from hpedi.adjudication.pricing.price import Allowance, Billed
from hpedi.adjudication.pricing.sources import discharged_on
from hpedi.adjudication.verdicts import Pends
from hpedi.claims.claim import Claim, ServiceLine
from hpedi.money import ZERO, Usd, rounded
from hpedi.reference.contracts import ContractRate, Method

DAYS: Final = "DA"


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledStay:
    """What of a claim is priced as one.

    Attributes:
        charged: US dollars charged less what was denied.
        days: Days billed less those denied.
        denied_days: Days denied.
    """

    charged: Usd
    days: Decimal
    denied_days: Decimal

    @classmethod
    def of(cls, context: ClaimContext, rate: ContractRate, accepted: Mapping[int, Billed]) -> BilledStay:
        """Add up the accepted lines of a claim; days are those of its rooms, or of its dates where none is counted."""
        charged = sum((billed.charged for billed in accepted.values()), ZERO)
        rooms = [line for line in context.claim.lines if _is_room(line, rate)]
        if not rooms:
            return cls(charged=charged, days=days_of(context.claim) if accepted else Decimal(0), denied_days=Decimal(0))
        billed = sum((line.units for line in rooms), Decimal(0))
        covered = sum((accepted[line.number].units for line in rooms if line.number in accepted), Decimal(0))
        return cls(charged=charged, days=covered, denied_days=billed - covered)


def _is_room(line: ServiceLine, rate: ContractRate) -> bool:
    if rate.room_revenue_codes is not None:
        return line.revenue_code in rate.room_revenue_codes
    return line.unit == DAYS


def days_of(claim: Claim) -> Decimal:
    """Return the days from admission to discharge, the last not counted; one where both are the same day."""
    first = claim.admission_date or claim.first_date
    return Decimal(max((discharged_on(claim) - first).days, 1))


def allowed_for_stay(context: ClaimContext, rate: ContractRate, stay: BilledStay) -> Allowance | Pends:
    """Return what is allowed for a claim that its rate prices as one."""
    made = METHODS[rate.method](context, rate, stay)
    if isinstance(made, Pends) or not rate.allows_lesser_charge or made.amount <= stay.charged:
        return made
    return Allowance(amount=stay.charged, parameter=f"{made.parameter}, the charge if less", source=made.source)


def _by_drg(context: ClaimContext, rate: ContractRate, stay: BilledStay) -> Allowance | Pends:
    drg = context.drg
    if drg is None or drg.row is None or drg.version is None or rate.base is None:
        return Pends(reason="drg", message=f"The claim has no DRG that {rate.drg_table} weighs. Load it.")
    institutional = context.claim.institutional
    patient_status = institutional.patient_status if institutional is not None else ""
    told = DrgStay(drg=drg.drg, row=drg.row, charged=stay.charged, days=stay.days, patient_status=patient_status)
    amount = drg_amount(told, rate.base, rate.transfer)
    if amount is None:
        return Pends(reason="drg", message=f"The stay ended with a transfer and {rate.drg_table} has no mean days.")
    outlier = outlier_amount(stay.charged, rate.outlier)
    words = f", outlier {rate.outlier.percent} above {rate.outlier.charges_over}" if outlier and rate.outlier else ""
    return Allowance(
        amount=amount + outlier,
        adjustments=outlier_adjustment(outlier, rate.outlier),
        parameter=f"{_told_drg(context, drg.drg)}: {rate.base} x {drg.row.weight} = {amount}{words}",
        source=f"{rate.drg_table} {drg.version.version} from {drg.version.start}",
    )


def _told_drg(context: ClaimContext, drg: str) -> str:
    """Say which DRG it is, and where our grouper comes to another one."""
    grouped, stay = context.received.grouped_drg, context.claim.institutional
    if stay is None or not stay.drg:
        return f"DRG {drg} as grouped by us"
    return f"DRG {drg}" if grouped in {"", drg} else f"DRG {drg} as submitted (grouped by us: {grouped})"


def _by_per_diem(_context: ClaimContext, rate: ContractRate, stay: BilledStay) -> Allowance:
    words = f"{rate.rate} a day, {stay.days:f} covered days"
    return Allowance(amount=price_by_per_diem(rate.rate or ZERO, stay.days), parameter=words)


def _by_percent_of_charge(_context: ClaimContext, rate: ContractRate, stay: BilledStay) -> Allowance:
    billed = Billed(charged=stay.charged, units=stay.days)
    amount = price_by_percent_of_charge(billed, rate.percent or ZERO, None)
    return Allowance(amount=amount, parameter=f"{rate.percent} of the charge")


def _by_case_rate(_context: ClaimContext, rate: ContractRate, _stay: BilledStay) -> Allowance:
    return Allowance(amount=rounded(rate.rate or ZERO), parameter=f"{rate.rate} a case")


METHODS: Final[Mapping[Method, Callable[[ClaimContext, ContractRate, BilledStay], Allowance | Pends]]] = {
    "drg": _by_drg,
    "per_diem": _by_per_diem,
    "percent_of_charge": _by_percent_of_charge,
    "case_rate": _by_case_rate,
}
"""By method; a rate of another method prices lines."""
