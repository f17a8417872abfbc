"""Which account a payee is paid to on a day: the one place that decides it. Without one it is paid by check.

An account counts by its enrollment (`payments.eft_enrollment.account_on`) and while it is not on hold: an EFT to it
came back, and nobody has looked yet. An EFT that was approved before its account was held or ended does not go out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from hpedi.payments.eft_enrollment import OVER, EftEnrollment, account_on, by_payee
from hpedi.payments.remit import PaymentRunInput
from hpedi.pipeline.ports import Work
from hpedi.reference.reference import Reference
from hpedi.transactions.remittance_835.model import BankAccount, RemittancePayee


@dataclass(frozen=True, slots=True)
class PayeeAccounts:
    """The accounts of all payees as they stand.

    Attributes:
        day: As of when.
        held: Accounts on hold: our id of the payee, and the last four.
        enrollments: By payee.
    """

    reference: Reference
    day: date
    held: AbstractSet[tuple[str, str]]
    enrollments: Mapping[str, Sequence[EftEnrollment]]

    def is_held(self, payee: RemittancePayee) -> bool:
        """Say whether no EFT goes to the account of a payee now: it is on hold, or its enrollment came to its end."""
        if payee.account is None:
            return False
        own = self.enrollments.get(payee.provider, ())
        standing = {each.stands(self.day) for each in own if each.account == payee.account}
        is_over = bool(standing) and standing <= OVER and self._counting(payee.provider, self.day) != payee.account
        return is_over or self._is_on_hold(payee.provider, payee.account)

    def addressed(self, paid_for: PaymentRunInput) -> PaymentRunInput:
        """Return what a run pays, each payee with the account that it is paid to on the payment date."""
        payees = {each: self.paid_to(payee, paid_for.payment_date) for each, payee in paid_for.payees.items()}
        return replace(paid_for, payees=payees)

    def paid_to(self, payee: RemittancePayee, day: date) -> RemittancePayee:
        """Return a payee with the account that it is paid to on a payment date; without one where it gets a check."""
        account = self._counting(payee.provider, day)
        is_free = account is not None and not self._is_on_hold(payee.provider, account)
        return msgspec.structs.replace(payee, account=account if is_free else None)

    def _counting(self, provider: str, day: date) -> BankAccount | None:
        return account_on(self.reference.account(provider, day), self.enrollments.get(provider, ()), day)

    def _is_on_hold(self, provider: str, account: BankAccount) -> bool:
        return (provider, account.account_number[-4:]) in self.held


def payee_accounts(work: Work, reference: Reference) -> PayeeAccounts:
    """Return the accounts of all payees as they stand now."""
    enrollments = by_payee(work.eft_enrollments.all())
    held = {(each.provider, each.last_four) for each in work.eft.holds()}
    return PayeeAccounts(reference, work.context.as_of, held, enrollments)
