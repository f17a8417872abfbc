"""Whether all that a file names belongs to the partner who handed it in."""

from __future__ import annotations

import pytest

from hpedi.partners.ownership import not_owned
from hpedi.reference.partners import Partner
from hpedi.x12.reader import read_x12
from tests.partners.profiles import LAKES, NORTH, OPEN


def claim_file(isa: str = "ZZ*LAKES          ", gs: str = "LAKESAPP", submitter: str = "LAKES1") -> bytes:
    """Return an interchange with one 837 that ends after its first HL."""
    return (
        f"ISA*00*          *00*          *{isa}*ZZ*94267          *260302*0900*^*00501*000000001*0*P*:~"
        f"GS*HC*{gs}*94267*20260302*0900*1*X*005010X222A1~ST*837*0001*005010X222A1~"
        f"NM1*41*2*LAKES*****46*{submitter}~HL*1**20*1~NM1*41*2*X*****46*IGNORED~SE*5*0001~GE*1*1~IEA*1*000000001~"
    ).encode()


@pytest.mark.parametrize(
    ("login", "content", "codes"),
    [
        (LAKES, claim_file(), ()),
        (LAKES, claim_file(isa="30*419000001      "), ("sender-not-owned",)),
        (LAKES, claim_file(isa="ZZ*NOBODY         "), ("sender-not-owned",)),
        (LAKES, claim_file(gs="NORTHAPP"), ("group-sender-not-owned",)),
        (LAKES, claim_file(submitter="NORTH1"), ("submitter-not-owned",)),
        (LAKES, claim_file(submitter=""), ("submitter-not-owned",)),
        (NORTH, claim_file(), ("sender-not-owned", "group-sender-not-owned", "submitter-not-owned")),
        (LAKES, claim_file() + claim_file(gs="NORTHAPP"), ("group-sender-not-owned",)),
    ],
)
def test_each_identity_must_be_the_logins(login: Partner, content: bytes, codes: tuple[str, ...]) -> None:
    """ISA06, GS02 and 1000A NM109 are each told where they are not the login's, in every interchange of the file."""
    assert not_owned(read_x12([content]), login, (LAKES, NORTH, OPEN)) == codes


def test_who_lists_none_owns_what_no_other_partner_lists() -> None:
    """A profile without GS02 and submitters may use any but those of another partner."""
    own = claim_file(isa="ZZ*OPEN           ", gs="ANY", submitter="ANY")
    foreign = claim_file(isa="ZZ*OPEN           ", gs="NORTHAPP", submitter="LAKES1")
    every = (LAKES, NORTH, OPEN)
    assert not_owned(read_x12([own]), OPEN, every) == ()
    assert not_owned(read_x12([foreign]), OPEN, every) == ("group-sender-not-owned", "submitter-not-owned")
