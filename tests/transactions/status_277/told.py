"""277 bytes taken apart by hand for tests: what is told of each claim and line, without our models."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class ToldLine:
    """A line: SVC as sent, its statuses, REF*FJ and days."""

    service: list[str]
    statuses: list[str] = field(default_factory=list)
    control_number: str = ""
    days: str = ""


@dataclass(slots=True)
class ToldClaim:
    """A claim: its patient, trace, statuses (STC01, STC10, STC11), STC02 to STC09 as sent, references and lines."""

    patient: str
    trace: str
    statuses: list[str] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    days: str = ""
    lines: list[ToldLine] = field(default_factory=list)

    @property
    def charged(self) -> str:
        """STC04."""
        return self.status[3]

    @property
    def paid(self) -> str:
        """STC05."""
        return self.status[4]

    @property
    def number(self) -> str:
        """REF*1K."""
        return self.references.get("1K", "")

    @property
    def payment(self) -> tuple[str, str]:
        """STC08 and STC09: date and number of the payment."""
        return self.status[7], self.status[8]


def told_of(content: bytes) -> list[ToldClaim]:
    """Return what a file of 277 sets tells of claims; refusals of a receiver or provider have the patient ''."""
    told: list[ToldClaim] = []
    patient = ""
    for segment in content.decode().replace("\n", "").split("~"):
        name, *elements = segment.split("*")
        elements += [""] * 12
        if name == "HL":
            patient = "" if elements[2] in ("21", "19") else patient
        elif name == "NM1" and elements[0] in ("IL", "QC"):
            patient = f"{elements[2]}, {elements[3]}"
        elif name == "TRN":
            told.append(ToldClaim(patient, elements[1]))
        elif name == "SVC":
            told[-1].lines.append(ToldLine([each for each in elements[:7] if each]))
        elif name in ("STC", "REF", "DTP") and told:
            _take(told[-1], name, elements)
    return told


def _take(claim: ToldClaim, name: str, elements: list[str]) -> None:
    line = claim.lines[-1] if claim.lines else None
    if name == "STC":
        statuses = [each.rstrip(":") for each in (elements[0], elements[9], elements[10]) if each]
        (claim if line is None else line).statuses.extend(statuses)
        claim.status = elements[:9] if line is None else claim.status
    elif name == "REF" and line is not None:
        line.control_number = elements[1]
    elif name == "REF":
        claim.references[elements[0]] = elements[1]
    else:
        (claim if line is None else line).days = elements[2]
