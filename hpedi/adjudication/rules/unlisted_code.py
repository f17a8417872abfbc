"""Unlisted code: a price that is not agreed is never guessed."""

from __future__ import annotations

from collections.abc import Sequence

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.overrides import WHOLE_CLAIM, price_of
from hpedi.adjudication.verdicts import Denies, Pends, Verdict
from hpedi.reference.contracts import ContractRate


def check_price(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny or pend a line for which no price is in force on its date of service, unless an examiner set one.

    Returns:
        `Pends` where there is no contract, no rate of it fits, or its fee schedule, APC table or DRG table has nothing
        for the service; `Denies` instead where the rate names a reason for such services (`unlisted`).
    """
    if line.terms.plan is None or (line.rate is not None and not line.missing):
        return None
    if line.terms.contract is None:
        return _pends(line, "contract", "The provider has no contract in force for the line of business on the day.")
    if context.overrides and price_of(context, WHOLE_CLAIM if context.claim_rate else line.line.number) is not None:
        return None
    if line.rate is None:
        return _pends(line, "rate", f"No rate of contract {line.terms.contract.id} fits the service.")
    return _unlisted(line, line.rate)


def _unlisted(line: LineContext, rate: ContractRate) -> Verdict:
    if rate.unlisted is not None:
        return Denies(reason=rate.unlisted, parameter=line.missing, source=f"rate {rate.id}")
    return _pends(line, rate.method, f"For the service there is {line.missing} on the day.")


def _pends(line: LineContext, reason: str, message: str) -> Pends:
    message = f"{message} Load one, then release the claim, or release it with a price."
    return Pends(reason=reason, message=message, line=line.line.number)
