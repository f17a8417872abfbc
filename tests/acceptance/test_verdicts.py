"""Verdicts: which unit a finding refuses, and how verdicts roll up."""

from __future__ import annotations

import pytest

from hpedi.acceptance.verdicts import Level, Verdict, answered_at, own_verdict, refused_level, rolled_up, verdict_of
from hpedi.finding_kinds import FINDING_KINDS, found
from hpedi.findings import Severity, Where

A, E, P, R = (
    Verdict.ACCEPTED,
    Verdict.ACCEPTED_WITH_ERRORS,
    Verdict.PARTIALLY_ACCEPTED,
    Verdict.REJECTED,
)


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ("interchange-cut-off", Level.INTERCHANGE),
        ("limit-exceeded", Level.INTERCHANGE),
        ("set-count", Level.GROUP),
        ("segment-count", Level.SET),
        ("element-code", Level.SET),
        ("claim-amount", Level.CLAIM),
        ("empty-segment", Level.GROUP),
    ],
)
def test_a_finding_refuses_the_unit_it_is_answered_at(kind: str, level: Level) -> None:
    """The code sent says which unit is refused; what sends nothing counts where it stands."""
    assert refused_level(found(kind, Where()), Level.GROUP) is level


def test_every_kind_answers_at_one_level_at_most() -> None:
    """No kind of finding is answered twice."""
    for kind in FINDING_KINDS.values():
        sent = kind.sent
        levels = [bool(sent.ta105), bool(sent.ak905), bool(sent.ik502 or sent.ik304), bool(sent.status)]
        assert sum(levels) == (answered_at(kind) is not None), kind.code


def test_an_error_rejects_and_a_warning_is_noted() -> None:
    """By its own findings a unit is rejected, accepted with errors or accepted."""
    error = found("element-code", Where())
    warning = found("element-code", Where(), severity=Severity.WARNING)
    assert verdict_of([warning, error]) is R
    assert verdict_of([warning]) is E
    assert verdict_of([]) is A
    assert own_verdict(errors=0, warnings=2) is E


@pytest.mark.parametrize(
    ("own", "parts", "whole"),
    [
        (A, [], A),
        (A, [A, A], A),
        (A, [A, E], E),
        (E, [A, A], E),
        (A, [A, R], P),
        (E, [R, E], P),
        (A, [P, A], P),
        (A, [P], P),
        (A, [P, R], P),
        (A, [R, R], R),
        (R, [A, A], R),
        (E, [], E),
        (R, [], R),
    ],
)
def test_verdicts_roll_up(own: Verdict, parts: list[Verdict], whole: Verdict) -> None:
    """A unit is rejected by itself or with all its parts, and partially accepted with some."""
    assert rolled_up(own, parts) is whole
    assert rolled_up(own, set(parts)) is whole
