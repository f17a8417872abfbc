"""The stored ledger takes only what balances."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.money import usd
from hpedi.payments.ledger import LedgerAccount, Posting
from hpedi.store.database import Database
from hpedi.store.ledger import StoredLedger

OWED = Posting(account=LedgerAccount.CLAIMS_EXPENSE, funding_account="payer", debit=usd("90.00"), source="claim:A/1")
PAYABLE = Posting(
    account=LedgerAccount.CLAIMS_PAYABLE, funding_account="payer", credit=usd("90.00"), source="claim:A/1"
)


def test_postings_that_balance_are_kept(database: Database) -> None:
    """Both sides of a decision are kept as they were posted."""
    with database.writing() as connection:
        StoredLedger(connection).post([OWED, PAYABLE], date(2026, 3, 16))
        assert StoredLedger(connection).of_sources(["claim:A/1"]) == (OWED, PAYABLE)


def test_one_side_alone_is_refused(database: Database) -> None:
    """A posting without its other side is a bug and is not kept."""
    with pytest.raises(ValueError, match="do not balance"), database.writing() as connection:
        StoredLedger(connection).post([OWED], date(2026, 3, 16))
    with database.reading() as connection:
        assert StoredLedger(connection).of_sources(["claim:A/1"]) == ()
