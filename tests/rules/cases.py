"""Reads the rule cases: a sentence, a claim in a few words, what was decided before, and what must come out.

A claim is of MARY at CLINIC on 10 March 2026 for one unit at 185.00 unless it says otherwise.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from hpedi.adjudication.adjudicate import Earlier, adjudicate, past_lines
from hpedi.adjudication.decision import ClaimDecision, LineDecision, PastLine, Pend
from hpedi.adjudication.funding import EmployerCharge, PoolMovement
from hpedi.adjudication.override import Override
from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey
from hpedi.benefits.carry_over import DatedCounts
from hpedi.benefits.membership import Family, Membership
from hpedi.benefits.newborn import recognise
from hpedi.claims.claim import (
    Attachment,
    Claim,
    Dental,
    DentalService,
    Diagnosis,
    Drug,
    Institutional,
    ProcedureCode,
    ReceivedClaim,
    ServiceLine,
    Tooth,
)
from hpedi.claims.parties import Address, Name, Patient, Payer, PayToPlan, Provider, Subscriber
from hpedi.money import ZERO, usd
from hpedi.reference.members import Member
from hpedi.reference.payer_folder import load_payer_folder
from hpedi.reference.reference import Reference
from hpedi.service_dates import DateSpan
from tests.golden.world import standard_files
from tests.rules.other_payers import line_adjudications, other_payers

Json = Any

HERE = Path(__file__).resolve().parent
USUAL_DAY = "2026-03-10"
PLAN, YEAR = "EMBEDDED", "2026-01-01"


@cache
def payer() -> tuple[Reference, Membership, dict[str, Member]]:
    """Load the payer of the cases."""
    folder = HERE / "payer"
    loaded = load_payer_folder({path.name: path.read_bytes() for path in folder.iterdir()}, standard_files())
    assert loaded.records, [(finding.where, finding.message) for finding in loaded.findings]
    families = [Family.of(record.body) for record in loaded.records if record.kind == "family"]
    members = {member.id: member for family in families for member in family.members}
    return Reference.of(loaded.records, snapshot=7), Membership.of(families), members


def decide(case: Json) -> ClaimDecision | Pend:
    """Decide the claims that go before a case, in order, then its own."""
    reference, membership, members = payer()
    counted = _counted(case.get("counted", {}))
    balances = _given_balances(case.get("used", {}))
    for entry in counted:
        balances[entry.key] = balances.get(entry.key, ZERO) + entry.amount
    counts = DatedCounts.of(counted)
    history: dict[str, list[PastLine]] = {}
    units_used: dict[str, Decimal] = {}
    made: ClaimDecision | Pend | None = None
    for number, told in enumerate([*case.get("after", []), case["claim"]], 1):
        received = received_claim(told, members, reference, f"ICN{number}")
        recognised = recognise(membership, received.claim, reference)
        past = history.get(recognised.patient.member.id, []) if recognised.patient else []
        overrides = _overrides(case) if told is case["claim"] else ()
        earlier = Earlier(units_used, counts)
        made = adjudicate(received, reference, recognised, past, balances, overrides=overrides, earlier=earlier)
        if isinstance(made, ClaimDecision):
            for use in made.uses:
                units_used[use.authorization] = units_used.get(use.authorization, ZERO) + use.units
            counts.add((*made.carried, *made.entries))
            for entry in (*made.carried, *made.entries):
                balances[entry.key] = balances.get(entry.key, ZERO) + entry.amount
            for line in past_lines(received, made):
                history.setdefault(line.member, []).append(line)
    assert made is not None
    return made


def _overrides(case: Json) -> tuple[Override, ...]:
    """Return the override of a case, with the prices that it sets by line."""
    prices = tuple((number, usd(amount)) for number, amount in case.get("prices", {}).items())
    return (Override(by="person:ada", on=date(2026, 3, 16), note="agreed", prices=prices),) if prices else ()


def _given_balances(used: Json) -> dict[AccumulatorKey, Decimal]:
    return {_counter(place): usd(amount) for place, amount in used.items()}


def _counter(place: str) -> AccumulatorKey:
    """Read `accumulator owner plan period`, plan and period being the usual ones where left out."""
    accumulator, owner, *rest = place.split()
    plan, period = rest or (PLAN, YEAR)
    return AccumulatorKey(plan, accumulator, owner, date.fromisoformat(period))


def _counted(counted: Json) -> list[AccumulatorEntry]:
    """Read what was used on which days."""
    return [
        AccumulatorEntry(_counter(place), usd(amount), f"opening:{day}", date.fromisoformat(day))
        for place, days in counted.items()
        for day, amount in days.items()
    ]


def received_claim(told: Json, members: dict[str, Member], reference: Reference, number: str) -> ReceivedClaim:
    """Make the claim that a case tells of."""
    codes = list(dict.fromkeys(code for line in told["lines"] for code in line.get("dx", ["J02.9"])))
    lines = tuple(_line(line, index, codes, told) for index, line in enumerate(told["lines"], 1))
    last = max(line.dates.end or line.dates.start for line in lines)
    claim = Claim(
        patient_control_number=told.get("control_number", number),
        charged=sum((line.charged for line in lines), ZERO),
        place_of_service=told.get("pos", "11"),
        frequency=told.get("frequency", "1"),
        benefits_assigned=told.get("benefits_assigned", "Y"),
        submitter_id="RULES",
        billing=Provider(
            is_person=False, name=Name(last="X"), npi=reference.providers[told.get("provider", "CLINIC")].npi
        ),
        subscriber=_subscriber(told, members),
        payer=Payer(name="RULES", id="94267"),
        patient=_patient(told, members),
        diagnoses=tuple(Diagnosis(qualifier="ABF", code=code.replace(".", "")) for code in codes),
        other_payers=other_payers(told),
        prior_authorization=told.get("authorization", ""),
        attachments=_attachments(told),
        delay_reason=told.get("delay_reason", ""),
        rendering=_rendering(told),
        service_facility=_facility(told, reference),
        institutional=_stay(told, last),
        dental=Dental(predetermination=True) if told.get("predetermination") else None,
        pay_to_plan=PayToPlan(name="OTHER", id="OTHER") if told.get("pay_to_plan") else None,
        lines=lines,
    )
    received = date.fromisoformat(told["received"]) if "received" in told else last + timedelta(days=2)
    return ReceivedClaim(payer_claim_control_number=number, claim=claim, received=received, partner="rules")


def _subscriber(told: Json, members: dict[str, Member]) -> Subscriber:
    member = members[members[told.get("patient", "MARY")].subscriber]
    subscriber = Subscriber(
        payer_responsibility=told.get("sbr01", "P"),
        name=Name(last=member.last, first=member.first),
        member_id=member.member_id,
        birth_date=member.birth_date,
        sex=member.sex,
    )
    said = dict(told.get("subscriber", {}))
    if "last" in said or "first" in said:
        name = Name(last=said.pop("last", member.last), first=said.pop("first", member.first))
        subscriber = replace(subscriber, name=name)
    if "birth_date" in said:
        said["birth_date"] = date.fromisoformat(said["birth_date"])
    return replace(subscriber, **said)


def _patient(told: Json, members: dict[str, Member]) -> Patient | None:
    said = told.get("child")
    if said is not None:
        born = date.fromisoformat(said["birth_date"])
        return Patient(relationship="19", name=Name(last=said["last"], first=said["first"]), birth_date=born)
    member = members[told.get("patient", "MARY")]
    if member.id == member.subscriber:
        return None
    name = Name(last=member.last, first=member.first)
    return Patient(relationship=member.relationship, name=name, birth_date=member.birth_date, sex=member.sex)


def _rendering(told: Json) -> Provider | None:
    return Provider(is_person=True, name=Name(last="X"), npi=told["rendering"]) if "rendering" in told else None


def _facility(told: Json, reference: Reference) -> Provider | None:
    """Read `facility_zip`, or `facility`, our id of a provider whose NPI is sent."""
    if "facility" in told:
        return Provider(is_person=False, name=Name(last="PLACE"), npi=reference.providers[told["facility"]].npi)
    if "facility_zip" not in told:
        return None
    address = Address(lines=("1 PLACE",), city="BLOOMINGTON", state="MN", postal_code=told["facility_zip"])
    return Provider(is_person=False, name=Name(last="PLACE"), address=address)


def _stay(told: Json, last: date) -> Institutional | None:
    """Read `bill: "011"`, an institutional claim of this type of bill, with ICD-10-PCS `procedures`."""
    if "bill" not in told:
        return None
    procedures = [ProcedureCode(qualifier="BBR", code=code, date=last) for code in told.get("procedures", ())]
    return Institutional(
        facility_code=told["bill"][1:],
        statement_dates=DateSpan(last, last),
        procedures=tuple(procedures),
        drg=told.get("drg", ""),
        patient_status=told.get("patient_status", "01"),
    )


def _line(told: Json, index: int, codes: list[str], claim: Json) -> ServiceLine:
    start = date.fromisoformat(told.get("date", USUAL_DAY))
    return ServiceLine(
        number=index,
        code=told["code"],
        modifiers=tuple(told.get("modifiers", ())),
        charged=usd(told.get("charge", "185.00")),
        unit=told.get("unit", "UN"),
        units=Decimal(told.get("units", "1")),
        place_of_service=told.get("pos", ""),
        diagnosis_pointers=tuple(codes.index(code) + 1 for code in told.get("dx", ["J02.9"])),
        dates=DateSpan(start, date.fromisoformat(told["to"]) if "to" in told else start),
        revenue_code=told.get("revenue_code", ""),
        dental=_teeth(told) if "teeth" in told else None,
        drug=Drug(ndc=told["ndc"], quantity=Decimal(1), unit="UN") if "ndc" in told else None,
        prior_authorization=told.get("authorization", ""),
        attachments=_attachments(told),
        adjudications=line_adjudications(told),
    )


def _attachments(told: Json) -> tuple[Attachment, ...]:
    """Read `attachments: [OZ, OZ AA]`, each a type and how it is sent."""
    return tuple(Attachment(type=each[:2], transmission=each[3:] or "EL") for each in told.get("attachments", ()))


def _teeth(told: Json) -> DentalService:
    """Read `teeth: ["3:MO"]`, a tooth and its surfaces."""
    pairs = (each.partition(":") for each in told["teeth"])
    return DentalService(teeth=tuple(Tooth(code=tooth, surfaces=tuple(surfaces)) for tooth, _, surfaces in pairs))


def outcome(made: ClaimDecision | Pend, asked: Json) -> Json:
    """Tell what came out, as far as a case asks."""
    if isinstance(made, Pend):
        told: Json = {"pends": made.reason, "status277": made.status277, "line": made.line}
    else:
        told = {
            "status": made.status,
            "status277": made.status277,
            "paid": str(made.paid),
            "patient_responsibility": str(made.patient_responsibility),
            "plan": made.plan,
            "counts": {f"{e.key.accumulator} {e.key.owner} {e.key.period}": str(e.amount) for e in made.entries},
            "allowed": str(made.allowed),
            "cas": [f"{each.group}-{each.carc} {each.amount}" for each in made.adjustments],
            "rarcs": list(made.remarks),
            "stay": None if made.stay is None else {name: str(value) for name, value in asdict(made.stay).items()},
            "uses": [f"{use.authorization} {use.units}" for use in made.uses],
            "to_member": f"{made.subscriber} {made.paid_to_member}",
            "pools": sorted(_pool(each) for each in made.pools),
            "employer": [_charge(each) for each in made.employer_charges],
            "carried": [f"{e.key.accumulator} {e.key.owner} {e.key.period} {e.amount}" for e in made.carried],
            "lines": [_line_outcome(line) for line in made.lines],
        }
    told = {key: value for key, value in told.items() if key in asked}
    if "lines" in told:
        pairs = zip(told["lines"], asked["lines"], strict=True)
        told["lines"] = [{key: value for key, value in line.items() if key in wanted} for line, wanted in pairs]
    return told


def _pool(movement: PoolMovement) -> str:
    key = movement.key
    told = (key.pool, key.provider, key.employer, str(key.year), movement.what, str(movement.amount))
    return " ".join(each for each in told if each)


def _charge(charge: EmployerCharge) -> str:
    return " ".join([charge.what, str(charge.amount), *(f"{name} {amount}" for name, amount in charge.parts)])


def _line_outcome(line: LineDecision) -> Json:
    return {
        "allowed": str(line.allowed),
        "paid": str(line.paid),
        "cas": [f"{each.group}-{each.carc} {each.amount}" for each in line.adjustments],
        "rarcs": list(line.remarks),
        "benefit": line.benefit,
        "units_paid": str(line.units_paid),
        "references": [" ".join(each) for each in line.references],
    }
