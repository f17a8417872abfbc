"""A payer with 100,000 members and claims of theirs, as claim models, staged as if they had just been received.

There are always as many members, so that more claims mean more history and more entries for each. Families have one
to five members, as contracts of commercial plans have. A claim has three lines; every second one goes through
deductible and coinsurance, the others through a copay and services without cost share. The claims of a member have
days of their own, and members come in no order, so that each transaction meets other families. The same in every run.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.people import Person
from hpedi.claims.claim import Claim, Diagnosis, ReceivedClaim, ServiceLine
from hpedi.claims.parties import Name, Patient, Subscriber
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import Workspace, context_for, create, open_workspace, payer_zone
from hpedi.money import usd
from hpedi.pipeline.records import InterchangeIdentity, StoredClaim
from hpedi.service_dates import DateSpan
from samples.sample_claims import PAYER, PAYER_FOLDER, providers, rendering_of

MEMBERS: Final = 100_000
FAMILY_SIZES: Final = (1, 2, 1, 4, 1, 3, 2, 1, 5, 1, 2, 1, 3, 1, 2, 4, 1, 2, 3, 1)
"""Families in their turn; 41 members in 20 families."""

RECEIVED, DECIDED_ON = datetime(2026, 3, 2, 9, tzinfo=payer_zone()), date(2026, 3, 16)
FIRST_SERVICE, SERVICE_DAYS, DAYS_BETWEEN = date(2026, 1, 2), 59, 5
SCATTER: Final = 61_803  # prime to the number of members: each has a claim before one has two
CLAIMS_A_RECEIPT: Final = 5_000
SHARED: Final = ("G0463", "G0127", "J3301", "G0168", "G0130", "A6402")
"""Services with deductible and coinsurance."""

VISIT: Final = ("T1015", "G0439", "G0447")
"""A visit with its copay, and preventive services, which are paid in full."""

DIAGNOSES: Final = ("M5450", "J029", "L309", "M25551", "I10", "E119", "R519")
PROVIDERS: Final = ("RIVERBEND", "HARBOR", "QUARRY")
PLANS: Final = ("OPEN-1500", "COPAY-500")
PARTNER: Final = "prairielink"


@lru_cache(maxsize=1)
def members() -> tuple[Person, ...]:
    """Return the members, family by family."""
    made: list[Person] = []
    family = 0
    while len(made) < MEMBERS:
        holder = len(made)
        size = min(FAMILY_SIZES[family % len(FAMILY_SIZES)], MEMBERS - holder)
        made.extend(Person(holder + place, holder) for place in range(size))
        family += 1
    return tuple(made)


def claim(number: int) -> Claim:
    """Return a claim."""
    who = members()[number * SCATTER % MEMBERS]
    day = FIRST_SERVICE + timedelta(days=(who.number * 31 + number // MEMBERS * DAYS_BETWEEN) % SERVICE_DAYS)
    is_shared = number % 2 == 0
    codes = [SHARED[(number // 2 + place) % len(SHARED)] for place in range(3)] if is_shared else VISIT
    lines = tuple(_line(number, place, code, day) for place, code in enumerate(codes, 1))
    provider = PROVIDERS[number // 50 % len(PROVIDERS)]
    return Claim(
        patient_control_number=f"BENCH-{number:07d}",
        charged=sum((line.charged for line in lines), usd(0)),
        place_of_service="11",
        submitter_id="PRAIRIELINK",
        billing=providers()[provider],
        rendering=rendering_of()[provider],
        subscriber=Subscriber(
            payer_responsibility="P",
            name=Name(last=who.last, first=replace(who, number=who.holder).first),
            member_id=who.card,
            claim_filing="CI",
            birth_date=who.birth_date if who.number == who.holder else None,
            sex=who.sex if who.number == who.holder else "",
        ),
        payer=PAYER,
        patient=None if who.number == who.holder else _patient(who),
        diagnoses=(
            Diagnosis(qualifier="ABK", code=DIAGNOSES[number % len(DIAGNOSES)] if is_shared else "Z0000"),
            Diagnosis(qualifier="ABF", code=DIAGNOSES[(number + 3) % len(DIAGNOSES)]),
        ),
        clearinghouse_trace=f"PL{number:012d}",
        lines=lines,
    )


def _line(number: int, place: int, code: str, day: date) -> ServiceLine:
    return ServiceLine(
        number=place,
        code=code,
        charged=usd(Decimal(9000 + number * 97 % 60000 + place) / 100),
        units=Decimal(1),
        diagnosis_pointers=(1, 2),
        dates=DateSpan(day, day),
        control_number=f"L{number:07d}{place}",
    )


def _patient(who: Person) -> Patient:
    return Patient(relationship="19", name=Name(last=who.last, first=who.first), birth_date=who.birth_date, sex=who.sex)


def write_payer_folder(folder: Path) -> None:
    """Write the sample payer with the benchmark's members added."""
    shutil.copytree(PAYER_FOLDER, folder)
    for name, row in (("members.csv", _member_row), ("coverage.csv", _coverage_row)):
        with (folder / name).open("a", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(row(who) for who in members())


def _member_row(who: Person) -> tuple[str, ...]:
    holder = Person(who.holder, who.holder)
    relationship = "18" if who.number == who.holder else "19"
    born = who.birth_date.isoformat()
    return (who.id, f"F{holder.id}", holder.id, relationship, who.card, who.last, who.first, born, who.sex)


def _coverage_row(who: Person) -> tuple[str, ...]:
    return (who.id, PLANS[who.holder % len(PLANS)], "family", "2025-01-01", "", "2024-12-01")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Claims of one receipt, with their positions."""

    receipt: int
    first: int
    claims: tuple[Claim, ...]

    def stored(self) -> list[StoredClaim]:
        """Return the claims as they are kept once they are accepted."""
        return [
            StoredClaim(
                received=ReceivedClaim(
                    payer_claim_control_number=f"26061{self.first + place:012d}",
                    claim=each,
                    received=RECEIVED.date(),
                    partner=PARTNER,
                ),
                receipt=self.receipt,
                ordinal=place,
                state="accepted",
            )
            for place, each in enumerate(self.claims, 1)
        ]


def make_workspace(home: Path, database_url: str | None, claims: int) -> Workspace:
    """Make a workspace in which the payer is loaded and so many claims wait."""
    write_payer_folder(home.parent / f"{home.name}-payer")
    create(home, database_url)
    workspace = open_workspace(home)
    _loaded, outcome = load_folder(workspace, context_for(DECIDED_ON), home.parent / f"{home.name}-payer")
    if outcome is None:
        raise RuntimeError("the payer of the benchmark has errors")
    workspace.sealer.seal()
    stage(workspace, iter(range(claims)))
    return workspace


def stage(workspace: Workspace, numbers: Iterator[int]) -> None:
    """Put claims into the books as accepted, receipt by receipt."""
    context = context_for(DECIDED_ON)
    while of_receipt := list(islice(numbers, CLAIMS_A_RECEIPT)):
        with workspace.books.writing(context) as work:
            name = f"{of_receipt[0]:09d}"
            file = work.receipts.register_file(name, 1, RECEIVED, RECEIVED.date())
            identity = InterchangeIdentity(sender="bench", receiver="payer", control_number=name, usage="P")
            receipt = work.receipts.begin(file, 1, PARTNER, identity)
            numbered = Numbered(receipt.id, of_receipt[0], tuple(claim(number) for number in of_receipt))
            work.claims.stage(numbered.stored())
            work.receipts.publish(receipt.id, digest=name, verdict="accepted", summary="")
            work.receipts.finish_file(file.id, "done")
