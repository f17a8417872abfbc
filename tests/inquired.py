"""Eligibility inquiries as files, and their answers taken apart, for the tests of several folders."""

from __future__ import annotations

from collections.abc import Iterable

CLINIC = "1000002000"
"""NPI of Riverbend Family Clinic, which sends as RIVERBEND."""
ROSA = ("HL*{level}*2*22*0", "TRN*1*T-1*9RIVERBEND", "NM1*IL*1*AMBLE*ROSA****MI*HS1000001", "DMG*D8*19790412")
"""A subscriber as sent; `level` is filled in."""
TESSA = ("HL*{level}*2*22*0", "TRN*1*T-1*9RIVERBEND", "NM1*IL*1*SPECIMEN*TESSA****MI*TS0000001", "DMG*D8*19800115")
"""Somebody made up, whom inquiries sent for testing are answered about."""


def inquiry(
    *subscribers: Iterable[str],
    npi: str = CLINIC,
    sender: str = "ZZ*RIVERBEND",
    application: str = "RIVERBEND",
    number: int = 301,
    usage: str = "P",
    payer: str = "94267",
) -> bytes:
    """Return a 270 file that asks for a provider about some subscribers, each given as its segments from the HL on."""
    body = [
        "ST*270*0001*005010X279A1",
        "BHT*0022*13*REF-1*20260302*0900",
        "HL*1**20*1",
        f"NM1*PR*2*A PAYER*****PI*{payer}",
        "HL*2*1*21*1",
        f"NM1*1P*2*A CLINIC*****XX*{npi}",
    ]
    level = 3
    for subscriber in subscribers:
        segments = [*subscriber]
        below = sum(segment.startswith("HL*") for segment in segments)
        body += [segment.format(level=level, below=level + 1) for segment in segments]
        level += below
    return enveloped(body, sender=sender, application=application, number=number, usage=usage)


def enveloped(
    body: list[str],
    *,
    sender: str = "ZZ*RIVERBEND",
    application: str = "RIVERBEND",
    number: int = 301,
    usage: str = "P",
) -> bytes:
    """Return a set of segments, ST first, in an interchange of its own."""
    qualifier, name = sender.split("*")
    isa = (
        f"ISA*00*          *00*          *{qualifier}*{name:<15}*ZZ*94267          *260302*0900*^*00501*{number:09d}*0*"
        f"{usage}*:"
    )
    whole = [
        isa,
        f"GS*HS*{application}*94267*20260302*0900*1*X*005010X279A1",
        *body,
        f"SE*{len(body) + 1}*0001",
        "GE*1*1",
        f"IEA*1*{number:09d}",
    ]
    return "".join(f"{segment}~" for segment in whole).encode()


def segments_of(content: bytes, segment_id: str = "") -> list[str]:
    """Return the segments of a file, or those of an id."""
    every = content.decode().replace("\n", "").split("~")
    return [each for each in every if each and each.startswith(segment_id)]
