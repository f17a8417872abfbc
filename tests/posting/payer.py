"""A payer with many payees and families for the receivables poster, with plans and contracts of the golden world.

Each payee and family of the golden world stands in it several times, with numbers of its own; a dentist is added, some
payees have no bank account, some patients are told to have other coverage, and the overpayments of an earlier system
are open.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

from tests.shared import PROJECT

Json = Any

GOLDEN: Final = PROJECT / "tests" / "golden"
DENTIST: Final = "T"
DENTAL_CODES: Final = {"D0120": "48.00", "D1110": "82.50", "D0274": "61.25", "D0330": "104.00"}
PLANS: Final = ("P1", "P3", "P4", "P1", "P2", "P4", "P3", "P5")
"""Plans of the families in their turn; P4 is self-insured, P5 medicaid."""
MEDICAID: Final = "P5"
ROLES: Final = ("M1", "M2", "M3", "M4")
INSURED_SINCE, LAST_DAY = "2025-01-01", "2026-12-31"
CHECKED, OVERPAID, OTHERWISE_COVERED, MET = 5, 7, 9, 4
"""Each so many-th payee has no bank account; payee owes from before; family has other coverage on file; family has not
met its deductible."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A world and the state it begins in, as the golden files have them, and who is whose copy."""

    world: Json
    given: Json
    kind_of: Mapping[str, str]
    families: tuple[str, ...]

    def payees(self, kind: str) -> list[str]:
        """Return the ids of the payees that are copies of one of the golden world, or dentists."""
        return [each for each, of in self.kind_of.items() if of == kind]

    def npi(self, payee: str) -> str:
        """Return the NPI of a payee."""
        return str(next(each["npi"] for each in self.world["providers"] if each["id"] == payee))

    def person(self, family: str, role: str) -> Json:
        """Return the member of a family that stands where one of the golden family stands."""
        return next(each for each in self.world["members"] if each["id"] == f"{family}{role}")

    def plan(self, family: str) -> str:
        """Return the plan of a family."""
        return str(next(each["plan"] for each in self.given["coverage"] if each["member"] == f"{family}M1"))


@cache
def _golden() -> str:
    return (GOLDEN / "world.json").read_text()


def make_payer(seed: int, copies: int, families: int) -> Payer:
    """Return a payer.

    Args:
        seed: Of everything that is by chance.
        copies: How often each payee stands in it.
        families: How many there are, of four each.
    """
    chance = random.Random(seed)  # noqa: S311  # a repeatable choice, no secret
    world = json.loads(_golden())
    _add_dentist(world)
    kind_of = {f"{each['id']}{copy}": each["id"] for copy in range(copies) for each in world["providers"]}
    world["providers"] = list(_providers(world, copies))
    world["contracts"] = [
        {**deepcopy(each), "id": f"{each['id']}{copy}", "provider": f"{each['provider']}{copy}"}
        for copy in range(copies)
        for each in world["contracts"]
    ]
    for program in world["employers"][0]["programs"]:
        program["contracts"] = [f"{each}{copy}" for each in program["contracts"] for copy in range(copies)]
    names = tuple(f"F{number:03d}" for number in range(families))
    world["members"] = [member for number in range(families) for member in _family(world, names[number], number)]
    world["families"] = [{"id": name, "members": [f"{name}{role}" for role in ROLES]} for name in names]
    return Payer(world, _given(world, names, list(kind_of), chance), kind_of, names)


def _add_dentist(world: Json) -> None:
    like = next(each for each in world["providers"] if each["id"] == "F")
    world["providers"].append({**like, "id": DENTIST, "name": "LAKES DENTAL", "tin": "411000009"})
    rate = {"id": "T-FEE", "when": {"claim_types": ["D"]}, "method": "fee_schedule", "fee_schedule": "FS-T"}
    contract = next(each for each in world["contracts"] if each["id"] == "K-F")
    world["contracts"].append({**contract, "id": "K-T", "provider": DENTIST, "rates": [rate]})
    version = {"version": "2026", "from": "2026-01-01", "to": None, "fees": DENTAL_CODES}
    world["fee_schedules"].append({"id": "FS-T", "versions": [version]})


def _providers(world: Json, copies: int) -> Iterator[Json]:
    golden = world["providers"]
    for copy in range(copies):
        for place, each in enumerate(golden):
            number = copy * len(golden) + place
            eft = {"routing": "123456780", "account": f"{700000000 + number}"}
            rendering = [{**one, "npi": npi(500000 + number)} for one in each["rendering"]]
            yield {
                **each,
                "id": f"{each['id']}{copy}",
                "name": f"{each['name']} {copy}",
                "npi": npi(number),
                "tin": f"41{1000000 + number}",
                "rendering": rendering,
                "eft": None if number % CHECKED == CHECKED - 1 else eft,
            }


def npi(number: int) -> str:
    """Return an NPI below the first one ever issued: a number with its check digit (Luhn, prefix 80840)."""
    digits = f"80840100{number:06d}"
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return f"{digits[5:]}{-total % 10}"


def _family(world: Json, name: str, number: int) -> Iterator[Json]:
    letters = "".join("ABCDEFGHIK"[int(digit)] for digit in f"{number:03d}")
    for place, each in enumerate(world["members"][: len(ROLES)], start=1):
        yield {
            **each,
            "id": f"{name}{each['id']}",
            "family": name,
            "subscriber": f"{name}M1",
            "member_id": f"94267{number:05d}{place:02d}",
            "last": f"LAKE{letters}",
        }


def _given(world: Json, families: tuple[str, ...], payees: list[str], chance: random.Random) -> Json:
    members = [(name, role) for name in families for role in ROLES]
    plan = {name: PLANS[number % len(PLANS)] for number, name in enumerate(families)}
    return {
        "coverage": [_coverage(f"{name}{role}", plan[name]) for name, role in members],
        "accumulators": [
            row for number, name in enumerate(families) if number % MET for row in _met(world, name, plan[name], number)
        ],
        "accumulator_entries": [],
        "authorizations": [each for name, role in members for each in _authorizations(name, role, chance)],
        "other_coverage": [
            _other_coverage(f"{name}{chance.choice(ROLES)}")
            for number, name in enumerate(families)
            if number % OTHERWISE_COVERED == OTHERWISE_COVERED - 1
        ],
        "provider_balances": [
            _owed(payee, f"OLD{number}", f"{chance.randrange(1000, 90000) / 100:.2f}")
            for number, payee in enumerate(payees)
            if number % OVERPAID == OVERPAID - 1
        ],
    }


def _met(world: Json, family: str, plan: str, number: int) -> Iterator[Json]:
    """Yield what families used before: the deductible, and of some all but a little of the out-of-pocket maximum."""
    told = next(each for each in world["plans"] if each["id"] == plan)
    for counter in told["accumulators"]:
        is_family = counter["scope"] == "family"
        owners = [family] if is_family else [f"{family}{role}" for role in ROLES]
        if counter["kind"] == "deductible" or (counter["kind"] == "oop" and number % 5 == 0):
            used = Decimal(counter["limit"]) - (Decimal("250.00") if counter["kind"] == "oop" else 0)
            for owner in owners:
                key = {"plan": plan, "acc": counter["id"], "owner": owner, "period": "2026-01-01"}
                yield {**key, "limit": counter["limit"], "used": str(used)}


def _coverage(member: str, plan: str) -> Json:
    span = {"from": INSURED_SINCE, "to": None, "added_on": "2024-12-15"}
    return {"member": member, "plan": plan, "coverage_tier": "family", **span}


def _authorizations(family: str, role: str, chance: random.Random) -> Iterator[Json]:
    for code in ("J1745", "G0429", "S2068", ""):
        if not code or chance.random() < 1 / 2:
            yield {
                "id": f"AU{family}{role}{code}",
                "member": f"{family}{role}",
                "provider": None,
                "codes": [code] if code else None,
                "tob_prefixes": None if code else ["011"],
                "units_approved": "500",
                "unit": "UN" if code else "DA",
                "units_used": "0",
                "from": INSURED_SINCE,
                "to": LAST_DAY,
                "status": "approved",
            }


def _other_coverage(member: str) -> Json:
    span = {"from": INSURED_SINCE, "to": LAST_DAY}
    return {"member": member, "payer_name": "OTHER PLAN", "payer_id": "12345", "order": "primary", **span}


def _owed(payee: str, reference: str, amount: str) -> Json:
    return {"provider": payee, "kind": "WO", "reference": {"value": reference}, "amount": amount}
