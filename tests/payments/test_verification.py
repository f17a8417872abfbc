"""Written 835 bytes held against what they were written from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.money import CENT, Usd, usd
from hpedi.payments.balancing import account_totals
from hpedi.payments.faults import NotAsWritten
from hpedi.payments.remit import remit
from hpedi.payments.verification import verify_remittances
from tests.payments.worked_example import NUMBERS, VACCINE, VISIT, decided, line, run_of
from tests.transactions.remittance_835.as_bytes import VERSION, interchange_of
from tests.transactions.remittance_835.examples import GS56


def guide() -> Guide:
    """Return the 835 guide that hpedi ships."""
    found = GuideFiles().guide_for("HP", VERSION, "835")
    assert found is not None
    return found


def test_what_was_written_is_verified() -> None:
    """Bytes that say what was built are returned as read."""
    (read,) = verify_remittances(interchange_of(GS56), guide(), [GS56])
    assert read.amount == usd("589.50")


def test_another_remittance_releases_nothing() -> None:
    """Bytes that read as another remittance, as another number of sets, or with a finding raise."""
    content = interchange_of(GS56)
    with pytest.raises(NotAsWritten, match="another remittance"):
        verify_remittances(content, guide(), [replace(GS56, trace_number="2")])
    with pytest.raises(NotAsWritten, match="number of sets"):
        verify_remittances(content, guide(), [GS56, GS56])
    with pytest.raises(NotAsWritten, match="segment-missing"):
        verify_remittances(content.replace(b"PER*BL*EDI SUPPORT*TE*9525550100~", b""), guide(), [GS56])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"~BPR*I*589.5*C*", b"~BPR*H*589.5*C*"),
        (b"~BPR*I*589.5*C*", b"~BPR*I*589.5*D*"),
        (b"*1411111111**01*", b"*1411111112**01*"),
        (b"~PLB*1000000012*", b"~PLB*1000000020*"),
        (b"*20261231*", b"*20271231*"),
    ],
)
def test_what_follows_from_the_rest_is_held_too(old: bytes, new: bytes) -> None:
    """BPR01, BPR03, BPR10, PLB01 and PLB02 are not kept when an 835 is read: they are compared as they were written."""
    content = interchange_of(GS56)
    assert content.count(old) == 1
    with pytest.raises(NotAsWritten, match="beside its claims"):
        verify_remittances(content.replace(old, new), guide(), [GS56])


cents = st.integers(min_value=0, max_value=1_000_000).map(lambda number: str(Usd(number) * CENT))
reasons = st.tuples(st.sampled_from(["CO", "PR", "OA"]), st.sampled_from(["1", "2", "3", "45", "97"]), cents)
lines_of_a_claim = st.lists(st.tuples(cents, st.lists(reasons, max_size=9)), min_size=1, max_size=3)
claims_of_a_run = st.lists(st.tuples(lines_of_a_claim, st.sampled_from("AG")), min_size=1, max_size=8)


@given(claims_of_a_run)
def test_every_run_balances_and_twice_gives_the_same_bytes(
    rows: list[tuple[list[tuple[str, list[tuple[str, str, str]]]], str]],
) -> None:
    """Whatever was decided, each remittance balances on building and on reading back; a second run writes the same."""
    claims = [
        decided(
            f"C{n}", *(line(lx, charged, *taken) for lx, (charged, taken) in enumerate(lines, start=1)), provider=payee
        )
        for n, (lines, payee) in enumerate(rows)
    ]
    run = run_of(*claims)
    first = remit(run, NUMBERS)
    content = interchange_of(*[remitted.remittance for remitted in first])
    verify_remittances(content, guide(), [remitted.remittance for remitted in first])
    assert interchange_of(*[remitted.remittance for remitted in remit(run, NUMBERS)]) == content
    paid = sum((decision.paid for _, decision in claims), Usd("0.00"))
    carried = sum((remitted.payment.forwarded for remitted in first), Usd("0.00"))
    assert sum(account_totals([remitted.payment for remitted in first]).values()) == paid - carried


def test_fixed_numbers_fixed_bytes() -> None:
    """The bytes of a run depend on nothing but its input."""
    run = run_of(decided("C1", VISIT, VACCINE))
    one, two = (interchange_of(remit(run, NUMBERS)[0].remittance) for _ in range(2))
    assert one == two
