"""Compares what a golden run left in the books of each funding account, and told members, with what was expected.

FORMAT.md section 7. A scenario that says nothing of it is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from hpedi.payments.payment import Payment
from tests.golden.harness import Harness

Json = Any


def books_differences(expect: Json, harness: Harness, labels: Mapping[str, str]) -> Iterator[str]:
    """Compare ledgers, accounts that paid, checks to members, what was kept back and explanations of benefits.

    Args:
        expect: What the scenario expects.
        harness: What came of it.
        labels: The label of each decision, by the source under which it is booked.
    """
    if "accounts" not in expect["ledger"]:
        return
    yield from _differ("what the proof names", [], list(harness.unproven()))
    wanted = {(row["funding_account"], row["account"]): Decimal(row["balance"]) for row in expect["ledger"]["accounts"]}
    yield from _differ("ledger", wanted, {key: amount for key, amount in harness.ledger().items() if amount})
    paid = [(each.step, made) for each in harness.paid() for made in each.payments]
    remits = [(row["step"], row["account"], Decimal(row["bpr02"])) for row in expect["remits"]]
    seen = [(step, made.funding_account, made.amount) for step, made in paid if not made.member]
    yield from _differ("accounts that paid", remits, seen)
    checks = [
        (row["step"], row["payee"], row["date"], Decimal(row["amount"]), row["claims"]) for row in expect["checks"]
    ]
    yield from _differ("checks", checks, [(step, *_check(made, labels)) for step, made in paid if made.member])
    held = [(row["step"], row["payee"], Decimal(row["amount"]), row["finding"]) for row in expect["held"]]
    kept = [(run.step, each.provider, each.amount, each.finding.code) for run in harness.paid() for each in run.held]
    yield from _differ("kept back", held, kept)
    for row in expect["eobs"]:
        told = harness.explained(harness.control_numbers()[row["claim"]])
        for name in ("billed", "allowed", "paid", "paid_to_member", "owed"):
            yield from _differ(f"EOB of {row['claim']} {name}", Decimal(row[name]), getattr(told, name))


def _check(made: Payment, labels: Mapping[str, str]) -> tuple[str, str, Decimal, list[str]]:
    sources = (f"claim:{each.payer_claim_control_number}/{each.version}" for each in made.claims)
    return made.payee.name, str(made.payment_date), made.amount, [labels.get(source, "") for source in sources]


def _differ(what: str, expected: object, seen: object) -> Iterator[str]:
    if expected != seen:
        yield f"{what}: expected {expected}, got {seen}"
