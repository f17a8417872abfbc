"""The 277 says what the 835 said: of some 200 claims, read from the bytes of both by nothing of ours."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from hpedi.claims.claim import Claim
from samples.sample_claims import Service
from samples.write_inbound import (
    CLEARINGHOUSE,
    PRAIRIELINK,
    claim_set,
    clearinghouse_claims,
    clinic_claims,
    dental_claims,
    hospital_claims,
    interchange,
)
from tests.pipeline.asked_status import asks_for, told
from tests.pipeline.conftest import Demo
from tests.pipeline.sending import Office, bill, replacing
from tests.pipeline.test_eft_returns import back, imported
from tests.transactions.status_277.told import ToldClaim

CODES: Final = (("T1015", "145.00"), ("G0439", "210.00"), ("G0260", "520.00"), ("A9270", "60.00"), ("G0008", "30.00"))
MEMBERS: Final = tuple(f"M{number:02}" for number in range(1, 13))
DENIED_BEFORE: Final = date(2025, 6, 1)


@dataclass(slots=True)
class Remitted:
    """A claim payment: CLP02 to CLP04, the payment's BPR16 and TRN02, and SVC01 to SVC03 of its lines."""

    status: str
    charged: str
    paid: str
    payment: tuple[str, str]
    lines: list[list[str]] = field(default_factory=list)


def remitted(outbox: Path) -> dict[str, Remitted]:
    """Return the last claim payment of each of our numbers in all 835s of an outbox, in the order of their numbers."""
    found: dict[str, Remitted] = {}
    for file in sorted(outbox.rglob("*.835")):
        day = number = claim = ""
        for segment in file.read_text().replace("\n", "").split("~"):
            name, *elements = segment.split("*")
            if name == "BPR":
                day = elements[15]
            elif name == "TRN":
                number = elements[1]
            elif name == "CLP":
                claim = elements[6]
                found[claim] = Remitted(*elements[1:4], (day, number))
            elif name == "SVC":
                found[claim].lines.append(elements[:3])
    return found


def generated(count: int) -> Iterator[Claim]:
    """Yield claims of the clinic for anybody, of one to four lines, some too late; seeded."""
    dice = random.Random(276)  # noqa: S311
    for number in range(count):
        first = date(2026, 1, 5) + timedelta(days=dice.randrange(50))
        day = DENIED_BEFORE - timedelta(days=dice.randrange(90)) if dice.random() < 0.1 else first
        services = [Service(code, day, charge) for code, charge in dice.sample(CODES, dice.randint(1, 4))]
        yield bill(f"GEN-{number}", dice.choice(MEMBERS), *services)


def agrees(claim: ToldClaim, paid: Remitted) -> None:
    """Assert that a claim is told as its 835 told it."""
    assert (claim.charged, claim.paid, claim.payment) == (paid.charged, paid.paid, paid.payment)
    lines = [[line.service[0], line.service[1], line.service[2]] for line in claim.lines]
    assert lines == paid.lines
    category = claim.statuses[0].partition(":")[0]
    assert category in ("F1", "F2", "F3", "F4")
    assert (category == "F1") is (paid.paid != "0") or category == "F3"


def test_the_277_says_what_the_835_said(demo: Demo) -> None:
    """Charge, payment, its date and number, and each line of some 200 claims of every type are those of the 835."""
    office, claims = Office(demo), list(generated(340))
    files = (clearinghouse_claims(), hospital_claims(), dental_claims())
    for number, of_type in enumerate(files, 4711):
        content = interchange(PRAIRIELINK, CLEARINGHOUSE, number, [claim_set("0001", of_type)])
        demo.receive(content)
    office.send(*claims)
    office.pay()
    said = remitted(demo.workspace.home / "outbox")
    everybodys = [*claims, *(each for of_type in files for each in of_type)]
    answers = [
        *told(demo, *(asks_for(each, charge="") for each in everybodys), partner="prairielink"),
        *told(demo, *(asks_for(each, charge="") for each in everybodys), partner="riverbend"),
    ]
    decided = {each.number: each for each in answers if each.number in said}
    assert len(decided) == len(said) >= 200
    for number, claim in decided.items():
        agrees(claim, said[number])
    assert {each.statuses[0] for each in decided.values()} > {"F1:65", "F2:718", "F4:104"}


def test_corrections_are_told_as_the_last_835_told_them(demo: Demo) -> None:
    """After a replacement is paid, the 277 tells the amounts of the newest claim payment; the original has nothing."""
    office = Office(demo)
    (first,) = office.send(bill("RB-1", "M01"))
    office.pay()
    (second,) = office.send(replacing(first, bill("RB-1R", "M01", Service("G0260", date(2026, 2, 17), "520.00"))))
    office.pay(date(2026, 3, 23))
    said = remitted(demo.workspace.home / "outbox")
    assert said[first].status == "22"
    (claim,) = told(demo, asks_for(bill("RB-1R", "M01"), charge="520", dates="20260217"), partner="riverbend")
    assert claim.number == second
    agrees(claim, said[second])


def test_an_eft_that_came_back_is_no_payment(demo: Demo) -> None:
    """A claim whose EFT the bank sent back awaits payment again, and no payment is told of it."""
    office, sent = Office(demo), clinic_claims()[0]
    office.send(sent)
    (payment,) = office.pay().built
    (paid,) = told(demo, asks_for(sent), partner="riverbend")
    imported(demo, back(demo, "R03", f"{payment.payment.amount}"))
    (due,) = told(demo, asks_for(sent), partner="riverbend")
    assert (paid.statuses, due.statuses) == (["F1:65"], ["F0:3"])
    assert (due.paid, due.payment) == (paid.paid, ("", ""))


def test_a_check_in_place_of_an_eft_is_its_payment(demo: Demo) -> None:
    """A claim whose EFT came back and was reissued is paid by the check, under its number and date."""
    office, sent = Office(demo), clinic_claims()[0]
    office.send(sent)
    (payment,) = office.pay().built
    imported(demo, back(demo, "R03", f"{payment.payment.amount}"))
    check, _held = demo.jobs.reissue(payment.payment.trace_number, "the EFT came back")
    (paid,) = told(demo, asks_for(sent), partner="riverbend")
    made = check.payment
    assert (paid.statuses, paid.payment) == (["F1:65"], (f"{made.payment_date:%Y%m%d}", made.trace_number))
    assert made.trace_number != payment.payment.trace_number
