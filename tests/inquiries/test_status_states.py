"""What state a claim is in, what that is told with, and the money beside it: a row a state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from msgspec.structs import replace

from hpedi.adjudication.decision import ClaimDecision, LineDecision, Pend
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import ReceivedClaim
from hpedi.inquiries.status_lines import told_lines
from hpedi.inquiries.status_model import KnownClaim, PayerStatuses, Standing, StatusTerms
from hpedi.inquiries.status_states import charged_of, paid_of, since, state_of, statuses_of
from hpedi.inquiries.status_table import State
from hpedi.inquiry_files import inquiry_data
from hpedi.payments.claim_payments import ClaimFiling
from tests.acceptance.submissions import MARY

RECEIVED: Final = ReceivedClaim(
    payer_claim_control_number="26061000010000001", claim=MARY, received=date(2026, 3, 2), partner="lakes"
)
LINE: Final = LineDecision(
    number=1,
    code="T1015",
    modifiers=(),
    date=date(2026, 3, 10),
    units_billed=Decimal(1),
    units_paid=Decimal(1),
    charged=Decimal("185.00"),
    allowed=Decimal("120.00"),
    paid=Decimal("100.00"),
    adjustments=(Adjustment("CO", "45", Decimal("65.00")), Adjustment("PR", "3", Decimal("20.00"))),
)
PAID: Final = ClaimDecision(
    payer_claim_control_number="26061000010000001",
    snapshot=1,
    member="M01",
    provider="LAKES",
    status="1",
    status277="F1:65",
    lines=(LINE,),
)
DENIED_LINE: Final = replace(
    LINE, paid=Decimal("0.00"), denied=True, adjustments=(Adjustment("CO", "29", Decimal("185.00")),)
)
NOT_PAID_LINE: Final = replace(LINE, paid=Decimal("0.00"), adjustments=(Adjustment("CO", "24", Decimal("185.00")),))
DECIDED, PAID_ON = date(2026, 3, 16), date(2026, 3, 18)
TERMS: Final = StatusTerms(
    table=inquiry_data().claim_status.on(DECIDED),
    names=inquiry_data().eligibility.on(DECIDED).names,
    payer_id="94267",
    statuses=lambda _received: PayerStatuses(
        paid="F1:65", zero_cost_share="F4:104", by_adjustment={("CO", "24"): "F4:105", ("CO", "50"): "F2:1"}
    ),
    filing=ClaimFiling(usual="CI", by_plan={}),
    day=date(2026, 3, 20),
)


def known(state: str = "decided", **facts: Any) -> KnownClaim:
    """Return a claim of 185.00."""
    return KnownClaim(received=RECEIVED, state=state, **facts)


def decided(decision: ClaimDecision = PAID, *, is_out: bool = True, **standing: Any) -> KnownClaim:
    """Return a decided claim, paid by check 100001 on 18 March where its payment went out."""
    paid = {"remitted": PAID_ON, "remittance_number": "100001"} if is_out else {}
    return known(standing=Standing(decision=decision, decided_on=DECIDED, **paid, **standing))


def waiting(reason: str, status: str) -> KnownClaim:
    """Return a claim that waits since 12 March."""
    pend = Pend(payer_claim_control_number="1", snapshot=1, reason=reason, message="It waits.", status277=status)
    return known("pended", pend=(pend, date(2026, 3, 12)))


ZERO_DUE: Final = replace(PAID, status277="F4:104", lines=(NOT_PAID_LINE,))
TO_MEMBER: Final = replace(ZERO_DUE, status277="F1:65", paid_to_member=Decimal("100.00"))
CORRECTED: Final = replace(PAID, kind="correction", status277="F3:65")

ROWS: Final = (
    ("received", lambda: known("accepted"), State.IN_PROCESS, "P1:20", None, date(2026, 3, 2)),
    ("under review", lambda: waiting("HIGH-DOLLAR", "P2:46"), State.PENDED, "P2:46", None, date(2026, 3, 12)),
    ("waits for a price", lambda: waiting("rate", "P2:46"), State.PENDED, "P2:110", None, date(2026, 3, 12)),
    ("waits for the other payer", lambda: waiting("coordination_of_benefits", "P2:46"), State.PENDED, "P3:286", None,
     date(2026, 3, 12)),
    ("refused", lambda: known("refused", refusals=("A7:562:85", "A3:24:41")), State.REFUSED, "A7:562:85 A3:24:44", None,
     date(2026, 3, 2)),
    ("refused with its set", lambda: known("refused"), State.REFUSED_SET, "A3:481", None, date(2026, 3, 2)),
    ("due", lambda: decided(is_out=False), State.AWAITING_PAYMENT, "F0:3", "100.00", DECIDED),
    ("paid", decided, State.FINALISED, "F1:65", "100.00", PAID_ON),
    ("corrected and due", lambda: decided(CORRECTED, is_out=False), State.AWAITING_PAYMENT, "F0:3 F3:101", "100.00",
     DECIDED),
    ("corrected and paid", lambda: decided(CORRECTED), State.FINALISED, "F3:65 F3:101", "100.00", PAID_ON),
    ("cost share", lambda: decided(ZERO_DUE, is_out=False), State.FINALISED, "F4:104", "0.00", DECIDED),
    ("paid to the member", lambda: decided(TO_MEMBER), State.FINALISED, "F1:65 F1:73:IL", "0.00", PAID_ON),
    ("denied", lambda: decided(replace(ZERO_DUE, status277="F2:88", lines=(DENIED_LINE,)), is_out=False),
     State.FINALISED, "F2:88:QC", "0.00", DECIDED),
    ("replaced", lambda: decided(is_out=False, taken_back=State.REPLACED), State.REPLACED, "F3:686 F3:495", "0.00",
     DECIDED),
    ("voided", lambda: decided(PAID, is_out=False, taken_back=State.VOIDED), State.VOIDED, "F3:686", "0.00", DECIDED),
    ("a void", known, State.VOID, "F4:101", "0.00", date(2026, 3, 2)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("make", "state", "statuses", "paid", "on"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_each_state_is_told(
    make: Callable[[], KnownClaim], state: State, statuses: str, paid: str | None, on: date
) -> None:
    """The state of a claim, its statuses, what is paid and since when; the charge is that of the claim."""
    claim = make()
    told = (
        ":".join(each for each in (one.category, one.code, one.entity) if each) for one in statuses_of(claim, TERMS)
    )
    assert state_of(claim) is state
    assert " ".join(told) == statuses
    assert paid_of(claim) == (None if paid is None else Decimal(paid))
    assert since(claim) == on
    assert charged_of(claim) == Decimal("185.00")


LINES: Final = (
    ("paid", LINE, True, "F1:65"),
    ("due", LINE, False, "F0:3"),
    ("denied by a reason of the payer", replace(DENIED_LINE, adjustments=(Adjustment("CO", "50", Decimal("185.00")),)),
     True, "F2:1"),
    ("denied by a code that the table knows", DENIED_LINE, True, "F2:718"),
    ("denied by a code that nobody knows",
     replace(DENIED_LINE, adjustments=(Adjustment("CO", "B7", Decimal("185.00")),)), True, "F2:1"),
    ("denied without an amount", replace(DENIED_LINE, adjustments=()), True, "F2:1"),
    ("capitated", NOT_PAID_LINE, True, "F4:105"),
    ("cost share", replace(NOT_PAID_LINE, adjustments=(Adjustment("PR", "1", Decimal("185.00")),)), True, "F4:104"),
)  # fmt: skip


@pytest.mark.parametrize(("line", "is_out", "status"), [row[1:] for row in LINES], ids=[row[0] for row in LINES])
def test_each_line_is_told_by_its_decision(line: LineDecision, is_out: bool, status: str) -> None:  # noqa: FBT001
    """Paid, due, denied for its adjustment, or not paid by contract or cost share."""
    claim = decided(replace(PAID, lines=(line,)), is_out=is_out)
    (told,) = told_lines(claim, (), (), DECIDED, TERMS)
    assert f"{told.statuses[0].category}:{told.statuses[0].code}" == status
    assert (told.paid, told.units) == (line.paid, "1")
