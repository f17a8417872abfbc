"""How long after a payment the payer may still lower it: a recoupment that comes too late is not taken.

What the statute excepts is told by the reason that is recorded with the correction. What the provider asks for itself
(a replacement, a void) is no recoupment and is never asked about here.

Source: mappings/rules/recoupment.yaml (Minn. Stat. 62Q.75 subd. 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.adjudication.decision import ClaimDecision
from hpedi.reference.reference import Reference
from hpedi.service_dates import add_months

RULE: Final = "recoupment"


@dataclass(frozen=True, slots=True)
class TooLate:
    """A payment that may not be lowered any more: when it was made, and the last day on which it might have been."""

    paid_on: date
    last_day: date
    excepted: tuple[str, ...]

    @property
    def message(self) -> str:
        """Why it stays as it is, for people to read."""
        return (
            f"Paid on {self.paid_on}, it could be lowered until {self.last_day}; it stays as it is. Reasons that are "
            f"excepted: {', '.join(self.excepted)}."
        )


def too_late(
    before: ClaimDecision, after: ClaimDecision, paid_on: date | None, today: date, reference: Reference
) -> TooLate | None:
    """Return why a correction may not take money back; None where it may, takes none, or nothing was paid yet.

    Args:
        before: The decision that stands.
        after: Its correction, with the reason recorded.
        paid_on: When the decision that stands was paid.
        today: The business day.
        reference: The payer's reference data.
    """
    if paid_on is None or after.paid >= before.paid:
        return None
    months, excepted = (reference.rule_parameter(RULE, name, paid_on) for name in ("months", "excepted"))
    if months is None:
        return None
    names = excepted.values if excepted is not None else ()
    last_day = add_months(paid_on, int(months.value))
    return None if today <= last_day or after.reason in names else TooLate(paid_on, last_day, names)
