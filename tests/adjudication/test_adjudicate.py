"""What holds of every decision: it balances, explains itself, counts within limits and does not depend on chance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.adjudication.adjudicate import adjudicate, lock_set, past_lines
from hpedi.adjudication.decision import ClaimDecision, PastLine, Pend
from hpedi.benefits.accumulators import AccumulatorKey
from hpedi.money import ZERO
from tests.rules.cases import PLAN, YEAR, Json, decide, payer, received_claim

CODES = ("T1015", "G0130", "G0260", "S9131", "G0439", "S2068", "G0166", "99999")
LIMITS = {
    accumulator.id: accumulator.limit
    for plan in payer()[0].plans.values()
    if plan.id == PLAN
    for version in plan.versions
    for accumulator in version.accumulators
}

lines = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(CODES),
            "date": st.sampled_from(["2026-03-10", "2026-03-11", "2026-06-30", "2026-01-01"]),
            "charge": st.decimals(min_value=0, max_value=5000, places=2).map(str),
            "units": st.sampled_from(["1", "2", "0.5"]),
            "modifiers": st.sampled_from([[], ["25"], ["59"], ["95"], ["26"]]),
            "dx": st.sampled_from([["J02.9"], ["Z00.00"]]),
        }
    ),
    min_size=1,
    max_size=5,
)
claims = st.fixed_dictionaries(
    {
        "lines": lines,
        "patient": st.sampled_from(["MARY", "ANNA"]),
        "provider": st.sampled_from(["CLINIC", "FARAWAY", "STATUTE", "STRICT"]),
        "pos": st.sampled_from(["11", "23"]),
    }
)
amounts = st.decimals(min_value=0, max_value=1, places=2)


def balances_up_to_limits(shares: list[Decimal]) -> Json:
    """Return balances that use a share of each limit of the family."""
    owners = {"ind": ("MARY", "ANNA"), "fam": ("LAKES",), "": ("MARY", "ANNA")}
    used = {}
    for share, (accumulator, limit) in zip(shares, LIMITS.items(), strict=True):
        kind = next((each for each in ("ind", "fam") if each in accumulator), "")
        for owner in owners[kind]:
            used[f"{accumulator} {owner}"] = str((limit * share).quantize(limit))
    return used


@given(claim=claims)
def test_lines_and_claim_balance(claim: Json) -> None:
    """Charge less adjustments is what is paid, on each line and on the claim, and nothing is below zero."""
    made = decide({"claim": claim})
    if isinstance(made, Pend):
        assert made.status277 == "P2:46"
        return
    for line in made.lines:
        assert line.charged - sum((each.amount for each in line.adjustments), ZERO) == line.paid
        assert ZERO <= line.paid <= line.allowed
        assert not line.denied or (line.paid, line.allowed) == (ZERO, ZERO)
        assert all(each.amount for each in line.adjustments)
    assert made.charged == sum((line.charged for line in made.lines), ZERO)
    of_lines = sum((each.amount for line in made.lines for each in line.adjustments), ZERO)
    assert made.charged - of_lines == made.paid


@given(first=claims, second=claims, shares=st.lists(amounts, min_size=len(LIMITS), max_size=len(LIMITS)))
def test_no_accumulator_goes_above_its_limit(first: Json, second: Json, shares: list[Decimal]) -> None:
    """However full the accumulators are and whatever is claimed, no limit is passed."""
    used = balances_up_to_limits(shares)
    reference, membership, members = payer()
    balances: dict[AccumulatorKey, Decimal] = {}
    for place, amount in used.items():
        accumulator, owner = place.split()
        balances[AccumulatorKey(PLAN, accumulator, owner, date.fromisoformat(YEAR))] = Decimal(amount)
    history: list[PastLine] = []
    for number, told in enumerate((first, second)):
        received = received_claim(told, members, reference, f"I{number}")
        made = adjudicate(received, reference, membership.recognise(received.claim), history, balances)
        if isinstance(made, ClaimDecision):
            for entry in made.entries:
                balances[entry.key] = balances.get(entry.key, ZERO) + entry.amount
            history = [*history, *past_lines(received, made)]
    for key, total in balances.items():
        assert total <= LIMITS[key.accumulator]


@given(
    told=st.lists(
        st.tuples(st.sampled_from(["G0130", "G0260", "G0414", "G0412"]), st.sampled_from(["2026-03-10", "2026-03-11"])),
        min_size=2,
        max_size=6,
        unique=True,
    ),
    data=st.data(),
)
def test_line_order_does_not_change_totals(told: list[tuple[str, str]], data: st.DataObject) -> None:
    """With the deductible met and the maximum far, the same lines in any order cost the same."""
    used = {"ded_ind_inn MARY": "1500.00"}
    shuffled = data.draw(st.permutations(told))

    def decided(order: list[tuple[str, str]]) -> ClaimDecision:
        claim = {"lines": [{"code": code, "date": day, "charge": "2000.00"} for code, day in order]}
        made = decide({"claim": claim, "used": used})
        assert isinstance(made, ClaimDecision)
        return made

    one, other = decided(told), decided(shuffled)
    assert (one.paid, one.patient_responsibility) == (other.paid, other.patient_responsibility)
    assert sorted(entry.amount for entry in one.entries) == sorted(entry.amount for entry in other.entries)


def test_same_input_gives_same_decision() -> None:
    """A claim decided twice from the same state is decided the same, to the last word of the trail."""
    case = {"claim": {"lines": [{"code": "T1015"}, {"code": "G0260"}]}}
    assert decide(case) == decide(case)


def test_trail_explains_every_amount() -> None:
    """The trail names member, plan, contract, fee, benefit and limits with their sources, in the order of deciding."""
    case = {
        "claim": {"lines": [{"code": "G0260", "charge": "650.00"}, {"code": "S2068"}]},
        "used": {"ded_ind_inn MARY": "1466.67", "oop_ind_inn MARY": "3950.00"},
    }
    made = decide(case)
    assert isinstance(made, ClaimDecision)
    steps = [(step.stage, step.rule, step.line) for step in made.trail]
    assert steps == [
        ("resolve", "member", 0),
        ("resolve", "coverage", 0),
        ("edits", "tried", 0),
        ("edits", "exclusion", 2),
        ("pricing", "fee_schedule", 1),
        ("cost_share", "deductible", 1),
        ("cost_share", "coinsurance", 1),
        ("cost_share", "out_of_pocket_maximum", 1),
        ("cost_share", "counted", 1),
        ("finalise", "paid", 1),
        ("finalise", "denied", 2),
    ]
    by_rule = {step.rule: step for step in made.trail}
    assert by_rule["fee_schedule"].source == "contract K-CLINIC rate R, FS a from 2026-01-01"
    assert by_rule["fee_schedule"].parameter == "G0260 400.00 a unit, the charge if less"
    assert by_rule["deductible"].parameter == "benefit MEDICAL: 33.33 left"
    assert by_rule["deductible"].source == "plan EMBEDDED from 2025-01-01"
    assert dict(by_rule["out_of_pocket_maximum"].amounts) == {"of": Decimal("106.66"), "member": Decimal("50.00")}
    assert made.snapshot == 7


def test_trail_of_a_pend_says_why_it_stopped() -> None:
    """A pend tells how far deciding came and what it waits for."""
    made = decide({"claim": {"lines": [{"code": "T1015"}, {"code": "S9516"}]}})
    assert isinstance(made, Pend)
    assert (made.reason, made.line) == ("RECORD", 2)
    assert made.trail[-1].stage == "pend"
    assert made.message in dict(made.trail[-1].inputs).values()


def test_trail_holds_no_names() -> None:
    """The trail carries our own ids, never names or card numbers of people."""
    made = decide({"claim": {"lines": [{"code": "T1015"}]}})
    told = repr([(step.parameter, step.source, step.inputs) for step in made.trail])
    assert not any(secret in told for secret in ("LAKE", "942670000101", "1964"))


def test_entries_name_claim_version_and_line() -> None:
    """An accumulator entry's source is the claim, its version and line."""
    made = decide({"claim": {"lines": [{"code": "G0447", "charge": "1.00"}, {"code": "T1015"}][1:]}})
    assert isinstance(made, ClaimDecision)
    assert {entry.source for entry in made.entries} == {"claim:ICN1/1/1"}


def test_past_lines_tell_what_later_claims_need() -> None:
    """A decided line is remembered with its benefit and copay; a claim of nobody leaves nothing."""
    reference, membership, members = payer()
    received = received_claim({"lines": [{"code": "T1015", "modifiers": ["25"]}]}, members, reference, "I")
    recognised = membership.recognise(received.claim)
    made = adjudicate(received, reference, recognised, (), {})
    assert isinstance(made, ClaimDecision)
    (line,) = past_lines(received, made)
    assert (line.member, line.benefit, line.copay, line.denied) == ("MARY", "OFFICE", Decimal("30.00"), False)
    assert (line.code, line.modifiers, line.charged, line.paid) == (
        "T1015",
        ("25",),
        Decimal("185.00"),
        Decimal("90.00"),
    )
    stranger = received_claim({"subscriber": {"member_id": "0"}, "lines": [{"code": "T1015"}]}, members, reference, "I")
    nobody = membership.recognise(stranger.claim)
    unknown = adjudicate(stranger, reference, nobody, (), {})
    assert isinstance(unknown, ClaimDecision)
    assert past_lines(stranger, unknown) == ()
    assert lock_set([nobody]) == []
    assert lock_set([recognised, nobody, recognised]) == ["LAKES"]


def test_unknown_billing_provider_pends() -> None:
    """A claim of a provider we do not know, which acceptance would have refused, is not paid to anybody."""
    reference, membership, members = payer()
    received = received_claim({"lines": [{"code": "T1015"}]}, members, reference, "I")
    claim = replace(received.claim, billing=replace(received.claim.billing, npi="1234567893"))
    made = adjudicate(replace(received, claim=claim), reference, membership.recognise(claim), (), {})
    assert isinstance(made, Pend)
    assert made.reason == "billing_provider"


def test_no_conventions_in_force_pend() -> None:
    """A claim received before the payer had conventions is not decided by later ones."""
    made = decide({"claim": {"received": "2024-12-31", "lines": [{"code": "T1015", "date": "2024-12-30"}]}})
    assert isinstance(made, Pend)
    assert made.reason == "conventions"


def test_test_claim_is_never_decided() -> None:
    """A test claim that gets here is a bug."""
    reference, membership, members = payer()
    received = received_claim({"lines": [{"code": "T1015"}]}, members, reference, "I")
    with pytest.raises(ValueError, match="test claim"):
        adjudicate(replace(received, test=True), reference, membership.recognise(received.claim), (), {})
