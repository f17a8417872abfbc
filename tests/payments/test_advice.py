"""A remittance for people: each dollar of the charge in one column, words for codes, a page that adds up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from hpedi.adjudication.decision import Stay
from hpedi.claims.adjustment import Adjustment
from hpedi.documents.document import Table
from hpedi.mappings_folder import mapping
from hpedi.money import ZERO, usd
from hpedi.payments.advice import Advice, AdviceAmounts, advice_of
from hpedi.payments.advice_document import NO_WORDS, advice_document
from hpedi.payments.advice_texts import load_advice_texts
from hpedi.payments.remit import remit
from tests.payments.worked_example import DENIED, NUMBERS, PAYER, VISIT, decided, line, run_of

TEXTS = load_advice_texts(
    mapping("payments/remittance_texts.yaml").read_bytes(),
    mapping("code_sets/adjustment_reason.tsv").read_bytes(),
    date(2026, 5, 18),
)
SECOND = line(1, "200.00", ("OA", "23", "80.00"), ("CO", "45", "20.00"), ("CO", "104", "5.00"), ("PR", "2", "15.00"))
"""200.00 billed: 80.00 another payer, 20.00 contract, 5.00 withheld, 15.00 coinsurance: 80.00 are paid."""


def advice(*claims: tuple[object, object]) -> Advice:
    """Return the remittance of some claims of one payee."""
    run = run_of(*claims)  # type: ignore[arg-type]
    (made,) = remit(run, NUMBERS)
    return advice_of(made.payment, "released", PAYER, run.decided, run.claim_filing, TEXTS)


def billed(amounts: AdviceAmounts) -> Decimal:
    """Return what the columns and the payment come to."""
    taken = (
        amounts.other_liability, amounts.provider_liability, amounts.withhold, amounts.tax, amounts.patient_liability
    )  # fmt: skip
    return sum(taken, amounts.paid)


def test_each_amount_stands_in_its_column() -> None:
    """A prior payer, the contract, a withhold and the member each bear their part of 200.00."""
    (claim,) = advice(decided("C1", SECOND)).claims
    made = claim.amounts
    assert (made.other_liability, made.provider_liability, made.withhold, made.patient_liability, made.paid) == (
        usd("80.00"), usd("20.00"), usd("5.00"), usd("15.00"), usd("80.00")
    )  # fmt: skip
    assert [(each.code, each.text) for each in claim.lines[0].reasons][:2] == [
        ("OA-23", "effect of what a prior payer did"),
        ("CO-45", "charge above the fee schedule or contract"),
    ]


def test_lines_claims_and_the_whole_add_up() -> None:
    """Everywhere the columns and the payment come to what was billed; what is denied is not covered."""
    told = advice(decided("C1", VISIT), decided("C2", replace(DENIED, denied=True)), decided("C3", SECOND))
    parts = [told.amounts, *(claim.amounts for claim in told.claims)]
    parts += [each.amounts for claim in told.claims for each in claim.lines]
    assert all(each.billed == billed(each) for each in parts)
    assert (told.amounts.billed, told.amounts.covered, told.amounts.paid) == (
        usd("485.00"), usd("385.00"), usd("170.00")
    )  # fmt: skip


def test_a_claim_priced_as_one_tells_its_drg() -> None:
    """DRG, weight and covered days stand with the claim, whose adjustments are the claim's."""
    received, made = decided("C1", line(1, "16400.00"))
    stay = Stay(covered_charge=usd("16400.00"), drg="193", weight=Decimal("1.3144"), covered_days=Decimal(4))
    at_claim = (Adjustment("CO", "45", usd("4044.64")), Adjustment("PR", "1", usd("1500.00")))
    made = replace(made, stay=stay, adjustments=at_claim, remarks=("N919",))
    (claim,) = advice((received, made)).claims
    assert (claim.drg, claim.drg_weight, claim.covered_days, claim.shares) == ("193", Decimal("1.3144"), 4, True)
    assert (claim.amounts.provider_liability, claim.amounts.paid) == (usd("4044.64"), usd("10855.36"))
    assert [each.text for each in claim.remarks] == [
        "The member's out-of-pocket maximum is met; the member's share is less."
    ]


def test_an_apc_and_tax_stand_with_the_line() -> None:
    """The APC is a column, the tax that was billed is told, other numbers stay numbers."""
    received, made = decided("C1", replace(VISIT, references=(("APC", "5012"), ("G1", "AUTH1"))))
    taxed = replace(received.claim.lines[0], amounts=(("T", usd("3.60")),))
    received = replace(received, claim=replace(received.claim, lines=(taxed,)))
    told = advice((received, made))
    (shown,) = told.claims[0].lines
    assert (shown.apc, shown.references, shown.billed_tax) == ("5012", (("G1", "AUTH1"),), usd("3.60"))
    assert any("tax billed 3.60" in cell for row in table(told, "Services").rows for cell in row)


def table(told: Advice, title: str) -> Table:
    """Return the first table of the page whose title begins so."""
    blocks = advice_document(told).blocks
    return next(each for each in blocks if isinstance(each, Table) and each.title.startswith(title))


def test_the_page_explains_each_code_once() -> None:
    """Codes of all claims stand once at the end, those without words with where to find them."""
    odd = line(1, "10.00", ("CO", "9", "10.00"))
    told = advice(decided("C1", VISIT), decided("C2", SECOND), decided("C3", odd))
    rows = dict(table(told, "What the codes say").rows)
    assert sorted(rows) == ["CO-104", "CO-45", "CO-9", "OA-23", "PR-2", "PR-3"]
    assert rows["CO-9"] == NO_WORDS


def test_every_column_of_a_table_has_its_cell() -> None:
    """Rows and the total are as wide as the head, on every table."""
    told = advice(decided("C1", VISIT), decided("C2", SECOND))
    for block in advice_document(told).blocks:
        if isinstance(block, Table):
            assert {len(row) for row in (*block.rows, *([block.total] if block.total else []))} <= {len(block.columns)}


def test_provider_adjustments_say_what_they_are() -> None:
    """A balance forward is named in words, and what is taken is told apart from what is paid on top."""
    told = advice(decided("C1", replace(VISIT, charged=-VISIT.charged, paid=-VISIT.paid, adjustments=tuple(
        replace(each, amount=-each.amount) for each in VISIT.adjustments
    ))))  # fmt: skip
    ((code, what, _reference, amount, effect),) = table(told, "Provider adjustments").rows
    assert (code, what, amount, effect) == ("FB", "balance forward", "-90.00", "paid on top")
    assert (told.amount, told.method_text, told.interest) == (ZERO, "no payment", ZERO)
