"""The loops of a set as rules see them: which claims a finding refuses, and what is left to the guide."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from types import MappingProxyType

from hpedi.acceptance.loops import LoopInstance, Spot
from hpedi.acceptance.verdicts import Verdict
from tests.acceptance.balancing_files import file_of, segments
from tests.acceptance.rules.ruling import (
    ABOVE,
    CLAIM,
    Told,
    judged,
    judged_bytes,
    of_rules,
    rule,
    rule_file,
    told,
)

SECOND_SUBSCRIBER = """
    HL*3*1*22*0
    SBR*P*18*******MC
    NM1*IL*1*ROE*RAY****MI*M200
    N3*3 MAIN ST
    N4*TOWN*MN*55401
    DMG*D8*19800101*M
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
"""


def test_a_finding_in_a_claim_refuses_that_claim_alone() -> None:
    """Of two claims the one that breaks a rule is refused, and the set is listed in the 999 with its errors noted."""
    second = CLAIM.replace("CLM*C1*185.5***11", "CLM*C2*185.5***12")
    result = judged(rule_file(rule(that="CLM05-1 in 11")), ABOVE + CLAIM + second)
    (each,) = result.interchanges[0].groups[0].sets
    assert (each.claims, each.claims_rejected) == (2, 1)
    assert each.verdict is Verdict.PARTIALLY_ACCEPTED
    assert each.syntax is Verdict.ACCEPTED_WITH_ERRORS


def test_a_finding_above_claims_refuses_all_claims_below_it() -> None:
    """What is wrong with a subscriber refuses the subscriber's claims, told once, and nobody else's."""
    text = ABOVE + CLAIM + CLAIM.replace("CLM*C1", "CLM*C2") + SECOND_SUBSCRIBER + CLAIM.replace("CLM*C1", "CLM*C3")
    result = judged(rule_file(rule(at="2000B", that="SBR09 in MC")), text)
    (each,) = result.interchanges[0].groups[0].sets
    assert (each.claims, each.claims_rejected) == (3, 2)
    assert [(found.where.segment, found.where.segment_id) for found in of_rules(result)] == [(12, "SBR")]


def test_a_finding_about_the_set_refuses_every_claim() -> None:
    """What is wrong with the head of a submission refuses all of it."""
    result = judged(rule_file(rule(at="", that="BHT06 = RP")), ABOVE + CLAIM)
    (each,) = result.interchanges[0].groups[0].sets
    assert each.claims_rejected == each.claims == 1
    assert each.verdict is Verdict.REJECTED


def test_a_warning_refuses_nothing_and_is_not_sent() -> None:
    """A warning is told to who asks; the 999 does not list it and the claim goes on."""
    result = judged(rule_file(rule(severity="warning", that="CLM05-1 in 12")))
    (each,) = result.interchanges[0].groups[0].sets
    assert [found.code for found in of_rules(result)] == ["broken"]
    assert each.claims_rejected == 0
    assert each.syntax is Verdict.ACCEPTED
    assert each.verdict is Verdict.ACCEPTED_WITH_ERRORS


def test_severity_is_chosen_by_rule_id() -> None:
    """A partner or companion guide weighs a rule otherwise, or turns it off."""
    content = rule_file(rule(that="CLM05-1 in 12"))
    assert [found.is_error for found in of_rules(judged(content))] == [True]
    assert [found.is_error for found in of_rules(judged(content, severities={"T-1": "warning"}))] == [False]
    assert of_rules(judged(content, severities={"T-1": "off"})) == []


def test_an_element_that_the_guide_refused_is_not_told_again() -> None:
    """One mistake gives one finding: that of the lowest level."""
    wrong = ABOVE + CLAIM.replace("11:B:1", "11:X:1")
    assert told(rule(that="CLM05-2 in A"), text=wrong) == []
    assert told(rule(that="CLM05-2 in A")) == [Told("broken", 18, "CLM", 5, 2)]


def test_what_follows_a_missing_segment_is_still_checked() -> None:
    """A segment that is missing is told at the one after it, which is not at fault for it."""
    missing = ABOVE + CLAIM.replace("HI*ABK:E119*ABF:I10\n", "").replace("LX*1\n    SV1", "LX*1\n    SV1")
    assert told(rule(at="2400", that="LX01 > 1"), text=missing) == [Told("broken", 20, "LX", 1)]


def test_a_set_that_is_cut_off_is_not_judged_where_it_is_open() -> None:
    """What never came cannot be missing."""
    whole = b"".join(file_of("HC", "005010X222A1", "837", segments(ABOVE + CLAIM)))
    cut_off = whole[: whole.index(b"LX*2")]
    assert of_rules(judged_bytes(rule_file(rule(require="DTP[435]")), cut_off)) == []


def test_a_segment_out_of_order_ends_no_claim() -> None:
    """A REF of the claim that comes late, among the lines, moves nothing: the lines after it are the claim's."""
    late = ABOVE + CLAIM.replace("    REF*D9*T1\n", "").replace("    LX*2", "    REF*D9*T1\n    LX*2")
    assert told(rule(that="2400 count = 2"), text=late) == []


def test_totals_of_a_remittance_are_judged_at_its_end() -> None:
    """A rule about PLB, which follows the claims, is checked when the set is complete."""
    head = """
        BPR*I*100*C*CHK************20260110
        TRN*1*CHK1*1411234567
        DTM*405*20260110
        N1*PR*LAKESIDE HEALTH PLAN
        N3*1 PLAN ST
        N4*TOWN*MN*55401
        PER*BL*HELP*TE*5555550100
        N1*PE*NORTH CLINIC*XX*1234567893
        LX*1
        CLP*C1*1*100*100**12*P1
        NM1*QC*1*DOE*ANN
    """
    without = b"".join(file_of("HP", "005010X221A1", "835", segments(head)))
    with_plb = b"".join(file_of("HP", "005010X221A1", "835", segments(head + "PLB*1234567893*20261231*WO:1*5")))
    content = rule_file(rule(at="", guides=["835"], require="PLB"))
    assert [found.where.segment for found in of_rules(judged_bytes(content, without))] == [1]
    assert of_rules(judged_bytes(content, with_plb)) == []


def test_claims_are_let_go_of_once_they_were_checked() -> None:
    """Memory does not grow with the claims of a set: at most the last one is alive when the next is checked."""
    alive: list[weakref.ref[_Watched]] = []
    most = 0

    def watch(loop: LoopInstance) -> Iterator[Spot]:
        nonlocal most
        most = max(most, sum(ref() is not None for ref in alive))
        kept = _Watched()
        alive.append(weakref.ref(kept))
        loop.segments[0].elements.append(kept)  # type: ignore[arg-type]
        return iter(())

    claims = "".join(CLAIM.replace("CLM*C1", f"CLM*C{number}") for number in range(90))
    gc.disable()
    try:
        judged(rule_file(rule(check="watch")), ABOVE + claims, checks=MappingProxyType({"watch": watch}))
    finally:
        gc.enable()
    assert len(alive) == 90
    assert most <= 1


class _Watched:
    """Something that lives as long as its claim."""
