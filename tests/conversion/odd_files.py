"""Files that are right, odd and broken: for what must hold of every file."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from tests.x12.cases import CASES, DELIMITERS, ISA, ONE_SET, TWO_GROUPS

CLAIMS = (
    "ISA*00*          *00*          *ZZ*LAKES          *30*94267          *260131*0905*^*00501*000000905*0*P*:~"
    "GS*HC*LAKES*94267*20260131*0905*1*X*005010X222A1~ST*837*0001*005010X222A1~"
    "BHT*0019*00*0123*20260131*0905*CH~NM1*41*2*LAKES*****46*LAKES~PER*IC*DESK*TE*5075550100~"
    "NM1*40*2*PLAN*****46*94267~HL*1**20*1~NM1*85*2*LAKES*****XX*1000002000~N3*1 ELM~N4*EDINA*MN*554240000~"
    "REF*EI*410000201~HL*2*1*22*0~SBR*P*18*******CI~NM1*IL*1*DOE*ANN****MI*M1~N3*2 OAK~N4*EDINA*MN*554240000~"
    "DMG*D8*19790412*F~NM1*PR*2*PLAN*****PI*94267~CLM*A1*100***11:B:1*Y*A*Y*Y~HI*ABK:J029~LX*1~"
    "SV1*HC:99213*100*UN*1***1~DTP*472*D8*20260110~SE*23*0001~GE*1*1~IEA*1*000000905~"
)
"""An 837P of one claim that its guide takes."""

PIECES = (
    *(b"~", b"~~", b"\n", b"\r\n", b"\r", b"  ", b"\t", b"*", b"**~", b":", b"::~", b"^", b"^^:", b"\xc3\xb1", b"\xff"),
    *(b"\x00", b"\xef\xbb\xbf", b"ISA", b"ISA*", b"IEA", b"IEA*1*000000905~", b"SE*5*0001~", b"GE*1*1~", b"noise ~"),
    *(b"ST*837*0009~", b"GS*HC~", b"TA1*1~", b"HL*7*3*22*1~", b"LX*9~", b"REF~", b"'", b"=1+1", b'"', b"\\"),
    ISA.encode(),
    ISA.replace("     ", "").encode(),
)


def _bases() -> Iterator[bytes]:
    for delimiters in DELIMITERS:
        for line_break in ("", "\n", "\r\n"):
            if delimiters.segment not in "\r\n":
                yield ONE_SET.bytes_with(delimiters, line_break)
                yield TWO_GROUPS.bytes_with(delimiters, line_break)
    yield from (case.bytes_with(DELIMITERS[0]) for case in CASES)
    yield from (CLAIMS.encode(), CLAIMS.replace("~", "~\n").encode(), CLAIMS.encode() * 2, b"")


@st.composite
def odd_files(draw: st.DrawFn) -> bytes:
    """A file that is right, with pieces put into it, cut out of it or in place of others."""
    content = draw(st.sampled_from(list(_bases())))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(content)))
        cut = draw(st.sampled_from([0, 0, 0, 1, 2, 30, 200]))
        content = content[:at] + draw(st.sampled_from(PIECES)) + content[at + cut :]
    return content


def in_chunks(content: bytes, size: int) -> list[bytes]:
    """Cut bytes into chunks."""
    return [content[start : start + size] for start in range(0, len(content), size)]
