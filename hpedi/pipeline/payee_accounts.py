"""Which account a payee is paid to on a day: the one place that decides it. Without one it is paid by check.

An account counts by its enrollment (`payments.eft_enrollment.account_on`) and while it is not on hold: an EFT to it
came back, and nobody has looked yet. An EFT that was approved before its account was held does not go out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from hpedi.payments.eft_enrollment import EftEnrollment, account_on
from hpedi.payments.remit import PaymentRunInput
from hpedi.pipeline.ports import Work
from hpedi.reference.reference import Reference
from hpedi.transactions.remittance_835.model import RemittancePayee


@dataclass(frozen=True, slots=True)
class PayeeAccounts:
    """The accounts of all payees as they stand.

    Attributes:
        held: Accounts on hold: our id of the payee, and the last four.
        enrollments: By payee.
    """

    reference: Reference
    held: AbstractSet[tuple[str, str]]
    enrollments: Mapping[str, Sequence[EftEnrollment]]

    def is_held(self, payee: RemittancePayee) -> bool:
        """Say whether the account of a payee is on hold."""
        return payee.account is not None and (payee.provider, payee.account.account_number[-4:]) in self.held

    def addressed(self, paid_for: PaymentRunInput) -> PaymentRunInput:
        """Return what a run pays, each payee with the account that it is paid to on the payment date."""
        payees = {each: self.paid_to(payee, paid_for.payment_date) for each, payee in paid_for.payees.items()}
        return replace(paid_for, payees=payees)

    def paid_to(self, payee: RemittancePayee, day: date) -> RemittancePayee:
        """Return a payee with the account that it is paid to on a payment date; without one where it gets a check."""
        loaded = self.reference.account(payee.provider, day)
        account = account_on(loaded, self.enrollments.get(payee.provider, ()), day)
        paid = msgspec.structs.replace(payee, account=account)
        return msgspec.structs.replace(payee, account=None) if self.is_held(paid) else paid


def payee_accounts(work: Work, reference: Reference) -> PayeeAccounts:
    """Return the accounts of all payees as they stand now."""
    enrollments: defaultdict[str, list[EftEnrollment]] = defaultdict(list)
    for each in work.eft_enrollments.all():
        enrollments[each.provider].append(each)
    held = {(each.provider, each.last_four) for each in work.eft.holds()}
    return PayeeAccounts(reference, held, enrollments)
