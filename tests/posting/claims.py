"""Claims for the receivables poster: those of the golden scenarios, for other people, payees, days and charges.

Professional, institutional and dental; primary and secondary; with and without benefits assigned; some for nobody who
is known. The same seed gives the same claims.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from tests.posting.payer import DENTAL_CODES, DENTIST, GOLDEN, MEDICAID, ROLES, Payer

Json = Any

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
LEFT_OUT: Final = {"GS-55"}
"""Its lines stand in two years: moved to others, one would stand before any fee."""
UNASSIGNED: Final = 0.06
"""The share of claims whose benefits are not assigned to the provider (CLM08 N)."""
ONLY_MEDICAID: Final = "H"
FREQUENCIES: Final = ("7", "7", "8")
"""What corrections are: two in three replace, one voids."""
CENT: Final = Decimal("0.01")


@cache
def _templates() -> dict[str, list[Json]]:
    """Return the golden claims by payee, corrections left out."""
    found: dict[str, list[Json]] = {}
    for path in sorted(GOLDEN.glob("GS-*.json")):
        scenario = json.loads(path.read_text())
        for run in scenario["runs"] if scenario["id"] not in LEFT_OUT else ():
            for step in run["steps"]:
                if step["type"] == "receive_claim" and step["claim"]["frequency"] == "1":
                    found.setdefault(step["claim"]["billing_provider"], []).append(step["claim"])
    found[DENTIST] = list(_dental(found["F"][0]))
    return found


def _dental(like: Json) -> Iterator[Json]:
    for codes in (("D0120", "D1110"), ("D0274",), ("D0330",), ("D0120", "D0274", "D0330")):
        lines = [
            {**like["lines"][0], "lx": number, "code": code, "charge": str(Decimal(DENTAL_CODES[code]) + 20)}
            for number, code in enumerate(codes, start=1)
        ]
        yield {**like, "type": "D", "lines": lines}


class Claims:
    """Makes claims for a payer."""

    def __init__(self, payer: Payer, seed: int) -> None:
        """Make the same claims again for the same seed."""
        self._payer = payer
        self._chance = random.Random(seed)  # noqa: S311  # a repeatable choice, no secret
        self._made = 0
        self._sent: dict[str, Json] = {}

    def new(self, received: date) -> Json:
        """Return a claim that is received on a day, for services that ended up to two weeks before."""
        chance, payer = self._chance, self._payer
        payee = chance.choice(list(payer.kind_of))
        kind = payer.kind_of[payee]
        claim = deepcopy(chance.choice(_templates()[kind]))
        families = [each for each in payer.families if payer.plan(each) == MEDICAID or kind != ONLY_MEDICAID]
        self._give_to(claim, payee, chance.choice(families))
        last = max(found for found in _days_of(claim["lines"]))
        claim = moved(claim, received - timedelta(days=chance.randrange(2, 14)) - date.fromisoformat(last))
        if not claim["other_payers"]:
            self._recharge(claim)
        if chance.random() < UNASSIGNED:
            claim["clm08_benefits_assigned"] = "N"
        return self._numbered(claim)

    def correction(self, patient_control_number: str) -> Json | None:
        """Return a claim that replaces or voids one that was sent; nothing where that one was a correction itself."""
        sent = self._sent.get(patient_control_number)
        if sent is None or sent["frequency"] != "1":
            return None
        claim = deepcopy(sent)
        claim["frequency"] = self._chance.choice(FREQUENCIES)
        claim["original_reference_f8"] = {"claim": patient_control_number}
        if claim["frequency"] == "7" and not claim["other_payers"]:
            self._recharge(claim)
        return self._numbered(claim)

    def _give_to(self, claim: Json, payee: str, family: str) -> None:
        provider = next(each for each in self._payer.world["providers"] if each["id"] == payee)
        claim["billing_provider"], claim["billing_npi"] = payee, provider["npi"]
        for name in ("rendering_npi", "attending_npi"):
            claim[name] = claim[name] and provider["rendering"][0]["npi"]
        if claim["patient"] is None:
            return
        patient = claim["patient"] if claim["patient"] in ROLES else "M1"
        subscriber = claim["subscriber"] if claim["subscriber"] in ROLES else "M1"
        claim["patient_submitted"] = self._payer.person(family, patient)
        claim["subscriber_submitted"] = self._payer.person(family, subscriber)

    def _recharge(self, claim: Json) -> None:
        for line in claim["lines"]:
            factor = Decimal(self._chance.randrange(70, 160)) / 100
            line["charge"] = str((Decimal(line["charge"]) * factor).quantize(CENT))

    def _numbered(self, claim: Json) -> Json:
        self._made += 1
        number = f"AR{self._made:06d}"
        claim["clm01"] = claim["label"] = number
        claim["clm02"] = str(sum((Decimal(line["charge"]) for line in claim["lines"]), Decimal(0)))
        self._sent[number] = claim
        return claim


def _days_of(piece: Json) -> Iterator[str]:
    for line in piece:
        yield line["dos_to"] or line["dos"]


def moved(piece: Json, by: timedelta) -> Json:
    """Return a piece of a claim with all its days moved, birth dates aside."""
    if isinstance(piece, dict):
        return {name: value if name == "dob" else moved(value, by) for name, value in piece.items()}
    if isinstance(piece, list):
        return [moved(each, by) for each in piece]
    if isinstance(piece, str) and DAY.fullmatch(piece):
        return str(date.fromisoformat(piece) + by)
    return piece
