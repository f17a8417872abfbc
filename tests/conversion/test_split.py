"""Files cut into parts: every part a file of its own, all parts together the whole."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.conversion.parts import PartSummary, PartText
from hpedi.conversion.scan import scan
from hpedi.conversion.split import SplitBy, Splitting, split
from hpedi.conversion.split_claims import MOST_HELD
from hpedi.conversion.units import units
from hpedi.findings import Finding, Where
from hpedi.guide_files import GuideFiles
from hpedi.guides.walk import SetWalk
from hpedi.x12.events import Delimiters, GroupStart, InterchangeStart, SegmentBatch, SetEnd, SetStart
from hpedi.x12.reader import read_x12
from tests.conversion.odd_files import CLAIMS, odd_files
from tests.x12.cases import ISA, TWO_GROUPS

GUIDES = GuideFiles()
HEADER = CLAIMS[CLAIMS.index("BHT*") : CLAIMS.index("HL*1*")]
GS = "GS*HC*LAKES*94267*20260131*0905*1*X*005010X222A1~"
PROVIDER = "NM1*85*2*LAKES*****XX*{}~N3*1 ELM~N4*EDINA*MN*554240000~REF*EI*410000201~"
PERSON = "N3*2 OAK~N4*EDINA*MN*554240000~DMG*D8*19790412*F~"
CLAIM = "CLM*{}*100***11:B:1*Y*A*Y*Y~HI*ABK:J029~LX*1~SV1*HC:99213*100*UN*1***1~DTP*472*D8*20260110~"


@dataclass
class Cut:
    """What a split told."""

    texts: dict[int, str] = field(default_factory=lambda: defaultdict(str))
    summaries: list[PartSummary] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def parts(self) -> list[str]:
        """The parts in the order of their numbers."""
        return [self.texts[number] for number in sorted(self.texts)]


def cut(content: bytes | str, by: SplitBy, claims: int = 1, first: int | None = None) -> Cut:
    """Cut a file."""
    sent = content.encode() if isinstance(content, str) else content
    told = Cut()
    splitting = Splitting(by=by, claims=claims, first_control_number=first)
    for event in split(units(scan([sent])), splitting):
        if isinstance(event, PartText):
            told.texts[event.part] += event.text
        elif isinstance(event, Finding):
            told.findings.append(event.kind.code)
        else:
            told.summaries.append(event)
    return told


def faults(content: str) -> list[str]:
    """Return what our reader and the guides find in a file."""
    found: list[str] = []
    group: tuple[str, ...] = ()
    walk: SetWalk | None = None
    for event in read_x12([content.encode("latin-1")]):
        if isinstance(event, Finding):
            found.append(event.kind.code)
        elif isinstance(event, InterchangeStart):
            delimiters = event.delimiters
        elif isinstance(event, GroupStart):
            group = event.elements
        elif isinstance(event, SetStart):
            guide = GUIDES.guide_for(group[1], group[8], event.elements[1])
            walk = None if guide is None else SetWalk(guide, delimiters, Where())
        elif isinstance(event, SegmentBatch) and walk is not None:
            found += (finding.kind.code for finding in walk.feed(event).findings)
        elif isinstance(event, SetEnd) and walk is not None:
            found += (finding.kind.code for finding in walk.close())
    return found


def claims_of(content: str) -> list[tuple[str, ...]]:
    """Return for each claim its id and the provider, subscriber, patient and payer around it by their HL."""
    levels: dict[str, tuple[str, str, list[str]]] = {}
    claims = []
    here = ""
    for text in content.replace("\n", "").split("~"):
        elements = text.split("*")
        if elements[0] == "HL":
            here = elements[1]
            levels[here] = (elements[2], elements[3], [])
        elif elements[0] == "CLM":
            around, level = [elements[1]], here
            while level:
                around += levels[level][2]
                level = levels[level][0]
            claims.append(tuple(around))
        elif elements[0] == "NM1" and here and elements[1] in {"85", "IL", "QC", "PR"}:
            levels[here][2].append("*".join(elements[1:]))
    return claims


@st.composite
def claim_files(draw: st.DrawFn) -> str:
    """A file of one 837P: some providers with subscribers, whose own claims and dependents' claims follow."""
    texts: list[str] = [HEADER]
    number = claims = 0
    for provider in range(draw(st.integers(1, 3))):
        number += 1
        parent = number
        texts.append(f"HL*{number}**20*1~" + PROVIDER.format(1000002000 + draw(st.integers(0, 1))))
        for subscriber in range(draw(st.integers(1, 3))):
            own, dependents = draw(st.integers(0, 3)), draw(st.lists(st.integers(1, 2), max_size=2))
            own = own or (not dependents)
            number += 1
            person = number
            texts.append(f"HL*{number}*{parent}*22*{int(bool(dependents))}~SBR*P*{'18' if own else ''}*******CI~")
            texts.append(f"NM1*IL*1*DOE*P{provider}S{subscriber}****MI*M{number}~" + (PERSON if own else ""))
            texts.append(f"NM1*PR*2*PLAN*****PI*{94267 + draw(st.integers(0, 1))}~")
            ids = [f"A{claims + each}" for each in range(own)]
            claims += len(ids)
            texts += map(CLAIM.format, ids)
            for count in dependents:
                number += 1
                texts.append(f"HL*{number}*{person}*23*0~PAT*19~NM1*QC*1*DOE*D{number}~{PERSON}")
                texts += (CLAIM.format(f"A{claims + each}") for each in range(count))
                claims += count
    body = "".join(texts)
    return f"{ISA}{GS}ST*837*0001*005010X222A1~{body}SE*{body.count('~') + 2}*0001~GE*1*1~IEA*1*000000905~"


@given(claim_files(), st.integers(1, 5))
def test_claims_go_to_parts_of_so_many(content: str, most: int) -> None:
    """By claim: parts are right by their guide, hold at most so many claims, and each claim has its HL parents."""
    parts = cut(content, SplitBy.CLAIM, most).parts
    assert [claim for part in parts for claim in claims_of(part)] == claims_of(content)
    counts = [part.count("CLM*") for part in parts]
    assert counts[:-1] == [most] * (len(parts) - 1)
    assert 0 < counts[-1] <= most
    allowed = {*faults(content)}
    assert not [fault for part in parts for fault in faults(part) if fault not in allowed]


@given(claim_files(), st.sampled_from([SplitBy.PAYER, SplitBy.BILLING_PROVIDER]))
def test_claims_go_to_their_payer_or_provider(content: str, by: SplitBy) -> None:
    """By payer or billing provider: one part each, with all its claims in their order."""
    told = cut(content, by)
    at = {SplitBy.PAYER: "PR*", SplitBy.BILLING_PROVIDER: "85*"}[by]
    keyed: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for claim in claims_of(content):
        keyed[next(each for each in claim if each.startswith(at)).split("*")[-1]].append(claim)
    assert {summary.key: claims_of(told.texts[summary.part]) for summary in told.summaries} == keyed
    assert [len(keyed[summary.key]) for summary in told.summaries] == [summary.claims for summary in told.summaries]
    allowed = {*faults(content)}
    assert not [fault for part in told.parts for fault in faults(part) if fault not in allowed]


@given(odd_files())
def test_interchanges_are_copied(content: bytes) -> None:
    """By interchange: the parts together are the file, but for blanks around."""
    together = "".join(cut(content, SplitBy.INTERCHANGE).parts).encode("latin-1")
    assert together.replace(b"\n", b"").strip() == content.removeprefix(b"\xef\xbb\xbf").replace(
        b"\n", b""
    ).strip() or (b"\xef\xbb\xbf" in content or b"\r" in content or b"\t" in content or b"  " in content)
    assert set(content) - set(together) <= set(b"\xef\xbb\xbf\r\n\t ")


@given(odd_files(), st.sampled_from(list(SplitBy)), st.sampled_from([None, 7]))
def test_no_file_breaks_a_split(content: bytes, by: SplitBy, first: int | None) -> None:
    """Whatever is in a file, parts end as often as they begin, or something is found."""
    told = cut(content, by, 1, first)
    assert told.findings or sorted(each.part for each in told.summaries) == sorted(told.texts)


def test_groups_and_sets_have_envelopes_of_their_own() -> None:
    """By group and by set: GE and IEA are counted, sets are copied."""
    content = TWO_GROUPS.bytes_with(Delimiters())
    by_group = cut(content, SplitBy.GROUP).parts
    assert [part[len(ISA) :] for part in by_group] == [
        f"{GS}ST*837*0001*005010X222A1~CLM*1~SE*3*0001~ST*837*0002*005010X222A1~SE*2*0002~GE*2*1~IEA*1*000000905~",
        f"{GS.replace('*1*X', '*2*X')}ST*837*0001*005010X222A1~SE*2*0001~GE*1*2~IEA*1*000000905~",
    ]
    by_set = cut(content, SplitBy.SET).parts
    assert [part[len(ISA) :] for part in by_set] == [
        f"{GS}ST*837*0001*005010X222A1~CLM*1~SE*3*0001~GE*1*1~IEA*1*000000905~",
        f"{GS}ST*837*0002*005010X222A1~SE*2*0002~GE*1*1~IEA*1*000000905~",
        f"{GS.replace('*1*X', '*2*X')}ST*837*0001*005010X222A1~SE*2*0001~GE*1*2~IEA*1*000000905~",
    ]


def test_parts_are_numbered_on_demand() -> None:
    """--renumber: ISA13 and GS06 rise from part to part, IEA02 and GE02 say the same, ST02 begins again in each."""
    parts = cut(TWO_GROUPS.bytes_with(Delimiters()), SplitBy.SET, first=999_999_998).parts
    assert [part.split("*")[13] for part in parts] == ["999999998", "999999999", "000000000"]
    assert ["GE*1*999999998~IEA*1*999999998~" in part for part in parts] == [True, False, False]
    assert all("ST*837*0001*005010X222A1~" in part and "*0001~GE*" in part for part in parts)


def test_line_breaks_are_kept() -> None:
    """Parts break their lines as the file does."""
    (part,) = cut(CLAIMS.replace("~", "~\r\n"), SplitBy.CLAIM).parts
    assert part == CLAIMS.replace("~", "~\r\n")


def test_acknowledgments_go_with_the_first_part() -> None:
    """TA1 segments stand in the first part of their interchange; without any group they are a part."""
    ta1 = "TA1*000000111*260130*1201*A*000~"
    parts = cut(CLAIMS.replace("GS*HC", f"{ta1}GS*HC"), SplitBy.SET).parts
    assert [part.count(ta1) for part in parts] == [1]
    assert cut(f"{ISA}{ta1}IEA*0*000000905~", SplitBy.SET).parts == [f"{ISA}{ta1}IEA*0*000000905~"]


def test_remittances_go_to_their_payer_whole() -> None:
    """A set that is no claim goes to one part as it stands: by payer, payee or receiver."""
    body = "BPR*I*0*C*NON~N1*PR*PLAN*XV*12345~N1*PE*LAKES*XX*1000002000~LX*1~CLP*A1*1*0*0~"
    sets = f"ST*835*0001~{body}SE*7*0001~ST*835*0002~{body.replace('12345', '67890')}SE*7*0002~"
    content = f"{ISA}{GS.replace('HC', 'HP').replace('222', '221')}{sets}GE*2*1~IEA*1*000000905~"
    by_payer = cut(content, SplitBy.PAYER)
    assert [(each.key, each.claims, each.sets) for each in by_payer.summaries] == [("12345", 1, 1), ("67890", 1, 1)]
    assert f"ST*835*0001~{body}SE*7*0001~GE*1*1~" in by_payer.parts[0]
    for by, key in ((SplitBy.BILLING_PROVIDER, "1000002000"), (SplitBy.RECEIVER, "94267")):
        assert [(each.key, each.sets) for each in cut(content, by).summaries] == [(key, 2)]
    assert cut(content, SplitBy.CLAIM).findings == ["claims-not-found"]


def test_sets_of_one_payer_share_a_part() -> None:
    """By payer: the sets and groups of an interchange that hold claims of one payer are pieces of one part."""
    start, end = CLAIMS.index("GS*"), CLAIMS.index("IEA*")
    group = CLAIMS[start:end]
    opened = group[group.index("ST*") : group.index("GE*")]
    again = opened.replace("*0001", "*0002").replace("*PI*94267", "*PI*12345")
    groups = group.replace("GE*1", f"{again}GE*2") + group.replace("*1*X", "*2*X").replace("GE*1*1", "GE*1*2")
    told = cut(CLAIMS[:start] + groups + "IEA*2*000000905~", SplitBy.PAYER)
    assert [(each.key, each.groups, each.sets, each.claims) for each in told.summaries] == [
        ("94267", 2, 2, 2),
        ("12345", 1, 1, 1),
    ]
    assert told.parts[0] == CLAIMS[:start] + group + groups[groups.rindex("GS*") :] + "IEA*2*000000905~"
    assert told.parts[1] == CLAIMS[:start] + group.replace(opened, again) + CLAIMS[end:]


def test_a_key_that_may_be_private_is_not_shown() -> None:
    """A provider without NPI is a part of its own, and its tax id is no key to show."""
    content = CLAIMS.replace("*XX*1000002000", "*34*410000201")
    assert [each.key for each in cut(content, SplitBy.BILLING_PROVIDER).summaries] == [""]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("HL*2*1*22", "HL*2*7*22", "hl-parent"),
        ("HL*1**20*1~", "", "hl-parent"),
        (CLAIMS[CLAIMS.index("HL*1") : CLAIMS.index("CLM")], "", "claims-not-found"),
        ("CLM*", "CLX*", "claims-not-found"),
        ("SE*23", "HL*3*1*22*0~SE*24", "claims-not-found"),
        ("SBR*", "N3*1~" * (MOST_HELD + 1) + "SBR*", "limit-exceeded"),
        ("HL*2*1*22*0", "HL*2*1*22*1", None),
    ],
)
def test_what_cannot_be_cut_is_told(old: str, new: str, code: str | None) -> None:
    """A set whose HL segments do not hold its claims, or hold none, is told; a wrong HL04 is put right."""
    told = cut(CLAIMS.replace(old, new, 1), SplitBy.CLAIM)
    assert told.findings == ([code] if code else [])
    if not code:
        assert told.parts == [CLAIMS]
