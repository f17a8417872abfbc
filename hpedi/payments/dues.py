"""What payees are due beside their claims: capitation, earned withholds, bonuses, each a PLB row of their next 835.

A due is owed from its settlement on and paid once, by the next payment run that pays its payee. A payee that has dues
and no claims gets a remittance of PLB rows alone: 005010X221A1 makes loop 2000 (LX) and its claims situational. A due
below 0.00 is taken: a penalty, or an adjustment against the payee. The payer's own account pays them, but for refunds,
which belong to the account that overpaid.

Source: 005010X221A1 1.10.2.10 (capitation and related payments), PLB03-1; RFI 1645, 1809, 1921.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd
from hpedi.reference.payer import PAYER_ACCOUNTS
from hpedi.transactions.remittance_835.model import ProviderAdjustment

CAPITATION: Final = "CT"
WITHHOLD: Final = "E3"
BONUS: Final = "BN"
REFUND: Final = "72"
"""A refund that the payee sent: acknowledged by a PLB amount below zero, it takes back as much of what is owed for its
claim (WO above zero) in the same remittance. A claim may be refunded in parts.

Source: 005010X221A1 1.10.2.17; RFI 325, 1385, 1880."""
BY_HAND: Final = frozenset({"CS", "IP", "LS", "L3", "LE"})
"""The PLB codes that people may book by themselves; which way each goes is data (`conventions.AdjustmentTerms`)."""
DUE: Final = frozenset({CAPITATION, WITHHOLD, BONUS, REFUND, *BY_HAND})
"""The PLB codes that pay what a settlement found due."""
REISSUE: Final = "CS"
"""The PLB code that pays what another payment, named by its number, did not bring to the payee: no code says just
that, and CS (Adjustment) is the one for what no other code names: our choice (docs/adr/0014), below zero because it
adds. PLB03-2 identifies what is adjusted (005010X221A1 PLB03-2)."""


class Due(Model, frozen=True, kw_only=True):
    """What a payee is due.

    Attributes:
        provider: Our id of the payee.
        code: PLB03-1.
        reference: PLB03-2: what the payee knows it by.
        amount: US dollars to the payee, from it below 0.00; its PLB row has the other sign.
        funding_account: Our id of the account that pays it.
    """

    provider: str
    code: str
    reference: str
    amount: Usd
    funding_account: str = PAYER_ACCOUNTS


def due_rows(dues: Iterable[Due]) -> tuple[ProviderAdjustment, ...]:
    """Return the PLB rows that pay dues."""
    return tuple(ProviderAdjustment(code=each.code, reference=each.reference, amount=-each.amount) for each in dues)


def refunded_by(dues: Iterable[Due]) -> dict[str, Usd]:
    """Return the US dollars that a payee refunded, by our number of the claim."""
    refunded: dict[str, Usd] = {}
    for each in dues:
        if each.code == REFUND:
            refunded[each.reference] = refunded.get(each.reference, ZERO) + each.amount
    return refunded


def paid_of(adjustments: Iterable[ProviderAdjustment]) -> Usd:
    """Return the US dollars of dues that PLB rows pay."""
    return -sum((each.amount for each in adjustments if each.code in DUE), ZERO)
