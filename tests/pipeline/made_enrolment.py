"""834 files made for tests: the envelope around members that a test writes out segment by segment."""

from __future__ import annotations

ISA = "ISA*00*          *00*          *ZZ*SPONSOR        *ZZ*94267          *260302*0900*^*00501*000000001*0*{usage}*:"


def enrolment_file(*members: str, action: str = "2", effective: str = "", usage: str = "P") -> bytes:
    """Return an 834 file.

    Args:
        members: The segments of each member, one a line.
        action: BGN08.
        effective: DTP*007.
        usage: ISA15.
    """
    head = ["ST*834*0001*005010X220A1", f"BGN*00*REF1*20260302*0900*CT***{action}"]
    head += [f"DTP*007*D8*{effective}"] if effective else []
    head += ["N1*P5*PINEWOOD FOODS*FI*410000999", "N1*IN*HPEDI SAMPLE HEALTH PLAN*FI*410000942"]
    lines = [line.strip() for member in members for line in member.strip().splitlines()]
    body = [*head, *lines]
    group = ["GS*BE*SPONSOR*94267*20260302*0900*1*X*005010X220A1", *body, f"SE*{len(body) + 1}*0001", "GE*1*1"]
    return "~\n".join([ISA.format(usage=usage), *group, "IEA*1*000000001", ""]).encode()


def member(
    ins: str, card: str, name: str, born: str, *coverage: str, sex: str = "F", before: str = "", ends: str = ""
) -> str:
    """Return the segments of a member.

    Args:
        ins: INS01 to INS03, as `Y*18*021`.
        card: REF*0F.
        name: NM103 and NM104, as `ELM*ANA`.
        born: DMG02.
        coverage: Segments of 2300 and below, one a text.
        sex: DMG03.
        before: NM103 and NM104 of 2100B.
        ends: DTP*357.
    """
    subscriber = ins.startswith("Y")
    return "\n".join(
        [
            f"INS*{ins}**A{'***FT' if subscriber else ''}",
            f"REF*0F*{card}",
            *([f"DTP*357*D8*{ends}"] if ends else []),
            "DTP*356*D8*20260101",
            f"NM1*{'74' if before else 'IL'}*1*{name}",
            "N3*1 ELM ST",
            "N4*MANKATO*MN*56001",
            f"DMG*D8*{born}*{sex}",
            *([f"NM1*70*1*{before}"] if before else []),
            *coverage,
        ]
    )


def health(maintenance: str, plan: str, start: str = "", end: str = "", level: str = "FAM") -> str:
    """Return the segments of a coverage (HD01, HD04, DTP*348, DTP*349, HD05)."""
    days = [f"DTP*{qualifier}*D8*{day}" for qualifier, day in (("348", start), ("349", end)) if day]
    return "\n".join([f"HD*{maintenance}**HLT*{plan}*{level}", *days])


def other(order: str, start: str, payer: str = "OTHER MUTUAL", coordination: str = "1") -> str:
    """Return the segments of another payer's coverage."""
    return "\n".join([f"COB*{order}**{coordination}", f"DTP*344*D8*{start}", f"NM1*IN*2*{payer}*****NI*99999"])
