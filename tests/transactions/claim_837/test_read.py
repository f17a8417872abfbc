"""Reading claims: what real files hold beside the plain case, and what cannot be read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hpedi.claims.adjustment import Adjustment
from hpedi.findings import Finding, Severity
from hpedi.guide_files import GuideFiles
from hpedi.guides.walk import SetWalk
from hpedi.money import usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.read import ClaimReader, PlacedClaim
from hpedi.transactions.claim_837.values import read_amount, read_count, read_quantity, read_span
from hpedi.x12.events import Delimiters, SegmentBatch
from hpedi.x12.reader import BLOCK_BYTES, read_x12
from tests.acceptance.submissions import JOHN, MARY, changed, submitted
from tests.transactions.walked import WHERE


def read(data: bytes, block_bytes: int = BLOCK_BYTES) -> list[PlacedClaim]:
    """Read the claims of a file of one set, in batches that end where blocks end."""
    guide = GuideFiles().guide_for("HC", "005010X222A1", "837")
    assert guide is not None
    walk, reader = SetWalk(guide, Delimiters(), WHERE), ClaimReader(Delimiters(), WHERE)
    claims: list[PlacedClaim] = []
    for event in read_x12([data], block_bytes=block_bytes):
        if isinstance(event, SegmentBatch):
            claims += reader.read(walk.feed(event))
    return [*claims, *reader.close()]


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str | None, str | None, int | None]]:
    """Return kind, loop, segment and element of findings."""
    return [(each.code, each.where.loop, each.where.segment_id, each.where.element) for each in findings]


@pytest.mark.parametrize("block_bytes", [16, 100, 1000])
def test_claims_do_not_depend_on_how_the_bytes_come(block_bytes: int) -> None:
    """A claim that goes over the edge of a batch is read whole, and a finding in it keeps its byte offset."""
    data = changed(submitted([MARY, JOHN, MARY]), "CLM*PCN2*185*", "CLM*PCN2*18.555*")
    whole, pieces = read(data), read(data, block_bytes)
    assert pieces == whole
    (finding,) = pieces[1].findings
    assert finding.where.byte_offset == data.index(b"CLM*PCN2")


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("CLM*PCN2*185*", "CLM*PCN2*1,85*", ("claim-amount", "2300", "CLM", 2)),
        ("CLM*PCN2*185*", "CLM*PCN2**", ("claim-amount", "2300", "CLM", 2)),
        (
            "*UN*1***1~DTP*472*D8*20260310~SE",
            "*UN*ONE***1~DTP*472*D8*20260310~SE",
            ("claim-quantity", "2400", "SV1", 4),
        ),
        ("~LX*1~SV1*HC:T1015*185*UN*1***1~DTP*472*D8*20260310~SE", "~SE", ("claim-without-line", "2400", "LX", None)),
        ("~DTP*472*D8*20260310~SE", "~SE", ("claim-undated", "2400", "DTP", None)),
        ("DTP*472*D8*20260310~SE", "DTP*472*D8*20260230~SE", ("claim-date", "2400", "DTP", 3)),
        ("DTP*472*D8*20260310~SE", "DTP*472*RD8*20260310-20260309~SE", ("claim-date", "2400", "DTP", 3)),
        ("DTP*472*D8*20260310~SE", "DTP~SE", ("claim-undated", "2400", "DTP", None)),
        ("NM1*IL*1*HILL*JOHN****MI*942670000201~", "NM1*IL*1~", ("claim-incomplete", "2010BA", "NM1", None)),
        ("~SV1*HC:T1015*185*UN*1***1~DTP*472*D8*20260310~SE", "~SE", ("claim-incomplete", "2400", "SV1", None)),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    old: str, new: str, finding: tuple[str, str, str, int | None]
) -> None:
    """A claim that lacks a part has no model, tells where, and leaves its neighbour alone."""
    first, second = read(changed(submitted(), old, new))
    assert first.claim == MARY
    assert second.claim is None
    assert finding in told(second.findings)
    assert all(each.severity is Severity.ERROR for each in second.findings)
    assert second.patient_control_number == "PCN2"


def test_references_without_a_value_are_empty() -> None:
    """A REF that has lost its value reads as none."""
    first, _ = read(changed(submitted(), "REF*D9*TRACE1~", "REF*D9~"))
    assert first.claim is not None
    assert first.claim.clearinghouse_trace == ""


def test_a_cas_of_six_reasons_is_six_adjustments() -> None:
    """A CAS holds up to six reasons; amounts and quantities are each reason's own."""
    other = (
        "SBR*P*18*******CI~CAS*PR*1*10**2*20.5*1*3*30*~CAS*CO*45*.5~AMT*D*100~OI***Y***Y~"
        "NM1*IL*1*LAKE*MARY****MI*OTHER1~NM1*PR*2*OTHER*****PI*OTHER~DTP*573*D8*20260311~"
    )
    data = submitted([MARY])
    (claim,) = read(changed(data, "HI*ABK:J029~", "HI*ABK:J029~" + other))
    assert claim.claim is not None
    (payer,) = claim.claim.other_payers
    assert payer.adjustments == (
        Adjustment("PR", "1", usd(10)),
        Adjustment("PR", "2", usd("20.50"), Decimal(1)),
        Adjustment("PR", "3", usd(30)),
        Adjustment("CO", "45", usd("0.50")),
    )
    assert (payer.paid, payer.adjudicated_on, payer.payer_id) == (usd(100), date(2026, 3, 11), "OTHER")


def test_a_procedure_code_in_hi_is_no_diagnosis() -> None:
    """HI also carries anaesthesia procedures and conditions; only diagnoses are read."""
    (claim,) = read(changed(submitted([MARY]), "HI*ABK:J029~", "HI*ABK:J029*ABF:R05~HI*BP:33414~HI*BG:A1~"))
    assert claim.claim is not None
    assert [each.code for each in claim.claim.diagnoses] == ["J029", "R05"]


def test_what_the_models_have_no_field_for_is_passed_over() -> None:
    """Segments that no model holds do not disturb those that one does."""
    around = "REF*EI*411111111~PER*IC*ANN*TE*6125550100~"
    (claim,) = read(changed(submitted([MARY]), "REF*EI*411111111~", around))
    assert claim.claim == MARY


def test_an_authorisation_of_another_payer_is_not_ours() -> None:
    """A number that REF04 gives to another payer is passed over, whatever its place among its like."""
    around = "DTP*472*D8*20260310~REF*G1*THEIRS**2U:OTHER~REF*G1*OURS~SE"
    (claim,) = read(changed(submitted([MARY]), "DTP*472*D8*20260310~SE", around))
    assert claim.claim is not None
    assert claim.claim.lines[0].prior_authorization == "OURS"


def test_providers_that_repeat_are_one_model() -> None:
    """The same provider in many claims is made once."""
    rendering = replace(MARY.billing, is_person=True, tax_id="", tax_id_qualifier="", address=None)
    claims = read(submitted([replace(MARY, rendering=rendering), replace(JOHN, rendering=rendering)]))
    first, second = (each.claim for each in claims)
    assert first is not None
    assert second is not None
    assert first.rendering is second.rendering
    assert first.billing is second.billing


@pytest.mark.parametrize(
    ("text", "amount"),
    [("0", "0.00"), ("185", "185.00"), ("18.5", "18.50"), (".5", "0.50"), ("-3.05", "-3.05"), ("10.500", "10.50")],
)
def test_amounts_are_exact(text: str, amount: str) -> None:
    """What is whole cents is read exactly, in all forms that X12 allows."""
    assert str(read_amount(text)) == amount


@pytest.mark.parametrize(
    "text", ["", "1.001", "1e3", "1_000", " 1", "1,5", "--1", ".", "NaN", "Infinity", "\u0661", "²", "9" * 40]
)
def test_what_is_no_amount_is_none(text: str) -> None:
    """Fractions of a cent, exponents and everything that Python would take but X12 does not are no amounts."""
    assert read_amount(text) is None


def test_numbers_and_days_have_bounds() -> None:
    """Counts have nine digits at most; a span goes forward; a day is a day."""
    assert [read_count(text) for text in ("7", "0012", "1234567890", "-1", "²", "")] == [7, 12, None, None, None, None]
    assert read_quantity("9" * 40) is None
    tenth = date(2026, 3, 10)
    assert read_span("D8", "20260310") == DateSpan(tenth, tenth)
    assert read_span("RD8", "20260310-20260310") == DateSpan(tenth, tenth)
    assert read_span("RD8", "20260310-20260309") is None
    assert read_span("D8", "20260310-20260310") is None
    assert read_span("DT", "202603100900") is None
