"""What the bank was told of checks (positive pay), and of which it is still to be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, select

from hpedi.payments.positive_pay import CheckAction
from hpedi.payments.states import PaymentState
from hpedi.pipeline.records import StoredPayment
from hpedi.safekeeping.vault import Vault
from hpedi.store.eft_tables import positive_pay
from hpedi.store.inserts import Insert
from hpedi.store.payments_read import newest_state, open_payment
from hpedi.store.tables import payment, payment_event
from hpedi.transactions.remittance_835.model import PaymentMethod

_INSERT: Final = Insert(positive_pay, "payment", "action", "file")
_GONE: Final = (PaymentState.VOIDED.value, PaymentState.STOPPED.value, PaymentState.REISSUED.value)
"""The states of a check that the bank is not to pay; it comes out of none of them."""


class StoredChecks:
    """Positive pay in rows, each check and action once."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        """Work inside an open transaction."""
        self._connection = connection
        self._vault = vault

    def untold(self, action: CheckAction) -> Sequence[StoredPayment]:
        """Return the checks of which the bank is to be told that they are issued, or void."""
        event = payment_event.c
        released = select(event.payment).where(event.state == PaymentState.RELEASED.value)
        gone = select(event.payment).where(event.state.in_(_GONE))
        told = select(positive_pay.c.payment).where(positive_pay.c.action == action.value)
        is_meant = payment.c.id.in_(gone) if action is CheckAction.VOID else payment.c.id.not_in(gone)
        query = select(payment, newest_state().label("state")).where(
            payment.c.method == PaymentMethod.CHECK.value,
            payment.c.id.in_(released),
            payment.c.id.not_in(told),
            is_meant,
        )
        return [open_payment(self._vault, row) for row in self._connection.execute(query.order_by(payment.c.id))]

    def tell(self, told: Iterable[tuple[int, CheckAction]], file: str) -> None:
        """Keep that the bank is told of checks (rows), in a file."""
        _INSERT(self._connection, [(row, action.value, file) for row, action in told])
