"""Unlisted code: a price that is not agreed is never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Pends, Verdict
from hpedi.reference.contracts import ContractRate

FEE_SCHEDULE: Final = "fee_schedule"


def check_price(_context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny or pend a line for which no price is in force on its date of service.

    Returns:
        `Pends` where there is no contract, no rate of it fits, its method is not priced here, or its fee schedule has
        no fee for code and modifiers; `Denies` instead where the rate names a reason for such codes (`unlisted`).
    """
    if line.terms.plan is None or line.fee is not None:
        return None
    if line.terms.contract is None:
        return _pends(line, "contract", "The provider has no contract in force for the line of business on the day.")
    if line.rate is None:
        return _pends(line, "rate", f"No rate of contract {line.terms.contract.id} fits the service.")
    return _no_fee(line, line.rate)


def _no_fee(line: LineContext, rate: ContractRate) -> Verdict:
    if rate.method != FEE_SCHEDULE:
        return _pends(line, f"pricing_method_{rate.method}", f"Pricing by {rate.method} is not supported yet.")
    if rate.unlisted is not None:
        return Denies(reason=rate.unlisted, parameter=f"no fee in {rate.fee_schedule}", source=f"rate {rate.id}")
    return _pends(line, FEE_SCHEDULE, f"Fee schedule {rate.fee_schedule} has no fee for the code on the day.")


def _pends(line: LineContext, reason: str, message: str) -> Pends:
    return Pends(reason=reason, message=f"{message} Load one or price the line by hand.", line=line.line.number)
