"""A payee that asked for it gets a remittance, and a payment, for each submitter or contract of its claims."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hpedi.commands.workspace import context_for
from hpedi.payments.payee_balances import PayeeBalance
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.settle import book
from hpedi.pipeline.settlement_asked import AdjustmentAsked
from samples.sample_claims import Service
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claim, interchange
from tests.payments.adjustment_ways import WAYS
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.reprocessed import load
from tests.pipeline.sending import Office, bill, replacing
from tests.pipeline.test_proof import proof_of

ASKED = '    npi: "1000002000"\n'
OLD = """\
    from: 2025-01-01
    timely_filing: {days: 180, from: last_dos}
    rates:
      - {id: RIVERBEND-FEE, when: {claim_types: [P]}, method: fee_schedule, \
fee_schedule: FS-STANDARD, lesser_of_charge: true}

"""
ENDS = OLD.replace("    timely", "    to: 2026-02-14\n    timely")
SECOND = """\
  - id: K-RIVERBEND-2
    provider: RIVERBEND
    network: INN
    lines_of_business: [commercial]
    from: 2026-02-15
    timely_filing: {days: 180, from: last_dos}
    rates:
      - {id: RIVERBEND-FEE-2, when: {claim_types: [P]}, method: fee_schedule, fee_schedule: FS-STANDARD}

"""
"""Riverbend's contract ends on 14 February, and another begins."""


def asked_by(way: str) -> tuple[str, str]:
    """Return the change by which Riverbend asks for its remittances one a submitter or contract."""
    return ASKED, f"{ASKED}    remittance_by: {way}\n"


def both_submitters(demo: Demo) -> tuple[str, ...]:
    """Receive a visit through the clearinghouse and one from the clinic itself, 90.00 each, and decide them."""
    claims = Office(demo).send(bill("A", "M01"))
    demo.receive(interchange(RIVERBEND, CLINIC, 901, [claim_set("0001", [clinic_claim("RB-1", "M02", 10)])]))
    demo.jobs.adjudicate()
    return tuple(claims)


def amounts(paid: Paid) -> list[tuple[str, int]]:
    """Return amount and number of claims of each payment."""
    return [(f"{each.payment.amount}", each.claims) for each in paid.released]


@pytest.mark.parametrize(("way", "expected"), [("payee", [("180.00", 2)]), ("submitter", [("90.00", 1), ("90.00", 1)])])
def test_one_a_submitter(demo: Demo, way: str, expected: list[tuple[str, int]]) -> None:
    """Two visits of 90.00 by two submitters are one payment, or two, each with its 835; the books prove it."""
    load(demo, asked_by(way))
    both_submitters(demo)
    assert amounts(demo.jobs.pay()) == expected
    assert sum(row.kind == "835" for row in demo.jobs.deliver().files) == len(expected)
    proven = proof_of(demo)
    assert (proven.differences, proven.payments) == ((), len(expected))


def test_one_a_contract(demo: Demo) -> None:
    """A visit under each of two contracts: two payments."""
    load(demo, asked_by("contract"), (OLD, f"{ENDS}{SECOND}"))
    office = Office(demo)
    office.send(
        bill("A", "M01"),
        bill("B", "M02", Service("T1015", date(2026, 2, 20), "145.00")),
        bill("C", "M03"),
    )
    assert [claims for _amount, claims in amounts(office.pay())] == [2, 1]


@pytest.mark.parametrize("what", ["a due", "a balance", "a correction"])
def test_what_is_more_than_claims_keeps_them_together(demo: Demo, what: str) -> None:
    """A due, something owed or a correction stands in one remittance with all claims of the payee."""
    load(demo, asked_by("submitter"))
    (first,) = both_submitters(demo)
    if what == "a due":
        asked = AdjustmentAsked(
            provider="RIVERBEND", code="LS", amount=Decimal("10.00"), reference="LS1", note="by letter", ways=WAYS
        )
        book(demo.workspace.books, demo.jobs.context, demo.jobs.reference, asked)
    elif what == "a balance":
        owed = PayeeBalance(
            provider="RIVERBEND", funding_account="payer", kind="WO", reference="C0", amount=Decimal("10.00")
        )
        with demo.workspace.books.writing(context_for(AS_OF)) as work:
            work.payee_balances.append([owed], "opening", AS_OF)
    else:
        Office(demo, first=700).send(replacing(first, bill("A2", "M01")))
    assert len(amounts(demo.jobs.pay())) == 1
    assert proof_of(demo).differences == ()
