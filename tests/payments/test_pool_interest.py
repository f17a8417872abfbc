"""What a pool earns: simple interest by dated rates on what was in it day by day, rounded once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hpedi.payments.pool_interest import interest_sum, pool_interest
from hpedi.reference.settling import InterestRate

RATES = (
    InterestRate(start=date(2026, 7, 1), rate=Decimal("0.05")),
    InterestRate(start=date(2026, 1, 1), end=date(2026, 6, 30), rate=Decimal("0.04")),
)
MOVED = ((date(2026, 1, 1), Decimal("10000.00")), (date(2026, 3, 31), Decimal("5000.00")))


def test_each_rate_earns_on_its_own_days() -> None:
    """10,000 for 180 days and 5,000 for 91 at 4 % are 247.1233; 15,000 for 184 days at 5 % are 378.0822: 625.21."""
    spans = pool_interest(MOVED, RATES, date(2026, 12, 31))
    assert [(each.start, each.end, each.dollar_days) for each in spans] == [
        (date(2026, 1, 2), date(2026, 6, 30), Decimal("2255000.00")),
        (date(2026, 7, 1), date(2026, 12, 31), Decimal("2760000.00")),
    ]
    assert [f"{each.amount:.4f}" for each in spans] == ["247.1233", "378.0822"]
    assert interest_sum(spans) == Decimal("625.21")
    assert spans[0].told == "2026-01-02 to 2026-06-30: 2,255,000.00 dollar-days x 0.04 / 365 = 247.1233"


def test_what_comes_in_today_earns_from_tomorrow() -> None:
    """On the day of the first movement nothing was earned; a day later one day of 10,000: 1.095890, so 1.10."""
    assert pool_interest(MOVED, RATES, date(2026, 1, 1)) == ()
    assert interest_sum(pool_interest(MOVED, RATES, date(2026, 1, 2))) == Decimal("1.10")


def test_what_is_taken_out_earns_no_more() -> None:
    """10,000 for 30 days until 31 January, and nothing after all of it went out that day: 32.88."""
    moved = (MOVED[0], (date(2026, 1, 31), Decimal("-10000.00")))
    assert interest_sum(pool_interest(moved, RATES, date(2026, 6, 30))) == Decimal("32.88")


def test_no_rate_or_no_movement_earns_nothing() -> None:
    """Without rates in force, or in an empty pool, there is no interest."""
    assert pool_interest(MOVED, (), date(2026, 12, 31)) == pool_interest((), RATES, date(2026, 12, 31)) == ()
    assert interest_sum(()) == Decimal("0.00")
