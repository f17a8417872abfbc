"""What is written is read back: claims through real bytes, the real reader and the real guide."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.claims.claim import Claim
from hpedi.claims.submission import SubmissionHeader
from hpedi.findings import Finding
from hpedi.transactions.claim_837.claim_types import GUIDES
from hpedi.transactions.claim_837.read import ClaimReader, PlacedClaim
from hpedi.transactions.claim_837.write import FUNCTIONAL_ID, SET_ID, write_claims
from hpedi.x12.events import Delimiters
from tests.acceptance.submissions import MARY
from tests.transactions.claim_837.made_claims import HEADER, claims
from tests.transactions.claim_837.made_other_types import dental_claims, institutional_claims
from tests.transactions.walked import WHERE, in_bytes, walked

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking, which takes minutes for claims and helps little: the findings say where the fault is."""

LINE_FEEDS = Delimiters(element="|", component=">", repetition="!", segment="\n")


def read_back(
    made: list[Claim],
    header: SubmissionHeader = HEADER,
    delimiters: Delimiters = Delimiters(),  # noqa: B008  frozen
) -> tuple[list[PlacedClaim], SubmissionHeader, list[Finding]]:
    """Write claims, read them, and return them with the header and what was found."""
    version = GUIDES[made[0].type]
    data = in_bytes(FUNCTIONAL_ID, version, SET_ID, [write_claims(made, header)], delimiters)
    reader = ClaimReader(delimiters, WHERE, claim_type=made[0].type)
    read: list[PlacedClaim] = []
    found: list[Finding] = []
    for placed in walked(data, FUNCTIONAL_ID, version, SET_ID, delimiters):
        found += placed.findings
        read += reader.read(placed)
    return [*read, *reader.close()], reader.header, found


ONE_TYPE = st.one_of(
    [st.lists(of_type, min_size=1, max_size=2) for of_type in (claims, institutional_claims, dental_claims)]
)


@given(ONE_TYPE, st.sampled_from([Delimiters(), LINE_FEEDS]))
@settings(max_examples=60, phases=PHASES)
def test_what_is_written_is_read(made: list[Claim], delimiters: Delimiters) -> None:
    """Claims are read as they were written, and their guide finds nothing."""
    read, header, found = read_back(made, delimiters=delimiters)
    assert found == []
    assert [placed.findings for placed in read] == [()] * len(made)
    assert [placed.claim for placed in read] == made
    assert header == HEADER


@given(claims, st.integers(2, 5))
@settings(max_examples=10, phases=PHASES)
def test_claims_of_a_patient_share_their_levels(claim: Claim, copies: int) -> None:
    """Claims that follow each other for the same patient stand under one HL and are all read."""
    made = [replace(claim, patient_control_number=f"PCN{number}") for number in range(copies)]
    segments = [segment[0] for segment in write_claims(made, HEADER)]
    assert segments.count("HL") == (2 if claim.patient is None else 3)
    read, _, found = read_back(made)
    assert found == []
    assert [placed.claim for placed in read] == made
    assert [placed.ordinal for placed in read] == list(range(1, copies + 1))


@given(claims)
@settings(max_examples=5, phases=PHASES)
def test_more_claims_than_a_level_takes_open_it_again(claim: Claim) -> None:
    """The guide takes 100 claims below one HL; the 101st opens the next."""
    made = [replace(claim, patient_control_number=f"PCN{number}") for number in range(101)]
    read, _, found = read_back(made)
    assert found == []
    assert [placed.claim for placed in read] == made


def test_a_set_has_one_submitter() -> None:
    """Claims of another submitter than the header's are refused: a bug of the caller."""
    with pytest.raises(ValueError, match="submitter"):
        list(write_claims([replace(MARY, submitter_id="OTHER")], HEADER))


@given(claims, dental_claims)
@settings(max_examples=1, phases=PHASES)
def test_a_set_has_one_type(professional: Claim, dental: Claim) -> None:
    """Claims of two types in one set are refused: a bug of the caller."""
    with pytest.raises(ValueError, match="type"):
        list(write_claims([professional, dental], HEADER))


def test_a_set_has_a_date() -> None:
    """A header without a date, read from a damaged file, cannot be written."""
    with pytest.raises(ValueError, match="date"):
        list(write_claims([MARY], replace(HEADER, created=None)))
