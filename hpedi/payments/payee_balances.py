"""What payees owe us from one remittance to the next: balances carried forward (PLB FB) and overpayments (PLB WO).

A balance is the sum of append-only entries under the reference that its PLB rows carry; each entry mirrors a PLB amount
with the other sign. An open balance forward is taken back whole by the payee's next remittance, which carries forward
anew what it cannot cover, so that never two are open; an overpayment is told first and taken back by later ones as far
as they reach. What the payee refunded of a claim takes back what it owes for that claim, whatever else there is.

Source: 005010X221A1 1.10.2.12, 1.10.2.17; RFI 222, 227, 738, 1756.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hpedi.adjudication.correction import decision_id
from hpedi.adjudication.decision import ClaimDecision
from hpedi.money import ZERO, Usd
from hpedi.reference.conventions import Recovery
from hpedi.transactions.remittance_835.model import ProviderAdjustment

BALANCE_FORWARD: Final = "FB"
OVERPAYMENT: Final = "WO"
OWED: Final = frozenset({BALANCE_FORWARD, OVERPAYMENT})
"""The PLB codes that leave something with the payee, or take it back."""
TOLD_FIRST: Final[Recovery] = "notify_then_offset"
NOTHING_REFUNDED: Final[Mapping[str, Usd]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeBalance:
    """What a payee owes under a reference.

    Attributes:
        provider: Our id of the payee.
        funding_account: Our id of the account that paid it.
        kind: PLB code: FB or WO.
        reference: What its PLB rows carry: the trace number (FB), or our number of the claim overpaid (WO).
        amount: US dollars; an entry that takes something back is negative.
    """

    provider: str
    funding_account: str
    kind: str
    reference: str
    amount: Usd


def adjustments_of(
    decided: Sequence[ClaimDecision],
    recovery: Mapping[str, Recovery],
    owed: Sequence[PayeeBalance],
    beside: Usd = ZERO,
    refunded: Mapping[str, Usd] = NOTHING_REFUNDED,
) -> tuple[ProviderAdjustment, ...]:
    """Return the PLB rows of a payee's next remittance, but for what it then carries forward itself.

    Args:
        decided: What the remittance pays, reversals and corrections among it.
        recovery: How what a correction lowers is taken back, by its reason.
        owed: The payee's open balances, oldest first.
        beside: US dollars that it pays beside its claims: interest and dues, refunds among them.
        refunded: US dollars that the payee refunded, by our number of the claim.
    """
    told = [
        ProviderAdjustment(code=OVERPAYMENT, reference=claim, amount=-amount)
        for claim, amount in overpaid(decided, recovery)
    ]
    forwarded = [_taken(each, each.amount) for each in owed if each.kind == BALANCE_FORWARD]
    paid = sum((decision.paid for decision in decided), beside)
    left = paid - sum((each.amount for each in (*told, *forwarded)), ZERO)
    for_claims = [each for each in owed if each.kind == OVERPAYMENT]
    returned = {each.reference: min(each.amount, refunded.get(each.reference, ZERO)) for each in for_claims}
    left -= sum(returned.values(), ZERO)
    taken = []
    for balance in for_claims:
        more = min(balance.amount - returned[balance.reference], max(left, ZERO))
        left -= more
        if amount := returned[balance.reference] + more:
            taken.append(_taken(balance, amount))
    return (*told, *forwarded, *taken)


def overpaid(decided: Sequence[ClaimDecision], recovery: Mapping[str, Recovery]) -> Iterator[tuple[str, Usd]]:
    """Yield our number of each correction (or reversal) that is told first, and what it lowers the payment by.

    Corrected several times before it is paid again, a claim is told once, by the last of them; what no earlier payment
    paid is not told.
    """
    corrections = {decision.of: decision for decision in decided if decision.kind == "correction"}
    reversals = {decision.of: decision for decision in decided if decision.kind == "reversal"}
    paid_here = {decision_id(decision) for decision in decided if decision.kind != "reversal"}
    for paid_before, first in reversals.items():
        if paid_before in paid_here:
            continue
        last, correction = first, corrections.get(paid_before)
        while correction is not None and decision_id(correction) in reversals:
            last = reversals[decision_id(correction)]
            correction = corrections.get(last.of)
        lowered = -first.paid - (correction.paid if correction is not None else ZERO)
        if recovery.get(last.reason) == TOLD_FIRST and lowered > 0:
            yield (correction or last).payer_claim_control_number, lowered


def balance_entries(
    provider: str, funding_account: str, adjustments: Iterable[ProviderAdjustment]
) -> tuple[PayeeBalance, ...]:
    """Return what the PLB rows of a payment change of what its payee owes: one entry a reference."""
    changed: dict[tuple[str, str], Usd] = {}
    for each in adjustments:
        if each.code in OWED:
            key = each.code, each.reference
            changed[key] = changed.get(key, ZERO) - each.amount
    return tuple(
        PayeeBalance(provider=provider, funding_account=funding_account, kind=kind, reference=reference, amount=amount)
        for (kind, reference), amount in changed.items()
        if amount
    )


def _taken(balance: PayeeBalance, amount: Usd) -> ProviderAdjustment:
    return ProviderAdjustment(code=balance.kind, reference=balance.reference, amount=amount)
