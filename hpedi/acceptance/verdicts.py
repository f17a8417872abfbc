"""From findings to verdicts: which unit a finding refuses, and how verdicts roll up.

Claim -> transaction set -> functional group -> interchange -> file. The level at which a finding is answered (TA1, AK9,
IK5, STC) is the level of its kind, by what the kind sends; this is the only place that decides it. A refused unit
refuses all below it and leaves its neighbours alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from hpedi.findings import Finding, FindingKind


class Verdict(StrEnum):
    """What becomes of a unit."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_ERRORS = "accepted_with_errors"
    PARTIALLY_ACCEPTED = "partially_accepted"
    REJECTED = "rejected"


class Level(StrEnum):
    """The units that can be refused, the largest first; FILE is for findings outside any interchange."""

    FILE = "file"
    INTERCHANGE = "interchange"
    GROUP = "group"
    SET = "set"
    CLAIM = "claim"


ANSWER_CODES: Final[dict[Verdict, str]] = {
    Verdict.ACCEPTED: "A",
    Verdict.ACCEPTED_WITH_ERRORS: "E",
    Verdict.PARTIALLY_ACCEPTED: "P",
    Verdict.REJECTED: "R",
}
"""AK901 of each verdict; IK501 and TA104 know A, E and R only."""


def answered_at(kind: FindingKind) -> Level | None:
    """Return the unit that a kind of finding refuses; None for a kind that sends nothing: it refuses where it stands.

    What sends a 277CA status refuses its claim alone, though the 999 may list it too.
    """
    sent = kind.sent
    if sent.ta105:
        return Level.INTERCHANGE
    if sent.ak905:
        return Level.GROUP
    if sent.status:
        return Level.CLAIM
    return Level.SET if sent.ik502 or sent.ik304 else None


def refused_level(finding: Finding, standing_in: Level) -> Level:
    """Return the unit a finding counts against.

    Args:
        finding: What was found.
        standing_in: The smallest unit open where it was found.
    """
    return answered_at(finding.kind) or standing_in


def own_verdict(*, errors: int, warnings: int) -> Verdict:
    """Return the verdict of a unit from its own findings alone."""
    if errors:
        return Verdict.REJECTED
    return Verdict.ACCEPTED_WITH_ERRORS if warnings else Verdict.ACCEPTED


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict of a unit whose only findings these are."""
    errors = warnings = 0
    for finding in findings:
        if finding.is_error:
            errors += 1
        else:
            warnings += 1
    return own_verdict(errors=errors, warnings=warnings)


def rolled_up(own: Verdict, parts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a unit from its own findings and the verdicts of its parts.

    Refused by its own findings, or with every part refused: rejected. Some parts refused: partially accepted. Only the
    kinds of verdict among the parts matter, so a set of those seen will do where the parts are too many to keep.
    """
    kinds = set(parts)
    if own is Verdict.REJECTED or kinds == {Verdict.REJECTED}:
        return Verdict.REJECTED
    if kinds & {Verdict.REJECTED, Verdict.PARTIALLY_ACCEPTED}:
        return Verdict.PARTIALLY_ACCEPTED
    if Verdict.ACCEPTED_WITH_ERRORS in kinds | {own}:
        return Verdict.ACCEPTED_WITH_ERRORS
    return Verdict.ACCEPTED
