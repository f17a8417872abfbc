"""EFTs that did not come back while they could are settled, with their cash."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import context_for
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.states import PaymentState
from tests.pipeline.conftest import Demo
from tests.pipeline.test_proof import SENT, proof_of

LAST_DAY = date(2026, 3, 18)
"""EFTs of Monday 16 March may come back until Wednesday, the second banking day after."""


@pytest.fixture
def paid(demo: Demo) -> Demo:
    """A day that paid 470.00 and 49.00 by EFT and 70.00 by check."""
    demo.run(SENT)
    return demo


def settled_on(demo: Demo, day: date) -> list[Decimal]:
    """Settle on a day and return the amounts."""
    return sorted(each.payment.amount for each in Jobs(demo.workspace, context_for(day)).settle_efts())


def cash(demo: Demo) -> tuple[Decimal, Decimal, Decimal]:
    """Return what cash, ACH clearing and checks outstanding come to."""
    with demo.workspace.books.reading(demo.jobs.context) as work:
        totals = {account: amount for (_funding, account), amount in work.ledger.totals().items()}
    wanted = (LedgerAccount.CASH, LedgerAccount.ACH_CLEARING, LedgerAccount.CHECKS_OUTSTANDING)
    return tuple(totals.get(account, Decimal("0.00")) for account in wanted)  # type: ignore[return-value]


def test_nothing_is_settled_while_it_may_come_back(paid: Demo) -> None:
    """Up to the second banking day a return may be on its way."""
    assert settled_on(paid, LAST_DAY) == []
    assert cash(paid) == (Decimal("0.00"), Decimal("-519.00"), Decimal("-70.00"))


def test_then_the_cash_has_left(paid: Demo) -> None:
    """519.00 leave clearing and cash; the check waits for the bank's word; a second time nothing is done."""
    assert settled_on(paid, LAST_DAY + timedelta(days=1)) == [Decimal("49.00"), Decimal("470.00")]
    assert cash(paid) == (Decimal("-519.00"), Decimal("0.00"), Decimal("-70.00"))
    assert settled_on(paid, LAST_DAY + timedelta(days=1)) == []
    assert proof_of(paid).differences == ()


def test_a_payment_run_settles_first(paid: Demo) -> None:
    """The next run finds them settled, whether it pays anything or not."""
    paid.pay_on(date(2026, 3, 20))
    with paid.workspace.books.reading(paid.jobs.context) as work:
        states = {each.payment.amount: each.state for each in work.payments.of_run(1)}
    assert states[Decimal("49.00")] is PaymentState.SETTLED
    assert states[Decimal("70.00")] is PaymentState.RELEASED


def test_a_weekend_and_a_holiday_are_no_banking_days(demo: Demo) -> None:
    """EFTs of Friday 22 May 2026 may come back until Wednesday 27 May: Monday is Memorial Day."""
    demo.receive(SENT)
    demo.jobs.adjudicate()
    demo.pay_on(date(2026, 5, 22))
    demo.jobs.deliver()
    assert settled_on(demo, date(2026, 5, 27)) == []
    assert len(settled_on(demo, date(2026, 5, 28))) == 2
