"""Where a rate's price for a service stands on its day: a fee, an APC row, a DRG weight, or what of these is absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from hpedi.adjudication.context import DrgFound
from hpedi.claims.claim import Claim, ReceivedClaim, ServiceLine
from hpedi.claims.model import Model
from hpedi.reference.contracts import ApcRow, ContractRate, FeeVersion, Method
from hpedi.reference.reference import Reference

PROCEDURE_QUALIFIERS: Final = frozenset({"HC", "AD"})
"""Qualifiers of codes that fee schedules list: HCPCS and dental."""


class Source(Model, frozen=True):
    """What was found for a line.

    Attributes:
        fees: The version of the fee schedule in force.
        fee: US dollars for one unit; None where the schedule does not list the code and modifiers.
        fee_key: How it was found: code, or code and modifier.
        apc: The row of the APC table.
        missing: What has to be loaded before the line can be priced, in words; empty where nothing is missing.
    """

    fees: FeeVersion | None = None
    fee: Decimal | None = None
    fee_key: str = ""
    apc: ApcRow | None = None
    missing: str = ""


class Asked(Model, frozen=True):
    """A line and the day of its price."""

    line: ServiceLine
    day: date
    reference: Reference


def source_of(rate: ContractRate, asked: Asked, drg: DrgFound | None) -> Source:
    """Return where the price of a line by its rate stands."""
    find = SOURCES.get(rate.method)
    if find is not None:
        return find(rate, asked)
    if rate.method == "drg" and (drg is None or drg.row is None):
        return Source(missing=f"no weight in {rate.drg_table}")
    return NOTHING_NEEDED


def _fee(rate: ContractRate, asked: Asked) -> Source:
    found = _listed(rate.fee_schedule, asked)
    return found if found.fee is not None else _missing(found, f"no fee in {rate.fee_schedule}")


def _cap(rate: ContractRate, asked: Asked) -> Source:
    return NOTHING_NEEDED if rate.cap_fee_schedule is None else _listed(rate.cap_fee_schedule, asked)


def _after_maximum(rate: ContractRate, asked: Asked) -> Source:
    # The fee is only asked for beyond the most that the rate covers: a missing one is told there.
    return NOTHING_NEEDED if rate.after_max is None else _listed(rate.after_max.fee_schedule, asked)


def _apc(rate: ContractRate, asked: Asked) -> Source:
    if not asked.line.code:
        return NOTHING_NEEDED  # a revenue code alone is packaged
    row = apc_row(asked, rate.apc_table or "")
    return Source(apc=row) if row is not None else Source(missing=f"no row in {rate.apc_table}")


def apc_row(asked: Asked, table: str) -> ApcRow | None:
    """Return the row of an APC table for a line: that of code and modifier, or else that of the code."""
    version = asked.reference.apc_version(table, asked.day)
    if version is None:
        return None
    keys = (*(f"{asked.line.code}-{modifier}" for modifier in asked.line.modifiers), asked.line.code)
    return next((version.rows[key] for key in keys if key in version.rows), None)


def _listed(schedule: str | None, asked: Asked) -> Source:
    fees = asked.reference.fee_version(schedule, asked.day) if schedule is not None else None
    if fees is None:
        return NOTHING_NEEDED
    key, fee = _fee_of(asked.line, fees, asked.reference.edits.component_modifiers)
    return Source(fees=fees, fee=fee, fee_key=key)


def _fee_of(line: ServiceLine, fees: FeeVersion, component_modifiers: tuple[str, ...]) -> tuple[str, Decimal | None]:
    if line.code_qualifier not in PROCEDURE_QUALIFIERS:
        return "", None
    for modifier in line.modifiers:
        key = f"{line.code}-{modifier}"
        if key in fees.fees:
            return key, fees.fees[key]
        if modifier in component_modifiers:
            return "", None  # a component is never priced as the whole service
    return line.code, fees.fees.get(line.code)


def _missing(found: Source, words: str) -> Source:
    return Source(fees=found.fees, missing=words)


def drg_of(received: ReceivedClaim, rate: ContractRate, reference: Reference) -> DrgFound | None:
    """Return the DRG of a claim and its weight on the day of discharge: the submitted one, else as it was grouped."""
    claim = received.claim
    drg = (claim.institutional.drg if claim.institutional is not None else "") or received.grouped_drg
    if not drg:
        return None
    version = reference.drg_version(rate.drg_table or "", discharged_on(claim))
    return DrgFound(drg, None if version is None else version.weights.get(drg), version)


def discharged_on(claim: Claim) -> date:
    """Return the day a stay ended: that of discharge, else the last of its statement, else of its services."""
    if claim.discharge_date is not None:
        return claim.discharge_date
    statement_end = claim.institutional.statement_dates.end if claim.institutional is not None else None
    return statement_end or claim.last_date


NOTHING_NEEDED: Final = Source()
SOURCES: Final[Mapping[Method, Callable[[ContractRate, Asked], Source]]] = {
    "fee_schedule": _fee,
    "percent_of_charge": _cap,
    "case_rate": _after_maximum,
    "apc": _apc,
}
"""By method; the others need nothing that depends on the line."""
