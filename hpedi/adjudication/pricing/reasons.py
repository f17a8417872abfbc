"""The payer's reasons that pricing calls by name, and their codes on the day of receipt."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from hpedi.adjudication.context import ClaimContext
from hpedi.reference.contracts import GroupAndCode
from hpedi.reference.reference import Reference

CONTRACTUAL: Final = "contractual"
OVER_CHARGE: Final = "over_charge"


def codes_of(context: ClaimContext, reason: str) -> GroupAndCode | None:
    """Return the adjustment of a reason; None where no reason of that name is in force, or it adjusts nothing."""
    return _codes_on(context.reference, reason, context.received.received)


@lru_cache
def _codes_on(reference: Reference, reason: str, day: date) -> GroupAndCode | None:
    codes = reference.reason(reason, day)
    return GroupAndCode(group=codes.group, carc=codes.carc) if codes is not None and codes.group is not None else None
