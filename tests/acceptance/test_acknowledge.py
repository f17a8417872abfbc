"""Answers: what is sent back for a file, and that our own reader and guides find nothing in it."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.acceptance.acknowledge import Answer, AnswerNumbers, acknowledge, groups_due
from hpedi.acceptance.answers import answered_claim, claim_acknowledgment, claim_statuses
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import ClaimJudgement, InterchangeJudgement
from hpedi.acceptance.verdicts import Verdict
from hpedi.acceptance_files import every_rule
from hpedi.finding_kinds import FINDING_KINDS, found
from hpedi.findings import Where
from hpedi.guide_files import code_sets
from hpedi.money import usd
from hpedi.transactions.ack_277ca.model import ClaimAcknowledgment, ClaimStatus
from hpedi.x12.events import Delimiters
from hpedi.x12.reader import read_x12
from hpedi.x12.writer import write_x12
from tests.acceptance.submissions import JOHN, MARY, changed, judged, judging, only, submitted
from tests.shared import PROJECT

NUMBERS = AnswerNumbers(interchange=77, first_group=501, instant=datetime(2026, 3, 12, 8, 30, tzinfo=UTC))
REFUSED = replace(MARY, charged=usd("184.99"))


def texts_of(answer: Answer | None) -> list[str]:
    """Write an answer and return its segments."""
    assert answer is not None
    return write_x12(answer.interchange, answer.delimiters).decode("latin-1").split(answer.delimiters.segment)[:-1]


def answered(data: bytes) -> list[str]:
    """Judge a file of one interchange and return the segments of its answer."""
    return texts_of(acknowledge(only(data), NUMBERS))


def claim_answers(data: bytes, **how: object) -> tuple[InterchangeJudgement, dict[int, ClaimAcknowledgment]]:
    """Judge a file of one interchange and return its 277CAs by set, our numbers counting from ICN1."""
    claims: list[ClaimJudgement] = []
    interchange = only(data, on_claim=claims.append, **how)
    return interchange, answers_to(interchange, claims)


def answers_to(interchange: InterchangeJudgement, claims: list[ClaimJudgement]) -> dict[int, ClaimAcknowledgment]:
    """Return the 277CAs of an interchange by set."""
    answers: dict[int, ClaimAcknowledgment] = {}
    for each in (one for group in interchange.groups for one in group.sets if one.syntax is not Verdict.REJECTED):
        if each.header is None:
            continue
        answers[each.ordinal] = claim_acknowledgment(
            each.header,
            [
                answered_claim(claim, received=date(2026, 3, 11), payer_claim_control_number=f"ICN{claim.ordinal}")
                for claim in claims
                if claim.set_ordinal == each.ordinal
            ],
            payer_name="HPEDI HEALTH PLAN",
            payer_id="94267",
            reference=f"R{each.ordinal}",
            created=NUMBERS.instant,
            received=date(2026, 3, 11),
        )
    return answers


def test_a_clean_file_is_answered_with_a_999() -> None:
    """No TA1 unless asked for; sender and receiver change places; one 999 says the group is accepted."""
    isa, gs, st_, *body, ge, iea = answered(submitted())
    assert isa.split("*")[5:9] == ["ZZ", "94267          ", "ZZ", "LAKES          "]
    assert isa.split("*")[9:11] + isa.split("*")[13:16] == ["260312", "0830", "000000077", "0", "P"]
    assert gs == "GS*FA*94267*LAKES*20260312*0830*501*X*005010X231A1"
    assert st_ == "ST*999*0001*005010X231A1"
    assert body == [
        "AK1*HC*1*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK9*A*1*1*1",
        "SE*6*0001",
    ]
    assert (ge, iea) == ("GE*1*501", "IEA*1*000000077")


def test_a_ta1_is_sent_when_asked_for() -> None:
    """ISA14=1 asks for a TA1 even when nothing is wrong."""
    asked = changed(submitted(), "000000905*0*P", "000000905*1*P")
    assert answered(asked)[1] == "TA1*000000905*260302*0914*A*000"
    assert answered(asked)[2].startswith("GS*FA*94267*LAKES*")


def test_a_refused_interchange_gets_its_ta1_alone() -> None:
    """A cut-off file gets TA1 R 023 and no 999."""
    isa, ta1, iea = answered(submitted()[:-40])
    assert ta1 == "TA1*000000905*260302*0914*R*023"
    assert (isa[:4], iea) == ("ISA*", "IEA*0*000000077")


@pytest.mark.parametrize(
    ("element", "sent", "note"),
    [
        (1, b"99", "010"),
        (1, b"03", "011"),
        (3, b"77", "012"),
        (3, b"01", "013"),
        (5, b"QQ", "005"),
        (6, b" " * 15, "006"),
        (7, b"QQ", "007"),
        (8, b" " * 15, "008"),
        (9, b"261332", "014"),
        (10, b"2460", "015"),
        (11, b"A", "016"),
        (12, b"00401", "017"),
        (13, b"00000090A", "018"),
        (14, b"7", "019"),
        (15, b"X", "020"),
    ],
)
def test_each_fault_of_an_isa_has_its_note(element: int, sent: bytes, note: str) -> None:
    """An element of ISA at fault refuses the interchange with its own TA105; nothing else is answered."""
    elements = submitted().split(b"*")
    elements[element] = sent
    segments = answered(b"*".join(elements))
    assert [segment[:3] for segment in segments] == ["ISA", "TA1", "IEA"]
    assert segments[1].endswith(f"*R*{note}")


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("IEA*1*000000905", "IEA*1*000000777", "001"),
        ("IEA*1*000000905", "IEA*2*000000905", "021"),
        ("0*P*:~GS", "0*P*:GS", "004"),
        ("0*P*:~GS", "0*P*~~GS", "022"),
        ("0*P*:~GS", "0*P*A~GS", "027"),
        ("*ZZ*LAKES          *", "*ZZ*LAKES*", "022"),
        ("IEA*1*000000905~", "", "023"),
        ("GS*HC*", "GS*H*", "024"),
        ("GE*1*1~", "GE*1*1~N1*PR*PLAN~", "024"),
        ("GE*1*1~", "GE*1*1~GE*1*1~", "022"),
    ],
)
def test_each_fault_of_an_envelope_has_its_note(old: str, new: str, note: str) -> None:
    """Delimiters, IEA, GS or what stands between them at fault refuse the interchange with their own TA105."""
    segments = answered(changed(submitted(), old, new))
    assert [segment[:3] for segment in segments] == ["ISA", "TA1", "IEA"]
    assert segments[1].endswith(f"*R*{note}")


@pytest.mark.parametrize(
    ("old", "new", "body"),
    [
        ("CLM*PCN2*185*", "CLM*PCN2*ABC*", ["IK3*CLM*18*2300*8", "CTX*CLM01:PCN2", "IK4*2*782*6", "IK5*R*5"]),
        ("SE*23*0002", "SE*22*0002", ["IK5*R*4"]),
        ("SE*23*0002", "SE*23*0003", ["IK5*R*3"]),
        ("ST*837*0002*005010X222A1", "ST*850*0002", ["IK5*R*1"]),
    ],
)
def test_one_of_two_sets_at_fault(old: str, new: str, body: list[str]) -> None:
    """The set at fault is rejected with its reason, its neighbour accepted, the group partially accepted."""
    segments = answered(changed(submitted([MARY], [JOHN]), old, new))
    assert segments[4:6] == ["AK2*837*0001*005010X222A1", "IK5*A"]
    assert segments[7:-4] == body
    assert segments[-4] == "AK9*P*2*2*1"


def test_a_refused_group_says_why() -> None:
    """A wrong GE01 rejects the group; no set of it is called accepted."""
    segments = answered(changed(submitted(), "GE*1*1", "GE*2*1"))
    assert segments[3:5] == ["AK1*HC*1*005010X222A1", "AK9*R*2*1*0*5"]


def test_a_group_of_999s_is_not_answered() -> None:
    """An acknowledgment is never acknowledged."""
    answer = write_x12(acknowledged().interchange)
    assert acknowledge(only(answer), NUMBERS) is None


def acknowledged() -> Answer:
    """Return the answer to a clean file."""
    answer = acknowledge(only(submitted()), NUMBERS)
    assert answer is not None
    return answer


def test_claims_are_answered_one_by_one() -> None:
    """Accepted claims carry our number and their clearinghouse's trace, refused ones their status."""
    interchange, answers = claim_answers(submitted([REFUSED, JOHN], [MARY]))
    segments = texts_of(acknowledge(interchange, NUMBERS, claims=answers))
    assert groups_due(interchange, answers) == 2
    assert "GS*HN*94267*LAKES*20260312*0830*502*X*005010X214" in segments
    assert [each for each in segments if each[:3] in ("TRN", "STC") or each[:6] in ("REF*1K", "REF*D9")] == [
        "TRN*1*R1",
        "TRN*2*BATCH7",
        "STC*A1:19:PR*20260312*WQ*369.99",
        "TRN*2*PCN1",
        "STC*A8:400*20260312*U*184.99",
        "REF*D9*TRACE1",
        "TRN*2*PCN2",
        "STC*A2:20*20260312*WQ*185",
        "REF*1K*ICN2",
        "TRN*1*R2",
        "TRN*2*BATCH7",
        "STC*A1:19:PR*20260312*WQ*185",
        "TRN*2*PCN1",
        "STC*A2:20*20260312*WQ*185",
        "REF*1K*ICN3",
        "REF*D9*TRACE1",
    ]


@pytest.mark.parametrize("separators", [("*", ":", "^", "~"), ("|", ">", "!", "\n"), ("*", "|", "~", "^")])
def test_answers_pass_our_own_guides(separators: tuple[str, str, str, str]) -> None:
    """Our reader and guides find nothing in a 999 with errors and a 277CA with refusals, whatever the delimiters."""
    data = changed(submitted([REFUSED, JOHN], [MARY], [JOHN]), "SE*23*0003", "SE*9*0003")
    data = data.translate(bytes.maketrans(b"*:^~", "".join(separators).encode()))
    interchange, answers = claim_answers(data)
    assert interchange.verdict is Verdict.PARTIALLY_ACCEPTED
    answer = acknowledge(interchange, NUMBERS, claims=answers)
    assert answer is not None
    assert answer.delimiters == Delimiters(*(separators[at] for at in (0, 1, 2, 3)))
    back = judged(write_x12(answer.interchange, answer.delimiters))
    assert back.interchanges[0].findings() == []
    assert back.verdict is Verdict.ACCEPTED
    assert [each.guide for group in back.interchanges[0].groups for each in group.sets] == [
        "005010X231A1",
        "005010X214",
        "005010X214",
    ]


def test_a_claim_that_cannot_be_read_is_answered_from_what_can() -> None:
    """A claim with a fraction of a cent is refused with its patient, provider and days."""
    interchange, answers = claim_answers(changed(submitted(), "CLM*PCN2*185*", "CLM*PCN2*185.001*"))
    segments = texts_of(acknowledge(interchange, NUMBERS, claims=answers))
    at = segments.index("TRN*2*PCN2")
    assert segments[at - 1 : at + 3] == [
        "NM1*QC*1*HILL*JOHN****MI*942670000201",
        "TRN*2*PCN2",
        "STC*A7:178*20260312*U*0******A8:400",
        "DTP*472*D8*20260310",
    ]


def test_statuses_are_distinct_and_never_missing() -> None:
    """A refused claim has each status once, and one where no kind of its findings has any."""
    twice = [found("claim-amount", Where()), found("claim-amount", Where()), found("claim-date", Where())]
    assert claim_statuses(twice) == (ClaimStatus("A7", "178"), ClaimStatus("A7", "187"))
    assert claim_statuses([]) == (ClaimStatus("A6", "21"),)


def entities_of_facts() -> set[str]:
    """Return the entity codes that STC01-3 of 2200D may have."""
    path = "2000A/2000B/2000C/2000D/2200D/STC/STC01/STC01-03"
    with (PROJECT / "tests" / "facts" / "277CA_X214.tsv").open(encoding="utf-8") as rows:
        return {
            code for row in csv.DictReader(rows, delimiter="\t") if row["path"] == path for code in row["codes"].split()
        }


def test_every_status_we_send_is_in_the_lists() -> None:
    """Statuses of findings and rules are rejections of the lists we ship, about an entity that a 277CA can name."""
    categories, codes, entities = (
        code_sets().get("claim_status_cat"),
        code_sets().get("claim_status"),
        entities_of_facts(),
    )
    assert categories is not None
    assert codes is not None
    for kind in (*FINDING_KINDS.values(), *(rule.kind for rule in every_rule())):
        if kind.sent.status is not None:
            category, code, *entity = kind.sent.status
            assert category in {"A3", "A6", "A7", "A8"}, kind.code
            assert category in categories, kind.code
            assert code in codes, kind.code
            assert entities.issuperset(entity), kind.code


@given(st.binary(max_size=12), st.integers(0, 2000), st.integers(0, 12))
def test_damaged_files_are_judged_and_answered(damage: bytes, at: int, lost: int) -> None:
    """Whatever bytes stand in a file, its answers are valid, their counts add up, and they are the same every time."""
    data = submitted([MARY], [REFUSED, JOHN])
    at %= len(data)
    damaged = data[:at] + damage + data[at + lost :]
    first, again = (all_answers(damaged) for _ in range(2))
    assert first == again
    for written in first:
        (back,) = judged(written).interchanges
        assert back.findings() == []
        for group_end in (text.split("*") for text in written.decode("latin-1").split("~") if text[:4] == "AK9*"):
            code, _stated, received, accepted = group_end[1], *map(int, group_end[2:5])
            assert accepted <= received
            assert {"A": accepted == received, "E": accepted == received, "P": 0 < accepted < received}.get(
                code, accepted == 0
            )


def all_answers(data: bytes) -> list[bytes]:
    """Judge a file and write the answer to each of its interchanges, 277CAs included."""
    claims: list[ClaimJudgement] = []
    answers: list[bytes] = []
    for each in judge(read_x12([data], file="a.x12"), judging(on_claim=claims.append)):
        if isinstance(each, InterchangeJudgement):
            answer = acknowledge(each, NUMBERS, claims=answers_to(each, claims))
            claims.clear()
            if answer is not None:
                answers.append(write_x12(answer.interchange, answer.delimiters))
    return answers
