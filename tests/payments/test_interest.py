"""Interest on clean claims paid late, worked out by hand: months begun, what it is on, and whom the statute binds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.adjudication.correction import reversal_of
from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.claim import ReceivedClaim
from hpedi.money import usd
from hpedi.payments.interest import PromptPay, interest_of, late_interest, prompt_pay
from hpedi.reference.payer_folder import load_payer_folder
from hpedi.reference.reference import Reference
from samples.sample_claims import PAYER_FOLDER
from tests.golden.world import standard_files
from tests.payments.worked_example import decided, line

THIRTY_DAYS = PromptPay(30, Decimal("0.015"), ("fully_insured",))
THOUSAND = usd("1000.00")
ON_TIME, ONE, TWO, THREE, FOUR = "0.00", "15.00", "30.00", "45.00", "60.00"


@pytest.mark.parametrize(
    ("received", "paid_on", "interest"),
    [
        # Received 2 March: due 1 April, late from 2 April; the second month begins on 2 May.
        (date(2026, 3, 2), date(2026, 4, 1), ON_TIME),
        (date(2026, 3, 2), date(2026, 4, 2), ONE),
        (date(2026, 3, 2), date(2026, 5, 1), ONE),
        (date(2026, 3, 2), date(2026, 5, 2), TWO),
        # Received 31 December 2025: due 30 January, late from 31 January; then 28 February, 31 March, 30 April.
        (date(2025, 12, 31), date(2026, 1, 30), ON_TIME),
        (date(2025, 12, 31), date(2026, 1, 31), ONE),
        (date(2025, 12, 31), date(2026, 2, 27), ONE),
        (date(2025, 12, 31), date(2026, 2, 28), TWO),
        (date(2025, 12, 31), date(2026, 3, 30), TWO),
        (date(2025, 12, 31), date(2026, 3, 31), THREE),
        (date(2025, 12, 31), date(2026, 4, 30), FOUR),
        # Received 31 December 2027: 2028 is a leap year, the second month begins on 29 February.
        (date(2027, 12, 31), date(2028, 2, 28), ONE),
        (date(2027, 12, 31), date(2028, 2, 29), TWO),
        # Received 29 January 2028: due 28 February, late from 29 February; one more month from 29 March.
        (date(2028, 1, 29), date(2028, 2, 28), ON_TIME),
        (date(2028, 1, 29), date(2028, 2, 29), ONE),
        (date(2028, 1, 29), date(2028, 3, 28), ONE),
        (date(2028, 1, 29), date(2028, 3, 29), TWO),
    ],
)  # fmt: skip
def test_months_that_are_begun(received: date, paid_on: date, interest: str) -> None:
    """1.5 % of 1,000.00 for each month that is begun after the thirtieth day from receipt."""
    assert f"{late_interest(THOUSAND, received, paid_on, THIRTY_DAYS)}" == interest


@pytest.mark.parametrize(
    ("base", "interest"), [("0.33", "0.00"), ("0.34", "0.01"), ("3.00", "0.05"), ("0.00", "0.00"), ("-90.00", "0.00")]
)
def test_interest_is_rounded_half_up(base: str, interest: str) -> None:
    """A month on 0.33 is 0.00495, on 0.34 is 0.0051, on 3.00 is 0.045; what is not paid earns none."""
    assert f"{late_interest(usd(base), date(2026, 3, 2), date(2026, 4, 2), THIRTY_DAYS)}" == interest


@given(days=st.integers(0, 800), received=st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_a_day_later_is_never_less(days: int, received: date) -> None:
    """Interest only grows with the day of payment, by one month at a time."""
    today, tomorrow = (late_interest(THOUSAND, received, received + timedelta(days=each), THIRTY_DAYS)
                       for each in (days, days + 1))  # fmt: skip
    assert tomorrow - today in {usd("0.00"), usd(ONE)}
    assert bool(today) == (days > THIRTY_DAYS.days)


# --- what of a payment earns it -------------------------------------------------------------------------------------

INSURED, SELF_INSURED = "OPEN-1500", "HSA-3200"
PAID = line(1, "1100.00", ("CO", "45", "100.00"), allowed="1000.00")
RAISED = line(1, "1100.00", ("CO", "45", "80.00"), allowed="1020.00")
LOWERED = line(1, "1100.00", ("CO", "45", "300.00"), allowed="800.00")
UNCLEAN = line(1, "1100.00", ("CO", "22", "1100.00"))
RECEIVED = date(2026, 3, 2)
LATE = date(2026, 4, 2)

Decided = tuple[ReceivedClaim, ClaimDecision]


@cache
def reference() -> Reference:
    """Return the sample payer's reference data."""
    paths = (path for path in PAYER_FOLDER.rglob("*") if path.is_file())
    files = {path.relative_to(PAYER_FOLDER).as_posix(): path.read_bytes() for path in paths}
    return Reference.of(load_payer_folder(files, standard_files()).records)


def claim(number: str, made: object = PAID, plan: str = INSURED, **changes: object) -> Decided:
    """Return a claim that was received on 2 March, with its decision."""
    received, decision = decided(number, made, plan=plan)  # type: ignore[arg-type]
    return replace(received, received=RECEIVED), replace(decision, **changes)


def reversed_(taken: Decided, reason: str = "payer_pricing_error") -> Decided:
    """Return the reversal of a decision."""
    received, decision = taken
    return received, reversal_of(decision, decision.version + 1, reason, "reprocessing 1")


def corrected(taken: Decided, made: object) -> Decided:
    """Return the payer's own correction of a decision."""
    number, version = taken[1].payer_claim_control_number, taken[1].version
    return claim(number, made, version=version + 2, kind="correction", of=f"{number}/{version}", reason="x")


def earned(*payment: Decided) -> dict[tuple[str, int], str]:
    """Return the interest of a payment on the first late day."""
    return {key: f"{amount}" for key, amount in interest_of(payment, reference(), LATE).items()}


def test_what_the_statute_says_is_data() -> None:
    """The rule file's days, rate and fundings hold for a day of receipt."""
    assert prompt_pay(reference(), RECEIVED) == THIRTY_DAYS
    assert prompt_pay(reference(), date(1999, 12, 31)) is None


def test_a_clean_late_claim_earns_it() -> None:
    """1,000.00 paid on the first late day earns 15.00; paid the day before, nothing."""
    assert earned(claim("1")) == {("1", 1): "15.00"}
    assert interest_of([claim("1")], reference(), LATE - timedelta(days=1)) == {}


def test_plans_that_the_statute_does_not_bind_earn_none() -> None:
    """A self-insured plan, a plan that is gone and a claim of nobody we know earn nothing."""
    assert earned(claim("1", plan=SELF_INSURED), claim("2", plan="GONE"), claim("3", plan="")) == {}


def test_an_unclean_claim_earns_none() -> None:
    """A claim that lacked the other payer's information was not clean, whatever else of it is paid."""
    both = replace(claim("1")[1], lines=(PAID, replace(UNCLEAN, number=2)))
    assert earned((claim("1")[0], both)) == {}


def test_a_reversal_earns_none() -> None:
    """Taking back what was paid earlier earns nobody anything."""
    assert earned(reversed_(claim("1"))) == {}


def test_our_correction_earns_it_on_what_it_adds() -> None:
    """Paid 1,000.00 before and 1,020.00 now: a month on 20.00 is 0.30; paid less, there is none."""
    first = claim("1")
    assert earned(reversed_(first), corrected(first, RAISED)) == {("1", 3): "0.30"}
    assert earned(reversed_(first), corrected(first, LOWERED)) == {}


def test_what_was_never_paid_earns_it_once() -> None:
    """Decision, reversal and correction in one payment: a month on the 800.00 that is paid, not on what never was."""
    first = claim("1")
    assert earned(first, reversed_(first), corrected(first, LOWERED)) == {("1", 3): "12.00"}


def test_corrected_twice_in_one_payment() -> None:
    """Paid 1,000.00 before, corrected to 800.00 and to 1,020.00 in one payment: on the 20.00 that it adds at last."""
    first = claim("1")
    second = corrected(first, LOWERED)
    third = corrected(second, RAISED)
    assert earned(reversed_(first), second, reversed_(second), third) == {("1", 5): "0.30"}


def test_a_providers_replacement_earns_it_whole() -> None:
    """A replacement is a claim of its own: its days run from its own receipt, on all that it pays."""
    first = claim("1")
    second = claim("2", RAISED, kind="correction", of="1/1", reason="provider_replacement")
    assert earned(reversed_(first, "provider_replacement"), second) == {("2", 1): "15.30"}
