"""Accounts on hold: an EFT to them came back, so that payees are paid by check until somebody has looked.

An EFT that was approved before its account was held is not released: voided, its claims are paid by check.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TypeAlias

import msgspec

from hpedi.payments.remit import PaymentRunInput
from hpedi.pipeline.ports import Work
from hpedi.transactions.remittance_835.model import RemittancePayee

HeldAccount: TypeAlias = tuple[str, str]
"""Our id of the provider, and the last four of its account."""


def held_accounts(work: Work) -> AbstractSet[HeldAccount]:
    """Return the accounts that are on hold now."""
    return {(each.provider, each.last_four) for each in work.eft.holds()}


def is_held(payee: RemittancePayee, held: AbstractSet[HeldAccount]) -> bool:
    """Say whether the account of a payee is on hold."""
    return payee.account is not None and (payee.provider, payee.account.account_number[-4:]) in held


def without_held(paid_for: PaymentRunInput, held: AbstractSet[HeldAccount]) -> PaymentRunInput:
    """Return what a run pays with no account where it is on hold: such payees get checks."""
    payees = {
        provider: msgspec.structs.replace(payee, account=None) if is_held(payee, held) else payee
        for provider, payee in paid_for.payees.items()
    }
    return replace(paid_for, payees=payees)
