"""The poster itself: what it posts of 835s written by hand, and what it leaves to a human."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.posting.receivables import CannotPost, Receivables
from tests.posting.remittance import ZERO, Remittance, read_remittances
from tests.posting.segments import Unreadable
from tests.posting.written import NPI, claim, interchange, remittance


def posted(*remittances: Remittance) -> Receivables:
    """Post remittances in order."""
    receivables = Receivables()
    for each in remittances:
        receivables.post(each)
    return receivables


def test_a_claim_is_posted_to_its_account() -> None:
    """185.00 is 65.00 contractual, 30.00 the patient's and 90.00 paid; 90.00 are expected under the trace number."""
    receivables = posted(remittance("9001", "90", *claim("A1")))
    books = receivables.books[NPI]
    assert books.accounts["26A1"].totals == {
        "charge": Decimal(185),
        "contractual": Decimal(65),
        "patient": Decimal(30),
        "paid": Decimal(90),
    }
    assert (books.cash, set(books.expected)) == (Decimal(90), {"9001"})


def test_reversal_and_correction_leave_the_correction() -> None:
    """90.00 are taken back and 80.00 paid: with 55.00 from another claim, the payment is 45.00."""
    corrected = claim("A1", paid="80", patient="40")
    other = claim("A2", paid="55", patient="65")
    second = remittance("9002", "45", *claim("A1", status="22", sign="-"), *corrected, *other)
    books = posted(remittance("9001", "90", *claim("A1")), second).books[NPI]
    assert books.accounts["26A1"].totals["paid"] == Decimal(80)
    assert books.accounts["26A1"].totals["patient"] == Decimal(40)
    assert books.cash == Decimal(135) == books.totals["paid"]


def test_a_balance_is_carried_forward_over_two_remittances() -> None:
    """A void of 90.00 is carried, 20.00 of it is met by the next payment and the rest carried anew, then all is met."""
    first = remittance("9001", "90", *claim("A1"))
    voided = remittance(
        "9002", "0", *claim("A1", status="22", sign="-"), f"PLB*{NPI}*20261231*FB:9002*-90", method="NON"
    )
    some = claim("A2", paid="20", patient="100")
    carried = remittance("9003", "0", *some, f"PLB*{NPI}*20261231*FB:9002*90*FB:9003*-70", method="NON")
    met = remittance("9004", "20", *claim("A3"), f"PLB*{NPI}*20261231*FB:9003*70")
    receivables = posted(first, voided)
    assert receivables.books[NPI].open_items("FB") == {"9002": Decimal(90)}
    receivables.post(carried)
    assert receivables.books[NPI].open_items("FB") == {"9003": Decimal(70)}
    receivables.post(met)
    books = receivables.books[NPI]
    assert books.open_items("FB") == {}
    assert books.cash == books.totals["paid"] == Decimal(110)


def test_an_overpayment_is_told_and_then_recovered() -> None:
    """10.00 too much are told with the correction and stay the provider's until a later payment takes them."""
    corrected = claim("A1", paid="80", patient="40")
    told = remittance(
        "9002",
        "0",
        *claim("A1", status="22", sign="-"),
        *corrected,
        f"PLB*{NPI}*20261231*WO:26A1*-10",
        method="NON",
    )
    receivables = posted(remittance("9001", "90", *claim("A1")), told)
    assert receivables.books[NPI].open_items("WO") == {"26A1": Decimal(10)}
    receivables.post(remittance("9003", "80", *claim("A2"), f"PLB*{NPI}*20261231*WO:26A1*10"))
    assert receivables.books[NPI].open_items("WO") == {}
    assert receivables.books[NPI].cash == Decimal(170) == receivables.books[NPI].totals["paid"]


def test_provider_adjustments_keep_their_signs() -> None:
    """Interest, capitation, a released withhold, a bonus and an acknowledged refund bring money; a fee takes it."""
    with_interest = [
        *claim("A1"),
        "PLB*1000000012*20261231*L6:A1*-4.5*CT:MAY*-350*E3:PIP*-54*BN:TCOC*-20*72:R1*-25*CS:F*5",
    ]
    with_interest.insert(2, "AMT*I*4.5")
    books = posted(remittance("9001", "538.5", *with_interest)).books[NPI]
    assert books.adjusted(["L6"]) == Decimal("4.50")
    assert books.adjusted(["CT", "E3", "BN"]) == Decimal(424)
    assert (books.adjusted(["72"]), books.adjusted(["CS"])) == (Decimal(25), Decimal(-5))
    assert books.cash == Decimal("538.50")


def test_what_goes_to_the_patient_is_not_the_patients_debt() -> None:
    """Where benefits are not assigned, PR-100 is what the plan paid to the patient; nothing is paid to the provider."""
    body = (
        "CLP*A1*1*185*0*120*12*26A1*11*1",
        "NM1*QC*1*LAKE*MARY",
        "SVC*HC:T1015*185*0**1",
        "CAS*CO*45*65",
        "CAS*PR*3*30**100*90",
    )
    books = posted(remittance("9001", "0", *body, method="NON")).books[NPI]
    totals = books.accounts["26A1"].totals
    assert (totals["patient"], totals["to_patient"], totals["paid"]) == (Decimal(30), Decimal(90), ZERO)
    assert books.cash == ZERO


def test_a_payment_that_came_back_is_as_if_it_was_never_posted() -> None:
    """What a returned EFT posted is taken back whole, and its claims may be paid again under another number."""
    receivables = posted(remittance("9001", "90", *claim("A1"), method="ACH"))
    receivables.undo("9001")
    assert receivables.books[NPI].totals == {}
    receivables.post(remittance("100001", "90", *claim("A1")))
    assert receivables.books[NPI].cash == Decimal(90)


def test_a_check_takes_the_place_of_an_eft_that_came_back() -> None:
    """The first 835 stays posted, its 90.00 are expected under the check's number only, and nothing is adjusted."""
    first = remittance("9001", "90", *claim("A1"), method="ACH")
    books = posted(first, remittance("100001", "90", f"PLB*{NPI}*20261231*CS:9001*-90")).books[NPI]
    assert (books.totals["paid"], books.cash, set(books.expected)) == (Decimal(90), Decimal(90), {"100001"})
    assert books.adjusted(["CS"]) == ZERO


REVERSED = claim("A1", status="22", sign="-")
NEVER_PAID = claim("A2", status="22", sign="-")
OTHERWISE = claim("A1", status="22", sign="-", paid="80", patient="40")


@pytest.mark.parametrize(
    ("fault", "trace", "amount", "body"),
    [
        ("this trace number was posted before", "9001", "90", claim("A2")),
        ("decided again without a reversal", "9002", "90", claim("A1")),
        ("takes back what was not posted so", "9002", "90", (*NEVER_PAID, *claim("A3"), *claim("A4"))),
        ("takes back what was not posted so", "9002", "10", (*OTHERWISE, *claim("A3"))),
        ("more is taken back by PLB FB", "9002", "80", (*claim("A2"), f"PLB*{NPI}*20261231*FB:8000*10")),
        ("more is taken back by PLB WO", "9002", "80", (*claim("A2"), f"PLB*{NPI}*20261231*WO:X*10")),
        ("not told under its own trace number", "9002", "100", (*claim("A2"), f"PLB*{NPI}*20261231*FB:9002*-10")),
        ("sum CLP04 - sum PLB = BPR02", "9002", "90.01", claim("A2")),
        ("CLP03 - CAS = CLP04", "9002", "91", claim("A2", paid="91")),
        ("BPR01 H and BPR04 NON", "9002", "0", (*REVERSED, *claim("A2"))),
    ],
)
def test_what_a_human_would_have_to_look_at_is_refused(
    fault: str, trace: str, amount: str, body: tuple[str, ...]
) -> None:
    """After a claim of 90.00 was paid under 9001, a remittance that breaks a rule is not posted."""
    receivables = posted(remittance("9001", "90", *claim("A1")))
    second = remittance(trace, amount, *body)
    with pytest.raises(CannotPost, match=fault):
        receivables.post(second)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"SE*14*", b"SE*15*"),
        (b"GE*1*7", b"GE*2*7"),
        (b"IEA*1*000000007", b"IEA*1*000000008"),
        (b"~TRN*1*9001*", b"~XXX*1*9001*"),
        (b"*185*90*30*", b"*185*9O*30*"),
        (b"*20260518~TRN", b"*20260532~TRN"),
        (b"005010X221A1", b"005010X221A2"),
    ],
)
def test_bytes_that_do_not_hold_together_are_not_read(old: bytes, new: bytes) -> None:
    """A wrong count or control number, a missing trace, a number or day that is none, another version."""
    content = interchange("9001", "90", *claim("A1"))
    assert content.count(old) == 1
    with pytest.raises(Unreadable):
        read_remittances(content.replace(old, new))
