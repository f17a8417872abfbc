"""Compares pools, charges to employers and payments to members of a golden run with what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hpedi.adjudication.funding import PoolKey
from hpedi.pipeline.funding_records import MemberPayment, PostedCharge, PostedMovement
from hpedi.reference.payer import PAYER_ACCOUNTS
from tests.golden.harness import Funding

Json = Any
Labels = Mapping[str, str]
"""The label of each decision, by the source under which it is booked."""


def funding_differences(expected: Json, seen: Funding, labels: Labels) -> Iterator[str]:
    """Compare all of them."""
    yield from _of_pools(expected.get("pools", ()), seen.movements, labels)
    charges = [_charge(each, labels) for each in seen.charges]
    yield from _differ("employer ledger", [_expected_charge(each) for each in expected.get("employer", ())], charges)
    payments = [_member_payment(each, labels) for each in seen.member_payments]
    wanted = [
        (each["member"], each["payee"], each["claim"], Decimal(each["amount"]), each["date"])
        for each in expected.get("member_payments", ())
    ]
    yield from _differ("member payments", wanted, payments)
    for total in expected.get("totals", ()):
        yield from _of_total(total, seen.charges, labels)


def _differ(what: str, expected: object, seen: object) -> Iterator[str]:
    if expected != seen:
        yield f"{what}: expected {expected}, got {seen}"


def _of_pools(expected: Sequence[Json], seen: Sequence[PostedMovement], labels: Labels) -> Iterator[str]:
    by_pool: dict[PoolKey, list[PostedMovement]] = {}
    for each in seen:
        by_pool.setdefault(each.movement.key, []).append(each)
    keys = [PoolKey(row["pool"], row["provider"], row["employer"] or "", int(row["year"])) for row in expected]
    yield from _differ("pools", set(keys), set(by_pool))
    for key, row in zip(keys, expected, strict=True):
        movements = by_pool.get(key, [])
        told = [(each.movement.what, labels.get(each.source, ""), each.movement.amount) for each in movements]
        wanted = [(each["what"], each.get("claim", ""), Decimal(each["amount"])) for each in row["movements"]]
        if any("account" in each for each in row["movements"]):
            kept_by = [each["account"] for each in row["movements"]]
            yield from _differ(f"pool {row['pool']} accounts", kept_by, [_account(each) for each in movements])
        yield from _differ(f"pool {row['pool']} movements", wanted, told)
        after = Decimal(row["before"]) + sum(each.movement.amount for each in movements)
        yield from _differ(f"pool {row['pool']} after", Decimal(row["after"]), after)


def _account(posted: PostedMovement) -> str:
    return posted.movement.funding_account or PAYER_ACCOUNTS


def _expected_charge(row: Json) -> tuple[object, ...]:
    amount = Decimal(row["amount"]) if row["side"] == "debit" else -Decimal(row["amount"])
    parts = {name: abs(Decimal(part)) for name, part in row.get("parts", {}).items()}
    return (row["employer"], row["date"], row["what"], row.get("claim", ""), amount, parts)


def _charge(posted: PostedCharge, labels: Labels) -> tuple[object, ...]:
    charge = posted.charge
    parts = {name: abs(amount) for name, amount in charge.parts}
    day = str(posted.paid_on or posted.posted_on)
    return (charge.employer, day, charge.what, labels.get(posted.source, ""), charge.amount, parts)


def _member_payment(payment: MemberPayment, labels: Labels) -> tuple[object, ...]:
    day = str(payment.paid_on or payment.posted_on)
    return (payment.member, f"subscriber {payment.payee}", labels.get(payment.source, ""), payment.amount, day)


def _of_total(total: Json, charges: Sequence[PostedCharge], labels: Labels) -> Iterator[str]:
    """Compare what an employer was drawn for a claim, and what it is made of."""
    of_claim = [each.charge for each in charges if labels.get(each.source) == total["claim"]]
    drawn = sum((each.amount for each in of_claim if each.employer == total["employer"]), Decimal(0))
    yield from _differ(f"{total['what']} of {total['claim']}", Decimal(total["amount"]), drawn)
    parts = {each.what: each.amount for each in of_claim if each.employer == total["employer"]}
    if "parts" in total:
        wanted = {name: Decimal(amount) for name, amount in total["parts"].items()}
        yield from _differ(f"{total['what']} of {total['claim']} by parts", wanted, parts)
