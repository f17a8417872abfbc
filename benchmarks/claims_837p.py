"""An 837P of any number of claims for the sample payer, and the payer with their members: always the same bytes.

Each claim has a member, name, dates, amounts and numbers of its own; three in four members are subscribers. Sets have
5,000 claims. About 26 segments a claim, as real files have.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

from benchmarks.people import Person, person, word
from hpedi.claims.claim import Claim, Diagnosis, ServiceLine
from hpedi.claims.parties import Address, Name, Patient, Subscriber
from hpedi.claims.submission import SubmissionHeader
from hpedi.money import usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.write import FUNCTIONAL_ID, SET_ID, VERSION, write_claims
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, stream_x12
from samples.sample_claims import PAYER, PAYER_FOLDER, providers, rendering_of

CLAIMS_A_SET = 5000
CLAIMS_A_PROVIDER = 50
SENT = datetime(2026, 3, 2, 8, 30)  # noqa: DTZ001  # local time of the sender
FIRST_SERVICE, SERVICE_DAYS = date(2026, 1, 2), 50
CODES = ("T1015", "G0463", "G0127", "J3301", "G0168", "G0439", "G0130", "A6402")
DIAGNOSES = ("M5450", "J029", "L309", "M25551", "Z0000", "I10", "E119", "R519")
PROVIDERS = ("RIVERBEND", "HARBOR", "QUARRY")  # their fee schedules have all of CODES
PLANS = ("OPEN-1500", "COPAY-500", "HSA-3200")
SENDER, SUBMITTER = InterchangeParty("30", "410000301"), "PRAIRIELINK"


def claim(number: int) -> Claim:
    """Return a claim: that of member `number`."""
    who = person(number)
    provider = PROVIDERS[number // CLAIMS_A_PROVIDER % len(PROVIDERS)]
    lines = tuple(_line(number, line) for line in range(1, 3 + number % 3))
    patient = _patient(who) if who.holder != who.number else None
    return Claim(
        patient_control_number=f"BENCH-{number:07d}",
        charged=sum((line.charged for line in lines), usd(0)),
        place_of_service="11",
        submitter_id=SUBMITTER,
        billing=providers()[provider],
        rendering=rendering_of()[provider],
        subscriber=_subscriber(replace(who, number=who.holder), is_patient=patient is None),
        payer=PAYER,
        patient=patient,
        diagnoses=(
            Diagnosis(qualifier="ABK", code=DIAGNOSES[number % 8]),
            Diagnosis(qualifier="ABF", code=DIAGNOSES[(number + 3) % 8]),
        ),
        medical_record_number=f"MRN{number * 13:09d}",
        clearinghouse_trace=f"PL{number:012d}",
        lines=lines,
    )


def write_file(path: Path, claims: int) -> None:
    """Write a file of `claims` claims."""
    numbers = iter(range(claims))
    sets = _sets(numbers)
    group = FunctionalGroup(
        functional_id=FUNCTIONAL_ID,
        sender=SUBMITTER,
        receiver=PAYER.id,
        instant=SENT,
        control_number=1,
        version=VERSION,
        sets=sets,
    )
    whole = Interchange(
        sender=SENDER,
        receiver=InterchangeParty("ZZ", PAYER.id),
        instant=SENT,
        control_number=900000000 + claims,
        usage="P",
        groups=(group,),
    )
    with path.open("wb") as out:
        out.writelines(stream_x12(whole))


SAMPLE_LIMIT, ANY_AMOUNT = 'limit: "50000.00", run_limit: "2000000.00"', 'limit: "999999999.00"'


def write_payer_folder(folder: Path, members: int) -> None:
    """Write the sample payer with the first members of the benchmark added, and no payment waiting for approval."""
    shutil.copytree(PAYER_FOLDER, folder)
    payer = folder / "payer.yaml"
    payer.write_text(payer.read_text().replace(SAMPLE_LIMIT, ANY_AMOUNT))
    with (folder / "members.csv").open("a", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(_member_row(person(number)) for number in range(members))
    with (folder / "coverage.csv").open("a", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(_coverage_row(person(number)) for number in range(members))


def _sets(numbers: Iterator[int]) -> Iterator[TransactionSet]:
    ordinal = 0
    while of_set := [claim(number) for number in islice(numbers, CLAIMS_A_SET)]:
        ordinal += 1
        header = SubmissionHeader(
            reference=f"BENCH-{ordinal}",
            created=SENT.date(),
            created_time=f"{SENT:%H%M}",
            submitter_id=SUBMITTER,
            submitter=Name(last="PRAIRIELINK CLEARINGHOUSE"),
            contact_name="CLAIMS OFFICE",
            contact_phone="5075550199",
            receiver_name=PAYER.name,
            receiver_id=PAYER.id,
        )
        segments = write_claims(of_set, header)
        yield TransactionSet(id=SET_ID, control_number=f"{ordinal:04d}", version=VERSION, segments=segments)


def _line(number: int, line: int) -> ServiceLine:
    day = FIRST_SERVICE + timedelta(days=(number * 31 + line) % SERVICE_DAYS)
    return ServiceLine(
        number=line,
        code=CODES[(number + line) % len(CODES)],
        charged=usd(Decimal(9000 + number * 97 % 60000 + line) / 100),
        units=Decimal(1),
        diagnosis_pointers=(1, 2),
        dates=DateSpan(day, day),
        control_number=f"L{number:07d}{line}",
    )


def _subscriber(who: Person, *, is_patient: bool) -> Subscriber:
    """Return the subscriber; where another is the patient, only what names the family."""
    return Subscriber(
        payer_responsibility="P",
        name=Name(last=who.last, first=who.first),
        member_id=who.card,
        claim_filing="CI",
        birth_date=who.birth_date if is_patient else None,
        sex=who.sex if is_patient else "",
        address=_home(who) if is_patient else None,
    )


def _patient(who: Person) -> Patient:
    return Patient(
        relationship="19",
        name=Name(last=who.last, first=who.first),
        birth_date=who.birth_date,
        sex=who.sex,
        address=_home(who),
    )


def _home(who: Person) -> Address:
    return Address(
        lines=(f"{who.holder % 9000 + 1} {word(who.holder * 3, 3)} ST",),
        city="MANKATO",
        state="MN",
        postal_code="56001",
    )


def _member_row(who: Person) -> tuple[str, ...]:
    relationship = "18" if who.holder == who.number else "19"
    holder = Person(who.holder, who.holder)
    born = who.birth_date.isoformat()
    return (who.id, f"F{holder.id}", holder.id, relationship, who.card, who.last, who.first, born, who.sex)


def _coverage_row(who: Person) -> tuple[str, ...]:
    return (who.id, PLANS[who.holder % len(PLANS)], "family", "2025-01-01", "", "2024-12-01")
