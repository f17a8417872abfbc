"""Judging files: one fault each, and what it refuses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hpedi.acceptance.claim_checks import PayerFacts, payer_checks
from hpedi.acceptance.verdicts import Verdict
from hpedi.claims.parties import Payer
from hpedi.money import usd
from tests.acceptance.submissions import JOHN, MARY, changed, handed_out, judged, only, submitted

OURS = payer_checks(PayerFacts(payer_ids={"94267"}, billing_npis={"1000000012"}))


def test_a_clean_file_is_accepted() -> None:
    """Nothing is found in a file without fault, and every claim is handed out with its place."""
    data = submitted()
    interchange = only(data)
    (group,) = interchange.groups
    (judged_set,) = group.sets
    assert interchange.findings() == []
    assert {interchange.verdict, group.verdict, judged_set.verdict} == {Verdict.ACCEPTED}
    assert (interchange.control_number, interchange.ta1) == ("000000905", ("A", "000"))
    assert (interchange.byte_offset, interchange.end_offset) == (0, len(data))
    assert (group.functional_id, group.stated) == ("HC", 1)
    assert (judged_set.id, judged_set.guide, judged_set.claims) == ("837", "005010X222A1", 2)
    assert judged_set.header is not None
    assert judged_set.header.reference == "BATCH7"
    claims = handed_out(data)
    assert [claim.placed.claim for claim in claims] == [MARY, JOHN]
    assert [(claim.ordinal, claim.set_ordinal) for claim in claims] == [(1, 1), (2, 1)]
    texts = data.decode().split("~")
    for claim in claims:
        set_texts = texts[2:]
        assert set_texts[claim.placed.first_segment - 1].startswith("CLM*" + claim.placed.patient_control_number)
        assert set_texts[claim.placed.last_segment - 1].startswith("DTP*472")


def test_a_fault_in_a_set_refuses_the_set_and_names_the_claim() -> None:
    """An element error rejects its set alone; the claim it lies in is known by its number."""
    data = changed(submitted([MARY], [JOHN]), "CLM*PCN2*185*", "CLM*PCN2*ABC*")
    interchange = only(data)
    first, second = interchange.groups[0].sets
    assert (first.verdict, second.verdict) == (Verdict.ACCEPTED, Verdict.REJECTED)
    assert interchange.verdict is Verdict.PARTIALLY_ACCEPTED
    (finding,) = second.noted.findings
    assert (finding.code, finding.where.segment_id, finding.where.element) == ("element-character", "CLM", 2)
    assert finding.where.byte_offset == data.index(b"CLM*PCN2")
    where = finding.where
    assert (where.file, where.interchange, where.transaction_set) == ("a.x12", "000000905", "0002")
    unit = second.unit_at(finding.where.segment or 0)
    assert unit is not None
    assert (unit.name, unit.value) == ("CLM01", "PCN2")


def test_a_wrong_segment_count_refuses_the_set() -> None:
    """SE01 is checked by the reader and counts against the set."""
    data = submitted([MARY], [JOHN])
    first, second = only(changed(data, "SE*24*0001", "SE*7*0001")).groups[0].sets
    assert [each.code for each in first.noted.findings] == ["segment-count"]
    assert (first.syntax, first.verdict, second.verdict) == (Verdict.REJECTED, Verdict.REJECTED, Verdict.ACCEPTED)


def test_a_set_without_a_guide_is_refused_and_the_rest_goes_on() -> None:
    """We have no guide for an 850: a finding, and the next set is judged."""
    data = submitted([MARY], [JOHN])
    first, second = only(changed(data, "ST*837*0001", "ST*850*0001")).groups[0].sets
    assert "set-not-supported" in [each.code for each in first.noted.findings]
    assert (first.guide, first.claims) == ("", 0)
    assert second.verdict is Verdict.ACCEPTED


def test_a_cut_off_file_refuses_the_interchange() -> None:
    """An interchange without IEA is refused whole, and so is what was read of it."""
    data = submitted([MARY], [JOHN])
    interchange = only(data[: data.index(b"CLM*PCN2")])
    assert interchange.ta1 == ("R", "023")
    assert {interchange.verdict, *(each.verdict for each in interchange.groups[0].sets)} == {Verdict.REJECTED}
    assert interchange.groups[0].sets[0].syntax is Verdict.ACCEPTED


def test_a_wrong_set_count_refuses_the_group() -> None:
    """GE01 counts against the group and refuses its sets."""
    (group,) = only(changed(submitted(), "GE*1*1", "GE*2*1")).groups
    assert (group.syntax, group.verdict, group.sets[0].verdict) == (Verdict.REJECTED,) * 3
    assert group.sets[0].syntax is Verdict.ACCEPTED
    assert group.stated == 2


def test_a_claim_out_of_balance_is_refused_alone() -> None:
    """CLM02 that is not the sum of its lines refuses the claim; its set's syntax is accepted."""
    (judged_set,) = only(submitted([replace(MARY, charged=usd("184.99")), JOHN])).groups[0].sets
    assert (judged_set.syntax, judged_set.verdict) == (Verdict.ACCEPTED, Verdict.PARTIALLY_ACCEPTED)
    assert (judged_set.claims, judged_set.claims_rejected) == (2, 1)
    (finding,) = judged_set.noted.findings
    assert (finding.code, finding.where.segment_id, finding.where.element) == ("claim-balance", "CLM", 2)


def test_a_fraction_of_a_cent_is_never_rounded() -> None:
    """An amount with three places makes no claim, and the claim is refused."""
    first, second = handed_out(changed(submitted(), "CLM*PCN2*185*", "CLM*PCN2*185.001*"))
    assert first.verdict is Verdict.ACCEPTED
    assert (second.verdict, second.placed.claim, second.placed.charged) == (Verdict.REJECTED, None, None)
    assert [(each.code, each.where.element) for each in second.findings] == [("claim-amount", 2), ("claim-balance", 2)]
    assert second.placed.subscriber == JOHN.subscriber
    assert second.placed.dates is not None


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        (replace(MARY, payer=Payer(name="OTHER", id="12345")), "payer-not-us"),
        (replace(MARY, billing=replace(MARY.billing, npi="1000000103")), "billing-provider-unknown"),
        (replace(MARY, billing=replace(MARY.billing, npi="1000000013")), "billing-npi"),
        (replace(MARY, lines=(replace(MARY.lines[0], diagnosis_pointers=(1, 2)),)), "diagnosis-pointer"),
    ],
)
def test_each_check_of_the_payer_refuses_its_claim(claim: object, kind: str) -> None:
    """A claim that fails one check is refused for it, and its neighbour is not."""
    first, second = handed_out(submitted([claim, JOHN]), claim_checks=OURS, highest_snip=7)  # type: ignore[list-item]
    assert kind in [each.code for each in first.findings]
    assert (first.verdict, second.verdict) == (Verdict.REJECTED, Verdict.ACCEPTED)


def test_levels_above_the_highest_asked_are_left_out() -> None:
    """With --snip 2 a claim out of balance passes."""
    data = submitted([replace(MARY, charged=usd("184.99"))])
    assert only(data, highest_snip=2).verdict is Verdict.ACCEPTED
    assert only(data, highest_snip=3).verdict is Verdict.REJECTED


def test_findings_are_counted_and_the_first_kept() -> None:
    """Beyond the limit findings are counted only; the verdict does not change."""
    data = submitted([MARY] * 5).replace(b"SV1*HC:T1015*185*UN*", b"SV1*HC:T1015*185*ZZ*")
    (judged_set,) = only(data, findings_kept=2).groups[0].sets
    assert (len(judged_set.noted.findings), judged_set.noted.errors, judged_set.noted.left_off) == (2, 5, 3)
    assert judged_set.verdict is Verdict.REJECTED


def test_text_around_an_interchange_leaves_it_alone() -> None:
    """Bytes outside any interchange are a finding of the file; the interchange is judged as it is."""
    file = judged(submitted() + b"GOODBYE")
    assert [each.code for each in file.findings] == ["text-outside-interchange"]
    assert file.interchanges[0].verdict is Verdict.ACCEPTED
    assert file.verdict is Verdict.PARTIALLY_ACCEPTED


def test_what_is_not_x12_is_rejected() -> None:
    """A file without an interchange has a finding and the verdict rejected."""
    file = judged(b"%PDF-1.7 ...")
    assert [each.code for each in file.findings] == ["not-x12"]
    assert (file.interchanges, file.verdict) == ((), Verdict.REJECTED)


def test_an_interchange_stands_once_in_a_file() -> None:
    """A second interchange of the same sender, receiver and number is refused; the first is judged as it is."""
    first, second = judged(submitted() * 2).interchanges
    assert (first.verdict, second.ta1) == (Verdict.ACCEPTED, ("R", "025"))
    (finding,) = second.noted.findings
    assert (finding.code, finding.where.element) == ("interchange-repeated", 13)


def test_a_group_without_sets_is_told() -> None:
    """A group holds one set or more; one without any is a warning at its GE."""
    whole = submitted()
    empty = whole[: whole.index(b"ST*")] + whole[whole.index(b"GE*1") :].replace(b"GE*1", b"GE*0")
    (group,) = only(empty).groups
    assert [(each.code, each.where.segment_id) for each in group.noted.findings] == [("group-empty", "GE")]
    assert group.verdict is Verdict.ACCEPTED_WITH_ERRORS
