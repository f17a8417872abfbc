"""Write samples/inbound: the files that the sample payer's trading partners send. README.md says what each shows.

Run from the checkout: `python -m samples.write_inbound`. The same script always writes the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from hpedi.claims.claim import Claim, Diagnosis, Institutional, Tooth
from hpedi.claims.parties import Name
from hpedi.claims.submission import SubmissionHeader
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.claim_types import GUIDES
from hpedi.transactions.claim_837.write import FUNCTIONAL_ID, SET_ID, write_claims
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12
from samples.sample_claims import (
    ATTENDING,
    OTHER_PAYER,
    Service,
    claim_of,
    dental_claim_of,
    institutional_claim_of,
    stranger,
    unknown_provider,
)

INBOUND = Path(__file__).resolve().parent / "inbound"
SENT = datetime(2026, 3, 2, 8, 30)  # noqa: DTZ001  # ISA09, ISA10: local time of the sender
US = InterchangeParty("ZZ", "94267")
SOMEBODY_ELSE = InterchangeParty("ZZ", "00621")
RIVERBEND = InterchangeParty("ZZ", "RIVERBEND")
PRAIRIELINK = InterchangeParty("30", "410000301")
CLINIC, CLEARINGHOUSE = "RIVERBEND", "PRAIRIELINK"
SUBMITTERS = {CLINIC: "RIVERBEND FAMILY CLINIC", CLEARINGHOUSE: "PRAIRIELINK CLEARINGHOUSE"}

CHECKUP, FLU_SHOT, WELL_CHILD = "Z0000", "Z23", "Z00129"
BACK_PAIN, SORE_THROAT, ECZEMA, HIP_PAIN = "M5450", "J029", "L309", "M25551"
PNEUMONIA, CARIES = "J189", "K0262"


def feb(day: int) -> date:
    """Return a day of February 2026."""
    return date(2026, 2, day)


def clinic_claims() -> list[Claim]:
    """Return what the clinic bills itself."""

    def claim(number: str, member: str, *services: Service, diagnoses: tuple[str, ...]) -> Claim:
        return claim_of(number, "RIVERBEND", member, services, diagnoses=diagnoses, submitter_id=CLINIC)

    nobody = stranger("NOBODY", "ALVA", "HS1999999", date(1988, 5, 5), "F")
    return [
        claim("RB-2601", "M01", Service("T1015", feb(10), "145.00"), diagnoses=(SORE_THROAT,)),
        claim("RB-2602", "M01", Service("G0260", feb(17), "520.00"), diagnoses=(BACK_PAIN,)),
        claim("RB-2603", "M02", Service("G0439", feb(12), "210.00"), diagnoses=(CHECKUP,)),
        claim(
            "RB-2604",
            "M03",
            Service("T1015", feb(18), "145.00"),
            Service("G0168", feb(18), "95.00"),
            diagnoses=(ECZEMA, WELL_CHILD),
        ),
        claim("RB-2605", "M07", Service("T1015", feb(11), "145.00"), diagnoses=(SORE_THROAT,)),
        claim_of(
            "RB-2606",
            "RIVERBEND",
            nobody,
            (Service("T1015", feb(13), "145.00"),),
            diagnoses=(SORE_THROAT,),
            submitter_id=CLINIC,
        ),
    ]


def clearinghouse_claims() -> list[Claim]:
    """Return what four providers bill through the clearinghouse, two claims for nobody we know among them."""
    to = CLEARINGHOUSE
    newcomer = unknown_provider("NEWCOMER CLINIC", "1000002083", "410000299")
    return [
        claim_of(
            "HB-77", "HARBOR", "M04", (Service("G0260", feb(9), "650.00"),), diagnoses=(BACK_PAIN,), submitter_id=to
        ),
        claim_of(
            "QY-1", "QUARRY", "M08", (Service("S9131", feb(16), "130.00"),), diagnoses=(BACK_PAIN,), submitter_id=to
        ),
        claim_of(
            "LN-500",
            "LANTERN",
            "M09",
            (Service("T1015", feb(19), "60.00"),),
            diagnoses=(SORE_THROAT,),
            place_of_service="10",
            submitter_id=to,
        ),
        claim_of(
            "LN-501",
            "LANTERN",
            "M06",
            (Service("T1015", feb(20), "60.00"),),
            diagnoses=(ECZEMA,),
            place_of_service="10",
            submitter_id=to,
        ),
        claim_of(
            "OP-9",
            "OUTPOST",
            "M11",
            (Service("G0260", feb(23), "600.00"),),
            diagnoses=(HIP_PAIN,),
            place_of_service="24",
            submitter_id=to,
        ),
        claim_of(
            "HB-78",
            "HARBOR",
            "M04",
            (Service("T1015", feb(24), "200.00"),),
            diagnoses=(BACK_PAIN,),
            submitter_id=to,
            payer=OTHER_PAYER,
        ),
        claim_of("NC-1", newcomer, "M10", (Service("T1015", feb(24), "120.00"),), diagnoses=(ECZEMA,), submitter_id=to),
    ]


def hospital_claims() -> list[Claim]:
    """Return what a hospital bills: four days for pneumonia, and a bone density study without a stay."""

    def claim(number: str, member: str, *services: Service, diagnosis: str) -> Claim:
        return claim_of(number, "HARVEST", member, services, diagnoses=(diagnosis,), submitter_id=CLEARINGHOUSE)

    stay, visit = DateSpan(feb(3), feb(7)), DateSpan(feb(12), feb(12))
    admitting = Diagnosis(qualifier="ABJ", code=PNEUMONIA)
    inpatient = Institutional(
        facility_code="11",
        statement_dates=stay,
        admission_hour="1430",
        admission_type="1",
        admission_source="1",
        patient_status="01",
        discharge_hour="1100",
        drg="193",
        admitting_diagnosis=admitting,
        attending=ATTENDING,
    )
    outpatient = Institutional(
        facility_code="13",
        statement_dates=visit,
        admission_type="3",
        admission_source="1",
        patient_status="01",
        attending=ATTENDING,
    )
    scan = Service("G0130", visit.start, "300.00")
    room, drugs = Service("", stay.start, "12000.00", 4), Service("", stay.start, "4400.00")
    return [
        institutional_claim_of(
            claim("HV-1", "M12", room, drugs, diagnosis=PNEUMONIA), inpatient, ("0120", "0250"), admitted=stay.start
        ),
        institutional_claim_of(claim("HV-2", "M08", scan, diagnosis=HIP_PAIN), outpatient, ("0320",)),
    ]


def dental_claims() -> list[Claim]:
    """Return what the clinic's dentist bills: a service that no plan of the sample payer has."""
    claim = claim_of(
        "RB-2609",
        "RIVERBEND",
        "M02",
        (Service("D2391", feb(16), "180.00"),),
        diagnoses=(CARIES,),
        submitter_id=CLINIC,
    )
    return [dental_claim_of(claim, (Tooth(code="3", surfaces=("O",)),))]


def harbor_claim(number: str, day: int) -> Claim:
    """Return one more claim of Harbor."""
    services = (Service("T1015", feb(day), "200.00"),)
    return claim_of(number, "HARBOR", "M12", services, diagnoses=(HIP_PAIN,), submitter_id=CLEARINGHOUSE)


def clinic_claim(number: str, member: str, day: int) -> Claim:
    """Return one more claim of the clinic."""
    services = (Service("T1015", feb(day), "145.00"),)
    return claim_of(number, "RIVERBEND", member, services, diagnoses=(SORE_THROAT,), submitter_id=CLINIC)


def claim_set(control_number: str, claims: Sequence[Claim]) -> TransactionSet:
    """Return an 837 with these claims, which are of one type."""
    submitter = claims[0].submitter_id
    header = SubmissionHeader(
        reference=f"{submitter}-{control_number}",
        created=SENT.date(),
        created_time=f"{SENT:%H%M}",
        submitter_id=submitter,
        submitter=Name(last=SUBMITTERS[submitter]),
        contact_name="CLAIMS OFFICE",
        contact_phone="5075550199",
        receiver_name="HPEDI SAMPLE HEALTH PLAN",
        receiver_id=US.id,
    )
    segments = tuple(write_claims(claims, header))
    version = GUIDES[claims[0].type]
    return TransactionSet(id=SET_ID, control_number=control_number, version=version, segments=segments)


def interchange(
    sender: InterchangeParty,
    application_sender: str,
    control_number: int,
    sets: Iterable[TransactionSet],
    *,
    receiver: InterchangeParty = US,
    usage: str = "P",
) -> bytes:
    """Return an interchange of one group, of the version of its sets, a segment a line."""
    bodies = tuple(sets)
    group = FunctionalGroup(
        functional_id=FUNCTIONAL_ID,
        sender=application_sender,
        receiver=receiver.id,
        instant=SENT,
        control_number=control_number,
        version=bodies[0].version,
        sets=bodies,
    )
    whole = Interchange(
        sender=sender,
        receiver=receiver,
        instant=SENT,
        control_number=control_number,
        usage=usage,
        ack_requested=True,
        groups=(group,),
    )
    return write_x12(whole, line_breaks=True)


def with_wrong_segment_count(content: bytes, control_number: str) -> bytes:
    """Return an interchange in which SE of one set counts one segment too many."""
    head, mark, tail = content.partition(f"*{control_number}~\nGE".encode())
    start = head.rindex(b"SE*") + len("SE*")
    if not mark:
        raise ValueError("no such last set")
    return head[:start] + str(int(head[start:]) + 1).encode() + mark + tail


def files() -> dict[str, bytes]:
    """Return every file by its name."""
    mixed = interchange(
        PRAIRIELINK,
        CLEARINGHOUSE,
        4711,
        [claim_set("0001", clearinghouse_claims()), claim_set("0002", [harbor_claim("HB-79", 25)])],
    )
    broken = interchange(RIVERBEND, CLINIC, 103, [claim_set("0001", [clinic_claim("RB-2608", "M11", 27)])])
    return {
        "01-riverbend.837": interchange(RIVERBEND, CLINIC, 101, [claim_set("0001", clinic_claims())]),
        "02-prairielink.837": with_wrong_segment_count(mixed, "0002"),
        "03-wrong-receiver.837": interchange(
            PRAIRIELINK, CLEARINGHOUSE, 4712, [claim_set("0001", [harbor_claim("HB-80", 26)])], receiver=SOMEBODY_ELSE
        ),
        "04-not-x12.csv": b"invoice,day,service,amount\n77,2026-02-09,T1015,145.00\n",
        "05-test.837": interchange(
            RIVERBEND, CLINIC, 102, [claim_set("0001", [clinic_claim("RB-2607", "M01", 26)])], usage="T"
        ),
        "07-hospital.837": interchange(PRAIRIELINK, CLEARINGHOUSE, 4713, [claim_set("0001", hospital_claims())]),
        "08-dental.837": interchange(RIVERBEND, CLINIC, 104, [claim_set("0001", dental_claims())]),
        "06-cut-off.837": broken[: len(broken) * 2 // 3],
    }


def main() -> None:
    """Write the files."""
    INBOUND.mkdir(exist_ok=True)
    for name, content in files().items():
        (INBOUND / name).write_bytes(content)


if __name__ == "__main__":
    main()
