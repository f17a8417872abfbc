"""What the overlays ask for holds in our engine: one case a corrected erratum, on sets of our own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hpedi.findings import Where
from hpedi.guide_files import GuideFiles
from hpedi.guides.walk import walk_set
from hpedi.x12.events import Delimiters, OffsetsOf, SegmentBatch

PROFESSIONAL = """ST*837*0001*005010X222A1
BHT*0019*00*REF1*20250101*1200*CH
NM1*41*2*SUBMITTER*****46*S1
PER*IC*HELP*TE*5555550100
NM1*40*2*RECEIVER*****46*R1
HL*1**20*1
NM1*85*2*CLINIC*****XX*1234567893
N3*1 MAIN ST
N4*TOWN*MN*55401
REF*EI*123456789
HL*2*1*22*0
SBR*P*18*******CI
NM1*IL*1*DOE*ANN****MI*M1
N3*2 MAIN ST
N4*TOWN*MN*55401
DMG*D8*19800101*F
NM1*PR*2*PLAN*****PI*P1
CLM*C1*100***11:B:1*Y*A*Y*Y
HI*ABK:E119
SBR*S*18*******CI
CAS*CO*45*10
OI***Y***Y
NM1*IL*1*DOE*BOB****MI*M2
NM1*PR*2*OTHER*****PI*P2
LX*1
SV1*HC:99213*100*UN*1***1
DTP*472*D8*20250101
SE*28*0001""".splitlines()

REMITTANCE = """ST*835*0001
BPR*I*90*C*CHK************20250110
TRN*1*12345*1123456789
N1*PR*PLAN
N3*1 MAIN ST
N4*TOWN*MN*55401
PER*BL*HELP*TE*5555550100
N1*PE*CLINIC*XX*1234567893
LX*1
CLP*C1*1*100*90**12*P1
CAS*CO*45*10
NM1*QC*1*DOE*ANN
PLB*1234567893*20251231*WO:1*5*72:2*-5
SE*14*0001""".splitlines()

ACKNOWLEDGMENT = """ST*999*0001*005010X231A1
AK1*HC*1*005010X222A1
AK2*837*0001*005010X222A1
IK3*REF*10**8
CTX*SITUATIONAL TRIGGER*CLM*18
CTX*CLM01:C1
IK4*2*127*7
IK5*R*5
AK9*R*1*1*0
SE*10*0001""".splitlines()

GUIDES = {
    "837": ("HC", "005010X222A1", PROFESSIONAL),
    "835": ("HP", "005010X221A1", REMITTANCE),
    "999": ("FA", "005010X231A1", ACKNOWLEDGMENT),
}


class NoOffsets(OffsetsOf):
    """Offsets of a set that is in no file."""

    def of(self, index: int) -> int:
        """Return the ordinal."""
        return index


def errors(set_id: str, texts: list[str]) -> list[str]:
    """Walk a set and name its errors: segment and element, and the code sent for it."""
    functional_id, version, _ = GUIDES[set_id]
    guide = GuideFiles().guide_for(functional_id, version, set_id)
    assert guide is not None
    found = []
    for placed in walk_set(guide, Delimiters(), [SegmentBatch(texts, 1, NoOffsets())], Where()):
        for finding in (each for each in placed.findings if each.is_error):
            where, sent = finding.where, finding.kind.sent
            place = f"{where.segment_id}{where.element or '':0>2}" if where.element else f"{where.segment_id}"
            place += f"-{where.component}" if where.component else ""
            found.append(f"{place} {sent.ik403 or sent.ik304}")
    return found


@dataclass(frozen=True)
class Case:
    """A change to a set: after which segment text, what is put there in its place or behind it, and the errors then."""

    row: str
    set_id: str
    old: str
    new: str
    errors: list[str]


CASES = [
    Case("PX-01", "837", "ST*837*0001*005010X222A1", "ST*837*0001", ["ST03 1"]),
    Case("PX-02", "837", "NM1*IL*1*DOE*ANN****MI*M1", "NM1*IL*2*DOE LTD", []),
    Case("PX-03", "837", "PER*IC*HELP*TE*5555550100", "PER*IC*HELP*ED*5555550100", ["PER03 7"]),
    Case("PX-03", "837", "PER*IC*HELP*TE*5555550100", "PER*IC*HELP*TE*5555550100*ED*1", ["PER05 7"]),
    Case("PX-04", "837", "HI*ABK:E119", "REF*4N*9\nHI*ABK:E119", ["REF02 7"]),
    Case("PX-04", "837", "HI*ABK:E119", "REF*4N*7\nHI*ABK:E119", []),
    Case("PX-05", "837", "HI*ABK:E119", "REF*F5*X\nHI*ABK:E119", ["REF02 7"]),
    Case("PX-06", "837", "NM1*PR*2*OTHER*****PI*P2", "NM1*PR*2*OTHER*****PI*P2\nREF*T4*N", ["REF02 7"]),
    Case("PX-07", "837", "SV1*HC:99213*100*UN*1***1", "SV1*HC:99213*100*UN*1***1\nPWK*CT*AD", []),
    Case("PX-07", "837", "SV1*HC:99213*100*UN*1***1", "SV1*HC:99213*100*UN*1***1\nPWK*CT*EL***AC*12", []),
    Case("PX-40", "837", "CAS*CO*45*10", "CAS*CO*ZZ9*10", ["CAS02 7"]),
    Case("PX-40", "837", "CAS*CO*45*10", "CAS*CO*45*10**253*1", []),
    Case("PX-51", "837", "N4*TOWN*MN*55401", "N4*TOWN*NL*A1A1A1", []),
    Case("HP-01", "837", "LX*1", "LX*2", ["LX01 7"]),
    Case("HP-21", "837", "N4*TOWN*MN*55401", "N4*TOWN*ZZ*55401", ["N402 7"]),
    Case("HP-28", "837", "BHT*0019*00*REF1*20250101*1200*CH", "BHT*0019*00*REF1*20250101*1200*31", []),
    Case("PX-39", "835", "PLB*1234567893*20251231*WO:1*5*72:2*-5", "PLB*1*20251231*WO:1*5*ZQ:2*-5", ["PLB05-1 7"]),
    Case("PX-40", "835", "CAS*CO*45*10", "CAS*CO*ZZ9*10", ["CAS02 7"]),
    Case("PX-50", "835", "NM1*QC*1*DOE*ANN", "NM1*QC*1*DOE*ANN\nMOA***N919", []),
    Case("PX-43", "999", "IK5*R*5", "CTX*SITUATIONAL TRIGGER*CLM*18\nIK5*R*5", []),
    Case("PX-44", "999", "CTX*SITUATIONAL TRIGGER*CLM*18", "CTX*SITUATIONAL TRIGGER*CLM*18***127", ["CTX06 I10"]),
    Case("PX-45", "999", "CTX*CLM01:C1", "CTX*CLM01:C1****1", ["CTX05 I10"]),
    Case("PX-46", "999", "IK3*REF*10**8", "IK3*REF*10", ["IK304 1"]),
    Case("PX-47", "999", "IK4*2*127*7", "IK4*2*127*11", ["IK403 7"]),
]


@pytest.mark.parametrize("set_id", sorted(GUIDES))
def test_the_sets_are_right_as_they_stand(set_id: str) -> None:
    """The sets that the cases change have no errors."""
    assert errors(set_id, GUIDES[set_id][2]) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}-{case.new[:24]}")
def test_a_correction_holds(case: Case) -> None:
    """A set with the erratum's case in it has the errors the guide asks for, and no others."""
    texts = GUIDES[case.set_id][2]
    place = texts.index(case.old)
    changed = [*texts[:place], *case.new.split("\n"), *texts[place + 1 :]]
    assert errors(case.set_id, changed) == case.errors
