"""APC: an outpatient service is paid by the ambulatory payment classification of its code.

Its status says whether once a line, once a unit, or with another service (packaged). A line without a procedure code
is packaged too. Services that the contract ranks (status T) are reduced by `multiple_procedure`.

Source: 42 CFR 419.2, 419.44; mappings/rules/apc_status.yaml.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal

from hpedi.money import Usd, rounded
from hpedi.reference.contracts import ApcRow

PACKAGED = "apc_packaged"
"""The payer's reason for a service that is paid with another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApcStatuses:
    """Which statuses are paid how, on the date of service."""

    packaged: Container[str]
    per_line: Container[str]
    per_unit: Container[str]


def agreed_by_apc(row: ApcRow | None, units: Decimal, share: Decimal, statuses: ApcStatuses) -> Usd | None:
    """Return what is agreed for a line, US dollars; None where it is packaged.

    Args:
        row: The row of its code; None for a line without a code.
        units: Units to be priced.
        share: The share that its modifiers say (bilateral).
        statuses: What each status means.

    Raises:
        ValueError: The status has no meaning on the day: the edits let it pass wrongly.
    """
    if row is None or row.status in statuses.packaged:
        return None
    if row.status in statuses.per_unit:
        return rounded(row.rate * units * share)
    if row.status in statuses.per_line:
        return rounded(row.rate * share)
    raise ValueError("a line of a status that cannot be paid cannot have been accepted")
