"""Claims of a self-insured employer with bank accounts of its own are paid from these, and proven account by account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hpedi.commands.jobs import REMITTANCE_GUIDE
from hpedi.guide_files import GuideFiles
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.verification import read_remittances
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.settle import AdjustmentAsked, book
from hpedi.pipeline.void import void
from hpedi.transactions.remittance_835.model import PaymentMethod
from tests.pipeline.conftest import Demo
from tests.pipeline.reprocessed import load
from tests.pipeline.sending import Office, bill
from tests.pipeline.test_proof import proof_of

EMPLOYER = "  - {id: PINEWOOD, name: PINEWOOD FOODS}\n"
OWN = """\
  - id: PINEWOOD
    name: PINEWOOD FOODS
    accounts:
      - {from: 2025-01-01, routing: "999999992", account: "777000777", kind: DA}
"""
PINEWOOD = "employer:PINEWOOD"
TUESDAY = date(2026, 3, 17)


@pytest.fixture
def office(demo: Demo) -> Office:
    """Visits of Rosa (insured) and Lena (self-insured by Pinewood, her deductible met) at the clinic, to be paid."""
    load(demo, (EMPLOYER, OWN))
    office = Office(demo)
    office.send(bill("A", "M01"), bill("B", "M05", received_at=None) if False else bill("B", "M05"))
    return office
