"""A small submission of two claims, made from models, for the tests of acceptance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import ClaimJudgement, FileJudgement, InterchangeJudgement, judged_file
from hpedi.acceptance.judging import Judging
from hpedi.acceptance_files import RuleFiles
from hpedi.claims.claim import Claim, Diagnosis, ServiceLine
from hpedi.claims.parties import Address, Name, Payer, Provider, Subscriber
from hpedi.claims.submission import SubmissionHeader
from hpedi.guide_files import GuideFiles
from hpedi.money import usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.write import FUNCTIONAL_ID, SET_ID, VERSION, write_claims
from hpedi.x12.reader import read_x12
from tests.transactions.walked import in_bytes

TENTH = DateSpan(date(2026, 3, 10), date(2026, 3, 10))
ADDRESS = Address(lines=("1 LAKE ST",), city="DULUTH", state="MN", postal_code="558020000")
HEADER = SubmissionHeader(
    reference="BATCH7",
    created=date(2026, 3, 11),
    created_time="0914",
    submitter_id="LAKES",
    submitter=Name(last="LAKES BILLING"),
    contact_name="ANN ROSE",
    contact_phone="6125550100",
    receiver_name="HPEDI HEALTH PLAN",
    receiver_id="94267",
)
LINE = ServiceLine(
    number=1, code="T1015", charged=usd("185.00"), units=Decimal(1), diagnosis_pointers=(1,), dates=TENTH
)
MARY = Claim(
    patient_control_number="PCN1",
    charged=usd("185.00"),
    place_of_service="11",
    submitter_id="LAKES",
    billing=Provider(
        is_person=False,
        name=Name(last="LAKE CLINIC"),
        npi="1000000012",
        tax_id="411111111",
        tax_id_qualifier="EI",
        address=ADDRESS,
    ),
    subscriber=Subscriber(
        payer_responsibility="P",
        name=Name(last="LAKE", first="MARY"),
        member_id="942670000101",
        claim_filing="CI",
        birth_date=date(1964, 11, 20),
        sex="F",
        address=ADDRESS,
    ),
    payer=Payer(name="HPEDI HEALTH PLAN", id="94267"),
    diagnoses=(Diagnosis(qualifier="ABK", code="J029"),),
    clearinghouse_trace="TRACE1",
    lines=(LINE,),
)
JOHN = replace(
    MARY,
    patient_control_number="PCN2",
    subscriber=replace(MARY.subscriber, name=Name(last="HILL", first="JOHN"), member_id="942670000201"),
    clearinghouse_trace="",
)


def submitted(*sets: list[Claim]) -> bytes:
    """Write sets of claims as a file; none given, one set of both claims."""
    return in_bytes(FUNCTIONAL_ID, VERSION, SET_ID, [write_claims(each, HEADER) for each in sets or ([MARY, JOHN],)])


def judging(**how: object) -> Judging:
    """Return how to judge by the guides there are."""
    guides = GuideFiles()
    judging: dict[str, object] = {"guide_for": guides.guide_for, "plan_for": RuleFiles(guides).plan_for}
    return Judging(**judging | how, file="a.x12")  # type: ignore[arg-type]


def judged(data: bytes, **how: object) -> FileJudgement:
    """Judge a file."""
    return judged_file(list(judge(read_x12([data], file="a.x12"), judging(**how))))


def only(data: bytes, **how: object) -> InterchangeJudgement:
    """Judge a file of one interchange."""
    (interchange,) = judged(data, **how).interchanges
    return interchange


def handed_out(data: bytes, **how: object) -> list[ClaimJudgement]:
    """Return the claims of a file as they are handed out."""
    claims: list[ClaimJudgement] = []
    take: Callable[[ClaimJudgement], None] = claims.append
    judged(data, on_claim=take, **how)
    return claims


def changed(data: bytes, old: str, new: str) -> bytes:
    """Change a file in one place, which must stand there once."""
    assert data.count(old.encode()) == 1, old
    return data.replace(old.encode(), new.encode())
