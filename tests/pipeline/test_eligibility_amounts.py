"""What a 271 says is left is what the next claim then finds: 200 families with random histories."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from hpedi.adjudication.decision import ClaimDecision
from hpedi.benefits.accumulators import Counted
from hpedi.claims.claim import Claim
from hpedi.claims.parties import Subscriber
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import context_for
from hpedi.mappings_folder import sample
from samples.sample_claims import Service, claim_of, stranger
from tests.inquired import inquiry
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.sending import SORE_THROAT, SUBMITTER, Office
from tests.pipeline.test_eligibility import HARBOR, THROUGH_PRAIRIELINK, answered

FAMILIES: Final = 200
TODAY: Final = date(2026, 3, 2)
PLANS: Final = ("OPEN-1500", "COPAY-500", "HSA-3200")
CARE: Final = (
    ("HARBOR", "G0260", "900.00"),
    ("HARBOR", "G0168", "300.00"),
    ("QUARRY", "S9131", "180.00"),
    ("OUTPOST", "G0260", "1400.00"),
    ("HARBOR", "T1015", "210.00"),
)
"""Provider, service and charge: deductible and coinsurance in and out of network, visits that are limited, a copay."""
CARRY_OVER: Final = "        carry_over: {months: [10, 11, 12], credits: [ded_ind_inn, ded_fam_inn]}\n"


@dataclass(frozen=True)
class Person:
    """Somebody made up."""

    id: str
    family: str
    card: str
    plan: str
    first: str
    born: date

    @property
    def subscriber(self) -> Subscriber:
        """How a claim names them."""
        return stranger(f"FAM{self.family}", self.first, self.card, self.born, "U")

    @property
    def asked(self) -> tuple[str, ...]:
        """How an inquiry names them."""
        return (
            "HL*{level}*2*22*0",
            f"TRN*1*{self.id}*9PRAIRIE00",
            f"NM1*IL*1*FAM{self.family}*{self.first}****MI*{self.card}",
            f"DMG*D8*{self.born:%Y%m%d}",
            "DTP*291*D8*20260302",
            "EQ*30^PT",
        )


def made_up(dice: random.Random) -> list[list[Person]]:
    """Return families of one to four."""
    found = []
    for number in range(1, FAMILIES + 1):
        plan = dice.choice(PLANS)
        first = [f"P{'ABCD'[place]}{number}" for place in range(dice.randint(1, 4))]
        found.append(
            [
                Person(f"X{number}-{place}", f"{number:03d}", f"GX{number:06d}", plan, name, _birthday(dice, place))
                for place, name in enumerate(first)
            ]
        )
    return found


def _birthday(dice: random.Random, place: int) -> date:
    return date(1950 + 15 * place + dice.randint(0, 9), dice.randint(1, 12), dice.randint(1, 28))


def folder_of(families: list[list[Person]], dice: random.Random, folder: Path) -> Path:
    """Write the sample payer with these families, their opening balances, and a plan that carries over."""
    shutil.copytree(sample("payer"), folder)
    plan = folder / "plans" / "open-access-1500.yaml"
    plan.write_text(plan.read_text().rstrip("\n") + "\n" + CARRY_OVER)
    with (
        (folder / "members.csv").open("a", newline="") as members,
        (folder / "coverage.csv").open("a", newline="") as coverage,
        (folder / "opening-balances.csv").open("a", newline="") as balances,
    ):
        for family in families:
            for each in family:
                relationship = "18" if each is family[0] else "19"
                row = (each.id, f"X{each.family}", family[0].id, relationship, each.card, f"FAM{each.family}")
                csv.writer(members).writerow((*row, each.first, each.born, "U"))
                csv.writer(coverage).writerow((each.id, each.plan, "family", "2025-01-01", "", ""))
            for row in _opening(family, dice):
                csv.writer(balances).writerow(row)
    return folder


def _opening(family: list[Person], dice: random.Random) -> Iterator[tuple[str, ...]]:
    """Yield what a family had met elsewhere this year; where a plan counts families as one, the family alone had."""
    plan, owner = family[0].plan, f"X{family[0].family}"
    met = Decimal(dice.choice((0, 0, 120, 300, 480)))
    if not met:
        return
    for kind in ("ded", "oop"):
        yield plan, f"{kind}_fam_inn", owner, "2026-01-01", f"{met}.00", "elsewhere"
        if plan != "HSA-3200":
            yield plan, f"{kind}_ind_inn", family[0].id, "2026-01-01", f"{met}.00", "elsewhere"


def claim(number: str, person: Person, care: tuple[str, str, str], day: date) -> Claim:
    """Return a claim through the clearinghouse."""
    provider, code, charge = care
    services = (Service(code, day, charge),)
    return claim_of(number, provider, person.subscriber, services, diagnoses=(SORE_THROAT,), submitter_id=SUBMITTER)


def histories(families: list[list[Person]], dice: random.Random) -> Iterator[Claim]:
    """Yield what was billed before: this year, and in the last months of the last one."""
    days = (date(2025, 11, 20), date(2025, 12, 3), date(2026, 1, 15), date(2026, 2, 3), date(2026, 2, 17))
    for family in families:
        for place in range(dice.randint(0, 4)):
            person = dice.choice(family)
            yield claim(f"H{person.family}-{place}", person, dice.choice(CARE), dice.choice(days))


def left_by_answer(told: list[str]) -> dict[str, dict[tuple[str, ...], Decimal]]:
    """Return what is left (EB06 29) by our trace of the patient, then by EB01, EB02 and EB12; visits by EB01 alone."""
    found: dict[str, dict[tuple[str, ...], Decimal]] = {}
    patient = ""
    for segment in told:
        elements = [*segment.split("*"), *[""] * 13]
        if elements[0] == "TRN" and elements[1] == "2":
            patient = elements[2]
        elif elements[0] == "EB" and elements[6] == "29":
            place = ("F",) if elements[1] == "F" else (elements[1], elements[2], elements[12])
            found.setdefault(patient, {})[place] = Decimal(elements[7] or elements[10])
    return found


def found_by_claim(made: ClaimDecision) -> Iterator[tuple[str, str, Decimal]]:
    """Yield what a claim found left: what kind, whose (IND, FAM, or LEAST of what limits the member), how much."""
    first: dict[str, Counted] = {}
    for step in made.trail:
        if step.stage == "cost_share" and step.rule == "deductible":
            yield "C", "LEAST", Decimal(step.parameter.rsplit(": ", 1)[1].removesuffix(" left"))
        for each in step.counters:
            first.setdefault(each.accumulator, each)
    left = {name: max(each.limit - each.before, Decimal(0)) for name, each in first.items()}
    for kind, letter in (("ded", "C"), ("oop", "G")):
        counted = [amount for name, amount in left.items() if name.startswith(kind)]
        if counted:
            yield letter, "LEAST", min(counted)
        yield from ((letter, "FAM", amount) for name, amount in left.items() if name.startswith(f"{kind}_fam"))
    yield from (("F", "", amount) for name, amount in left.items() if name.startswith("vis"))


def test_what_is_left_is_what_the_next_claim_finds(demo: Demo, tmp_path: Path) -> None:
    """For each family a member is asked about, then has a claim: deductible, maximum and visits left are the same."""
    dice = random.Random(942670271)  # noqa: S311  no secret
    families = made_up(dice)
    folder = folder_of(families, dice, tmp_path / "payer")
    findings, loaded = load_folder(demo.workspace, context_for(AS_OF), folder)
    assert loaded is not None, findings
    office = Office(demo, first=700)
    office.send(*histories(families, dice))
    patients = [dice.choice(family) for family in families]
    content = inquiry(*(each.asked for each in patients), npi=HARBOR, number=699, **THROUGH_PRAIRIELINK)
    told = left_by_answer(answered(demo, content, "prairielink"))
    nexts = {each.id: dice.choice(CARE) for each in patients}
    numbers = office.send(*(claim(f"N{each.family}", each, nexts[each.id], TODAY) for each in patients))
    compared = 0
    for person, number in zip(patients, numbers, strict=True):
        (made,) = office.decisions(number)
        assert made.member == person.id
        network = "N" if nexts[person.id][0] == "OUTPOST" else "Y"
        left = told[person.id]
        for kind, whose, found in found_by_claim(made):
            level = ("FAM" if person.plan == "HSA-3200" else "IND") if whose == "LEAST" else whose
            place = (kind,) if kind == "F" else (kind, level, network)
            assert left[place] == found, (person.plan, place)
            compared += 1
    assert len(told) == FAMILIES
    assert compared > 3 * FAMILIES


def test_what_was_carried_over_is_left_out_of_what_is_left(demo: Demo, tmp_path: Path) -> None:
    """What November's claim took of the deductible counts for this year by the plan, before any claim of it."""
    dice = random.Random(1)  # noqa: S311  no secret
    person = Person("X1-0", "001", "GX000001", "OPEN-1500", "PA1", date(1970, 5, 5))
    load_folder(demo.workspace, context_for(AS_OF), folder_of([[person]], dice, tmp_path / "payer"))
    office = Office(demo, first=700)
    (number,) = office.send(claim("H1", person, ("HARBOR", "G0260", "900.00"), date(2025, 11, 20)))
    (made,) = office.decisions(number)
    met = next(each.amount for line in made.lines for each in line.adjustments if each.carc == "1")
    told = answered(demo, inquiry(person.asked, npi=HARBOR, number=699, **THROUGH_PRAIRIELINK), "prairielink")
    assert left_by_answer(told)["X1-0"]["C", "IND", "Y"] == Decimal("1500.00") - met
    assert met > 0
