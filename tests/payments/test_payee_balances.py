"""What payees owe: told, carried forward and taken back, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from hpedi.adjudication.correction import reversal_of
from hpedi.adjudication.decision import ClaimDecision, LineDecision
from hpedi.claims.adjustment import Adjustment
from hpedi.payments.payee_balances import PayeeBalance, adjustments_of, balance_entries
from hpedi.transactions.remittance_835.model import ProviderAdjustment

RECOVERY = {"payer_pricing_error": "notify_then_offset", "retro_termination": "offset_same_remit"}


def decided(number: str, paid: str, version: int = 1) -> ClaimDecision:
    """Return a decision that pays so much of 500.00."""
    amount = Decimal(paid)
    line = LineDecision(
        number=1,
        code="T1015",
        modifiers=(),
        date=date(2026, 3, 10),
        units_billed=Decimal(1),
        units_paid=Decimal(1),
        charged=Decimal("500.00"),
        allowed=amount,
        paid=amount,
        adjustments=(Adjustment("CO", "45", Decimal("500.00") - amount),),
    )
    return ClaimDecision(
        payer_claim_control_number=number,
        version=version,
        snapshot=1,
        provider="A",
        status="1",
        status277="F1:65",
        lines=(line,),
    )


def corrected(number: str, before: str, after: str, reason: str) -> list[ClaimDecision]:
    """Return the reversal of a decision and its correction."""
    first = decided(number, before)
    correction = replace(decided(number, after, 3), kind="correction", of=f"{number}/1", reason=reason)
    return [reversal_of(first, 2, reason, "reprocessing 1"), correction]


def owes(kind: str, reference: str, amount: str) -> PayeeBalance:
    """Return what a payee owes."""
    return PayeeBalance(provider="A", funding_account="main", kind=kind, reference=reference, amount=Decimal(amount))


def rows(adjustments: tuple[ProviderAdjustment, ...]) -> list[tuple[str, str, str]]:
    """Return PLB rows as text."""
    return [(each.code, each.reference, f"{each.amount}") for each in adjustments]


def test_an_overpayment_is_told_first() -> None:
    """-90.00 + 70.00 of one claim and 320.00 of another: 20.00 is told (WO -20.00) and not taken yet."""
    decisions = [*corrected("1", "90.00", "70.00", "payer_pricing_error"), decided("2", "320.00")]
    assert rows(adjustments_of(decisions, RECOVERY, [])) == [("WO", "1", "-20.00")]


def test_an_overpayment_is_taken_as_far_as_the_payment_reaches() -> None:
    """Of 20.00 and 100.00 owed, a payment of 90.00 takes 20.00 and 70.00 and pays nothing."""
    owed = [owes("WO", "1", "20.00"), owes("WO", "2", "100.00")]
    taken = adjustments_of([decided("3", "90.00")], RECOVERY, owed)
    assert rows(taken) == [("WO", "1", "20.00"), ("WO", "2", "70.00")]


def test_a_balance_forward_is_taken_back_whole() -> None:
    """720.00 carried forward is taken back at once even by a payment of 100.00, and nothing else is taken with it."""
    owed = [owes("WO", "1", "20.00"), owes("FB", "T1", "720.00")]
    assert rows(adjustments_of([decided("3", "100.00")], RECOVERY, owed)) == [("FB", "T1", "720.00")]


def test_what_is_offset_at_once_is_not_told() -> None:
    """A retroactive termination nets in the same remittance: no PLB row."""
    assert adjustments_of(corrected("1", "90.00", "0.00", "retro_termination"), RECOVERY, []) == ()


def test_a_correction_that_pays_more_tells_nothing() -> None:
    """What pays more is no overpayment, whatever its reason."""
    assert adjustments_of(corrected("1", "90.00", "95.00", "payer_pricing_error"), RECOVERY, []) == ()


def test_a_void_told_first_names_the_reversal() -> None:
    """A reversal without a correction is told whole under its claim."""
    reversal = reversal_of(decided("1", "90.00"), 2, "payer_pricing_error", "reprocessing 1")
    assert rows(adjustments_of([reversal], RECOVERY, [])) == [("WO", "1", "-90.00")]


def test_entries_mirror_the_rows() -> None:
    """What a PLB row gives is owed, what it takes is owed no more; interest and the like are no balance."""
    told = [
        ProviderAdjustment(code="WO", reference="1", amount=Decimal("-20.00")),
        ProviderAdjustment(code="FB", reference="T1", amount=Decimal("720.00")),
        ProviderAdjustment(code="L6", reference="2", amount=Decimal("-5.10")),
    ]
    entries = balance_entries("A", "main", told)
    assert [(each.kind, each.reference, f"{each.amount}") for each in entries] == [
        ("WO", "1", "20.00"),
        ("FB", "T1", "-720.00"),
    ]
