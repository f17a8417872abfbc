"""What settlements come to: shares of pools, bonuses and their limits, and postings that balance."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.adjudication.funding import EmployerCharge, PoolKey, PoolMovement
from hpedi.money import CENT, ZERO, Usd
from hpedi.payments.dues import Due, due_rows, paid_of
from hpedi.payments.ledger import LedgerAccount, balances, unbalanced_sources
from hpedi.payments.settlement import (
    CannotSettle,
    Settlement,
    Share,
    adjustment,
    bonus_of,
    capitation,
    earned_by,
    earned_share,
    prefund_return,
    refund,
    target_facts,
    withhold_release,
    year_end,
)
from hpedi.payments.settlement_ledger import program_postings
from hpedi.reference.settling import Target
from hpedi.transactions.remittance_835.model import ProviderAdjustment
from tests.payments.adjustment_ways import WAYS

PIP = PoolKey("pip", "CLINIC", "MILLS", 2026)
PREFUND = PoolKey("prefund", "CLINIC", "MILLS", 2026)
AMOUNTS = st.integers(0, 10_000_000).map(lambda cents: cents * CENT)


def dollars(text: str) -> Usd:
    """Return an amount."""
    return Decimal(text)


def test_capitation_is_members_times_the_rate() -> None:
    """120 members at 35.00 are 4,200.00 to the provider, told as PLB CT -4,200.00."""
    settled = capitation("CLINIC", "2026-05", 120, dollars("35.00"), "CAP202605")
    assert settled.dues == (Due(provider="CLINIC", code="CT", reference="CAP202605", amount=dollars("4200.00")),)
    assert due_rows(settled.dues) == (ProviderAdjustment(code="CT", reference="CAP202605", amount=dollars("-4200.00")),)
    assert paid_of(due_rows(settled.dues)) == dollars("4200.00")


@pytest.mark.parametrize(
    ("rate", "earned"),
    [("0", "0.00"), ("0.75", "54.00"), ("1", "72.00"), ("0.333", "23.98")],
)
def test_the_earned_share_is_rounded_half_up(rate: str, earned: str) -> None:
    """Of a pool of 72.00: three quarters are 54.00; 33.3 percent are 23.976, so 23.98."""
    assert earned_share(dollars("72.00"), Decimal(rate)) == dollars(earned)


@pytest.mark.parametrize(("balance", "rate"), [("72.00", "1.01"), ("72.00", "-0.01"), ("-0.01", "0.5")])
def test_no_more_is_earned_than_there_is(balance: str, rate: str) -> None:
    """More than all, less than nothing, or a part of a pool below nothing is refused."""
    with pytest.raises(CannotSettle):
        earned_share(dollars(balance), Decimal(rate))


@pytest.mark.parametrize(
    ("told", "bonus"),
    [
        ({"given": "20.00"}, "20.00"),
        ({"given": "28.80"}, "28.80"),
        ({"savings": "40.01", "share": "0.5"}, "20.01"),
        ({"savings": "1000.00", "share": "0.5"}, "28.80"),
        ({"savings": "-1000.00", "share": "0.5"}, "0.00"),
        ({}, "0.00"),
    ],
    ids=["given", "all of the pool", "half of 40.01", "more than the pool", "nothing was saved", "nothing told"],
)
def test_a_bonus_is_given_or_a_share_of_savings_within_the_pool(told: dict[str, str], bonus: str) -> None:
    """Out of a pre-fund pool of 28.80; half of 40.01 is 20.005, so 20.01."""
    words = {name: Decimal(value) for name, value in told.items()}
    terms = {name: words.get(name) for name in ("given", "savings", "share")}
    assert bonus_of(dollars("28.80"), **terms) == dollars(bonus)


@pytest.mark.parametrize(
    "told", [{"given": "28.81"}, {"given": "-0.01"}, {"savings": "10.00"}], ids=["too much", "below", "no share"]
)
def test_a_bonus_that_fits_nothing_is_refused(told: dict[str, str]) -> None:
    """More than is in the pool, less than nothing, or savings without an agreed share."""
    words = {name: Decimal(value) for name, value in told.items()}
    terms = {name: words.get(name) for name in ("given", "savings", "share")}
    with pytest.raises(CannotSettle):
        bonus_of(dollars("28.80"), **terms)


def shares(earned: str, bonus: str) -> tuple[Share, Share]:
    """Return a pool of 72.00 and a pre-fund pool of 28.80 with what the provider gets of them."""
    return (
        Share(pool=PIP, balance=dollars("72.00"), given=dollars(earned), reference="PIP2026"),
        Share(pool=PREFUND, balance=dollars("28.80"), given=dollars(bonus), reference="TCOC2026"),
    )


def test_the_year_ends_as_worked_by_hand() -> None:
    """54.00 and 20.00 go to the provider, 18.00 and the interest of 1.50 to the employer."""
    settled = year_end(*shares("54.00", "20.00"), dollars("1.50"), [("year", "2026")])
    assert [(due.code, due.reference, due.amount) for due in settled.dues] == [
        ("E3", "PIP2026", dollars("54.00")),
        ("BN", "TCOC2026", dollars("20.00")),
    ]
    assert settled.movements == (
        PoolMovement(PIP, "earned_by_provider", dollars("-54.00")),
        PoolMovement(PIP, "returned_to_employer", dollars("-18.00")),
        PoolMovement(PREFUND, "bonus_to_provider", dollars("-20.00")),
    )
    parts = (("unearned", dollars("-18.00")), ("pool_interest", dollars("-1.50")))
    assert settled.charges == (EmployerCharge("MILLS", "pip_refund", dollars("-19.50"), parts),)
    assert {account: amount for (_, account), amount in balances(program_postings(settled, "s")).items()} == {
        LedgerAccount.POOLS: dollars("92.00"),
        LedgerAccount.INTEREST: dollars("1.50"),
        LedgerAccount.EMPLOYERS_RECEIVABLE: dollars("-19.50"),
        LedgerAccount.PAYEE_DUES: dollars("-74.00"),
    }


def test_nothing_earned_leaves_nothing_due() -> None:
    """A provider that earned nothing gets nothing: all 72.00 go back to the employer."""
    settled = year_end(shares("0.00", "0.00")[0], None, ZERO, [])
    assert settled.dues == ()
    assert [(charge.what, charge.amount) for charge in settled.charges] == [("pip_refund", dollars("-72.00"))]


def test_the_rest_of_a_prefund_goes_back_with_interest() -> None:
    """8.80 left and interest of 0.60 are 9.40 for the employer; nothing is due to the provider."""
    left = Share(pool=PREFUND, balance=dollars("8.80"), given=ZERO, reference="JUNE")
    settled = prefund_return(left, dollars("0.60"))
    assert settled.movements == (PoolMovement(PREFUND, "returned_to_employer", dollars("-8.80")),)
    parts = (("unused", dollars("-8.80")), ("pool_interest", dollars("-0.60")))
    assert (settled.charges, settled.dues) == (
        (EmployerCharge("MILLS", "prefund_refund", dollars("-9.40"), parts),),
        (),
    )
    with pytest.raises(CannotSettle):
        prefund_return(replace(left, balance=dollars("-0.01")), ZERO)


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 1000), st.integers(0, 1000))
def test_no_cent_is_made_or_lost(pool: Usd, prefund: Usd, interest: Usd, earned: int, share: int) -> None:
    """Whatever is earned, pools are emptied or kept to the cent, and the postings balance."""
    given_share = earned_share(pool, Decimal(earned) / 1000)
    bonus = bonus_of(prefund, given=None, savings=prefund * 2, share=Decimal(share) / 1000)
    settled = year_end(
        Share(pool=PIP, balance=pool, given=given_share, reference="A"),
        Share(pool=PREFUND, balance=prefund, given=bonus, reference="B"),
        interest,
        [],
    )
    moved = dict.fromkeys((PIP, PREFUND), ZERO)
    for each in settled.movements:
        moved[each.key] += each.amount
    assert (moved[PIP], moved[PREFUND]) == (-pool, -bonus)
    assert sum((each.amount for each in settled.dues), ZERO) == given_share + bonus
    assert sum((each.amount for each in settled.charges), ZERO) == -(pool - given_share + interest)
    assert unbalanced_sources(program_postings(settled, "s")) == ()


TARGETS = (
    Target(id="QUALITY", name="Diabetes control", weight=Decimal("0.5")),
    Target(id="ACCESS", name="Visits within a week", weight=Decimal("0.3")),
    Target(id="CARE", name="Care plans", weight=Decimal("0.2")),
)


def test_targets_that_were_met_earn_their_weights() -> None:
    """Quality and access are 80 percent of the pool; none met is nothing; a target nobody agreed on is refused."""
    assert earned_by(TARGETS, ["QUALITY", "ACCESS"]) == Decimal("0.8")
    assert earned_by(TARGETS, []) == 0
    assert target_facts(TARGETS, ["CARE"])[2] == ("target CARE", "Care plans, counts 0.2: met")
    for targets, met in ((TARGETS, ["COST"]), ((), ["QUALITY"])):
        with pytest.raises(CannotSettle):
            earned_by(targets, met)


def posted(settled: Settlement) -> dict[LedgerAccount, Usd]:
    """Return what a settlement posts by account; it balances."""
    postings = program_postings(settled, "s")
    assert unbalanced_sources(postings) == ()
    return {account: amount for (_, account), amount in balances(postings).items()}


def test_the_plan_keeps_what_of_a_contract_s_withhold_is_not_earned() -> None:
    """Of 72.00, 54.00 go to the provider as PLB E3 and 18.00 lower what claims cost the plan."""
    own = PoolKey("withhold", "CLINIC", "", 2026)
    share = Share(pool=own, balance=dollars("72.00"), given=dollars("54.00"), reference="WH2026")
    settled = withhold_release(share, [("year", "2026")])
    assert [(due.code, due.reference, due.amount) for due in settled.dues] == [("E3", "WH2026", dollars("54.00"))]
    assert settled.charges == ()
    assert posted(settled) == {
        LedgerAccount.POOLS: dollars("72.00"),
        LedgerAccount.CLAIMS_EXPENSE: dollars("-18.00"),
        LedgerAccount.PAYEE_DUES: dollars("-54.00"),
    }


def test_a_refund_is_acknowledged_by_plb_72() -> None:
    """20.00 sent back are cash, and due to the provider until its 835 takes them off what it owes."""
    settled = refund("CLINIC", "C1", dollars("20.00"), dollars("50.00"), "CHECK4711")
    assert due_rows(settled.dues) == (ProviderAdjustment(code="72", reference="C1", amount=dollars("-20.00")),)
    assert posted(settled) == {LedgerAccount.CASH: dollars("20.00"), LedgerAccount.PAYEE_DUES: dollars("-20.00")}


@pytest.mark.parametrize("amount", ["0.00", "50.01"])
def test_no_more_is_refunded_than_is_owed(amount: str) -> None:
    """Nothing, or more than 50.00, is refused."""
    with pytest.raises(CannotSettle, match=r"owes 50\.00"):
        refund("CLINIC", "C1", dollars(amount), dollars("50.00"), "CHECK4711")


@pytest.mark.parametrize(
    ("code", "amount"),
    [("CS", "12.50"), ("CS", "-12.50"), ("LS", "1.00"), ("IP", "1.00"), ("L3", "-9.00"), ("LE", "-1.00")],
)
def test_an_adjustment_is_a_plb_row_of_the_other_sign(code: str, amount: str) -> None:
    """What goes to the provider is below 0.00 in PLB, what is taken above."""
    settled = adjustment("CLINIC", code, dollars(amount), "REF1", "agreed by letter", WAYS)
    assert due_rows(settled.dues) == (ProviderAdjustment(code=code, reference="REF1", amount=-dollars(amount)),)
    assert posted(settled) == {
        LedgerAccount.PROVIDER_ADJUSTMENTS: dollars(amount),
        LedgerAccount.PAYEE_DUES: -dollars(amount),
    }
    assert dict(settled.facts) == {"why": "agreed by letter"}


@pytest.mark.parametrize(
    ("code", "amount"), [("L3", "9.00"), ("LS", "-1.00"), ("CS", "0.00"), ("FB", "1.00"), ("L6", "1.00")]
)
def test_an_adjustment_of_the_wrong_sign_or_code_is_refused(code: str, amount: str) -> None:
    """A penalty to the provider, a lump sum from it, nothing, or a code that payment runs write themselves."""
    with pytest.raises(CannotSettle):
        adjustment("CLINIC", code, dollars(amount), "REF1", "", WAYS)
