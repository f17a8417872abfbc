"""Interchanges as values and as bytes worked out by hand: the one table that is read and written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hpedi.x12.events import Delimiters
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet

INSTANT = datetime(2026, 1, 31, 9, 5, tzinfo=UTC)
ISA = "ISA*00*          *00*          *ZZ*LAKES          *30*94267          *260131*0905*^*00501*000000905*0*P*:~"
CLAIM_SEGMENTS: tuple[SegmentValues, ...] = (
    ("BHT", "0019", "00", "0123", "20260131", "0905", "CH"),
    ("SV1", ("HC", "99213", "25"), "100", "UN", "1", "", "", ("1", "2")),
    ("EB", "1", "", ["30", "98"], "", ""),
)
CLAIM_TEXT = "BHT*0019*00*0123*20260131*0905*CH~SV1*HC:99213:25*100*UN*1***1:2~EB*1**30^98~"


@dataclass(frozen=True)
class Case:
    """An interchange, its bytes with `* : ^ ~` and no line breaks, and what is told when they are read."""

    name: str
    build: Callable[[], Interchange]
    text: str
    told: tuple[str, ...]

    def bytes_with(self, delimiters: Delimiters, line_break: str = "") -> bytes:
        """Return the bytes with other delimiters, and a line break after each terminator."""
        used = (delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment + line_break)
        return self.text.translate(str.maketrans(dict(zip("*:^~", used, strict=True)))).encode("latin-1")


def interchange(*groups: FunctionalGroup, ta1: tuple[SegmentValues, ...] = ()) -> Interchange:
    """Return an interchange from LAKES to 94267 with control number 905."""
    return Interchange(
        sender=InterchangeParty("ZZ", "LAKES"),
        receiver=InterchangeParty("30", "94267"),
        instant=INSTANT,
        control_number=905,
        usage="P",
        groups=groups,
        ta1=ta1,
    )


def group(control_number: int, *sets: TransactionSet, functional_id: str = "HC") -> FunctionalGroup:
    """Return a functional group of version 005010X222A1."""
    return FunctionalGroup(
        functional_id=functional_id,
        sender="LAKES",
        receiver="94267",
        instant=INSTANT,
        control_number=control_number,
        version="005010X222A1",
        sets=sets,
    )


def claim_set(control_number: str, segments: tuple[SegmentValues, ...] = CLAIM_SEGMENTS) -> TransactionSet:
    """Return an 837 of a few segments, which no guide would take."""
    return TransactionSet(id="837", control_number=control_number, version="005010X222A1", segments=segments)


ONE_SET = Case(
    "one set",
    lambda: interchange(group(1, claim_set("0001"))),
    f"{ISA}GS*HC*LAKES*94267*20260131*0905*1*X*005010X222A1~ST*837*0001*005010X222A1~{CLAIM_TEXT}SE*5*0001~"
    "GE*1*1~IEA*1*000000905~",
    (
        "ISA 000000905",
        "GS HC 1",
        "ST ('837', '0001', '005010X222A1')",
        "1 'ST*837*0001*005010X222A1'",
        "2 'BHT*0019*00*0123*20260131*0905*CH'",
        "3 'SV1*HC:99213:25*100*UN*1***1:2'",
        "4 'EB*1**30^98'",
        "5 'SE*5*0001'",
        "SE ('5', '0001') of 5",
        "GE ('1', '1') of 1",
        "IEA ('1', '000000905')",
    ),
)
TWO_GROUPS = Case(
    "two groups, three sets",
    lambda: interchange(
        group(1, claim_set("0001", (("CLM", "1"),)), claim_set("0002", ())), group(2, claim_set("0001", ()))
    ),
    f"{ISA}GS*HC*LAKES*94267*20260131*0905*1*X*005010X222A1~ST*837*0001*005010X222A1~CLM*1~SE*3*0001~"
    "ST*837*0002*005010X222A1~SE*2*0002~GE*2*1~GS*HC*LAKES*94267*20260131*0905*2*X*005010X222A1~"
    "ST*837*0001*005010X222A1~SE*2*0001~GE*1*2~IEA*2*000000905~",
    (
        "ISA 000000905",
        "GS HC 1",
        "ST ('837', '0001', '005010X222A1')",
        "1 'ST*837*0001*005010X222A1'",
        "2 'CLM*1'",
        "3 'SE*3*0001'",
        "SE ('3', '0001') of 3",
        "ST ('837', '0002', '005010X222A1')",
        "1 'ST*837*0002*005010X222A1'",
        "2 'SE*2*0002'",
        "SE ('2', '0002') of 2",
        "GE ('2', '1') of 2",
        "GS HC 2",
        "ST ('837', '0001', '005010X222A1')",
        "1 'ST*837*0001*005010X222A1'",
        "2 'SE*2*0001'",
        "SE ('2', '0001') of 2",
        "GE ('1', '2') of 1",
        "IEA ('2', '000000905')",
    ),
)
ACKNOWLEDGED = Case(
    "TA1 and no group",
    lambda: interchange(ta1=(("TA1", "000000111", "260130", "1201", "R", "023"),)),
    f"{ISA}TA1*000000111*260130*1201*R*023~IEA*0*000000905~",
    ("ISA 000000905", "TA1 ('000000111', '260130', '1201', 'R', '023')", "IEA ('0', '000000905')"),
)
EMPTY_GROUP = Case(
    "a group without sets",
    lambda: interchange(group(1)),
    f"{ISA}GS*HC*LAKES*94267*20260131*0905*1*X*005010X222A1~GE*0*1~IEA*1*000000905~",
    ("ISA 000000905", "GS HC 1", "GE ('0', '1') of 0", "IEA ('1', '000000905')"),
)
CASES = (ONE_SET, TWO_GROUPS, ACKNOWLEDGED, EMPTY_GROUP)

DELIMITERS = (
    Delimiters(),
    Delimiters("|", ">", "!", "\\"),
    Delimiters("\x1d", "\x1f", "\x1e", "\x1c"),
    Delimiters("*", ":", "^", "\n"),
    Delimiters("*", ":", "^", "\r"),
    Delimiters("\t", ":", "^", "'"),
    Delimiters("]", "[", "-", "\x85"),
    Delimiters("+", "\xa7", "\xac", "\xff"),
)
