"""Files as CSV: what stands in which column, and what no spreadsheet may run."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.conversion.csv_cells import csv_line
from hpedi.conversion.csv_document import Rows, csv_document
from hpedi.conversion.scan import scan
from hpedi.conversion.units import units
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from tests.conversion.odd_files import CLAIMS, odd_files
from tests.x12.cases import ISA

GUIDES = GuideFiles()
REMITTANCE = (
    f"{ISA}GS*HP*LAKES*94267*20260131*0905*1*X*005010X221A1~ST*835*0001~BPR*I*80*C*ACH*CCP*01*091000019*DA*1*1512345678**"
    "01*091000019*DA*2*20260131~TRN*1*900000001*1512345678~DTM*405*20260131~N1*PR*PLAN~N3*1 ELM~N4*EDINA*MN*55424~"
    "PER*BL*DESK*TE*5075550100~N1*PE*LAKES*XX*1000002000~LX*1~CLP*A1*1*150*80*20*12*ICN1*11*1~CAS*PR*1*20~"
    "NM1*QC*1*DOE*ANN****MI*M1~SVC*HC:99213:25*100*80**1~DTM*472*20260110~CAS*CO*45*20*1*253*-0.5~SVC*HC:99214*50*0~"
    "DTM*472*20260111~CAS*CO*45*50~SE*20*0001~GE*1*1~IEA*1*000000905~"
)


def rows_of(content: bytes, rows: Rows) -> tuple[list[dict[str, str]], list[str]]:
    """Return the rows of a file and the codes of what was found."""
    told: list[Finding] = []
    written = b"".join(csv_document(units(scan([content]), GUIDES.guide_for), rows, told.append))
    read = list(csv.DictReader(io.StringIO(written.decode(), newline=""), strict=True))
    assert not [row for row in read if None in row or None in row.values()]
    return read, [finding.kind.code for finding in told]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+CMD|' /C calc'!A0", "'+CMD|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\rX", '"\'\rX"'),
        ("  =1+1", "'  =1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-", "'-"),
        ('=HYPERLINK("a","b")', '"\'=HYPERLINK(""a"",""b"")"'),
        ("-12.50", "-12.50"),
        ("+1.", "+1."),
        ("-.5", "-.5"),
        ("0012", "0012"),
        ("-1e5", "'-1e5"),
        ("11:B:1", "11:B:1"),
        ("A,B", '"A,B"'),
        ('5" PIPE', '"5"" PIPE"'),
        ("O'NEIL", "O'NEIL"),
        ("", ""),
    ],
)
def test_a_cell_is_no_formula(value: str, cell: str) -> None:
    """What a spreadsheet would run gets an apostrophe in front; numbers stay numbers; quotes follow RFC 4180."""
    assert csv_line([value]) == f"{cell}\r\n"


@given(st.lists(st.text(st.characters(max_codepoint=0xFF, exclude_characters="\x00")), min_size=1, max_size=5))
def test_any_reader_reads_the_cells(cells: list[str]) -> None:
    """A row read as RFC 4180 is the cells, but for an apostrophe; none is left that starts a formula."""
    (row,) = csv.reader(io.StringIO(csv_line([*cells, "end"]), newline=""), strict=True)
    assert [read.removeprefix("'") for read in row] == [sent.removeprefix("'") for sent in (*cells, "end")]
    for cell in row:
        assert cell[:1] not in {*"=+-@\t\r"} or Decimal(cell) is not None


def test_each_segment_is_a_row() -> None:
    """A row a segment: its place, loop, claim, name, and its elements as sent."""
    rows, found = rows_of(CLAIMS.encode(), Rows.SEGMENTS)
    assert not found
    assert [row["segment"] for row in rows] == [text.split("*")[0] for text in CLAIMS.split("~")[:-1]]
    claim = rows[19]
    places = ("interchange", "group", "transaction_set", "set", "position", "loop", "loop_path", "claim", "name")
    assert [claim[name] for name in places] == [
        *("000000905", "1", "837", "0001", "18", "2300", "2000A/2000B/2300", "A1", "Claim Information"),
    ]
    assert [claim[f"e{position:02}"] for position in range(1, 10)] == ["A1", "100", "", "", "11:B:1", *"YAYY"]
    assert (rows[-1]["claim"], rows[-1]["set"], rows[-1]["position"]) == ("", "", "")


def test_no_element_is_lost() -> None:
    """Elements beyond the columns stand together in the last."""
    rows, _ = rows_of(CLAIMS.replace("LX*1~", "LX*" + "*".join("ABCDEFGHIJ" * 4) + "~").encode(), Rows.SEGMENTS)
    line = next(row for row in rows if row["segment"] == "LX")
    assert (line["e31"], line["more"]) == ("A", "*".join("BCDEFGHIJ"))


def test_a_claim_is_a_row() -> None:
    """A row a claim with patient, payer, provider and dates; an institution's and a dependent's too."""
    second = "HL*3*2*23*0~PAT*19~NM1*QC*1*DOE*TIM~N3*2 OAK~N4*EDINA*MN*554240000~DMG*D8*20140821*M~CLM*=A2*-7***11:B:1~"
    content = CLAIMS.replace("SE*23", f"{second}SE*30").replace("20260110", "20260231")
    (own, other), _ = rows_of(content.encode(), Rows.CLAIMS)
    assert [
        own[name] for name in ("patient_control_number", "charged", "subscriber_id", "payer_id", "facility_code")
    ] == [
        *("A1", "100", "M1", "94267", "11"),
    ]
    assert (own["principal_diagnosis"], own["billing_provider_npi"], own["patient_first_name"]) == (
        *("J029", "1000002000", "ANN"),
    )
    assert (own["first_line_date"], own["patient_birth_date"]) == ("20260231", "1979-04-12")
    assert (other["patient_control_number"], other["charged"], other["claim_number"]) == ("'=A2", "-7", "2")
    assert (other["patient_first_name"], other["subscriber_first_name"], other["first_line_date"]) == ("TIM", "ANN", "")


def test_a_line_is_a_row() -> None:
    """A row a service line, with its claim; a claim without lines has one row."""
    content = CLAIMS.replace("SE*23", "LX*2~SV1*HC:99214:25*50*UN*2***1~DTP*472*RD8*20260111-20260112~CLM*A2*1~SE*27")
    first, second, bare = rows_of(content.encode(), Rows.LINES)[0]
    names = (
        "patient_control_number",
        "line_number",
        "procedure",
        "modifier_1",
        "line_charged",
        "units",
        "line_to_date",
    )
    assert [first[name] for name in names] == ["A1", "1", "99213", "", "100", "1", "2026-01-10"]
    assert [second[name] for name in names] == ["A1", "2", "99214", "25", "50", "2", "2026-01-12"]
    assert [bare[name] for name in names] == ["A2", "", "", "", "", "", ""]


def test_a_remittance_has_the_same_table() -> None:
    """An 835 fills the columns it shares with claims, and those of payment and adjustments."""
    (claim,), _ = rows_of(REMITTANCE.encode(), Rows.CLAIMS)
    names = (
        "patient_control_number",
        "claim_status",
        "charged",
        "paid",
        "adjustments",
        "payment_number",
        "payment_date",
    )
    assert [claim[name] for name in names] == ["A1", "1", "150", "80", "PR-1 20", "900000001", "2026-01-31"]
    assert (claim["first_line_date"], claim["last_line_date"]) == ("2026-01-10", "2026-01-11")
    first, second = rows_of(REMITTANCE.encode(), Rows.LINES)[0]
    names = ("procedure", "modifier_1", "line_charged", "line_paid", "line_adjustments", "line_from_date")
    assert [first[name] for name in names] == ["99213", "25", "100", "80", "CO-45 20; CO-253 -0.5", "2026-01-10"]
    assert [second[name] for name in names] == ["99214", "", "50", "0", "CO-45 50", "2026-01-11"]


def test_what_rows_do_not_tell_is_found() -> None:
    """Text in no interchange and a cut off interchange are findings."""
    content = CLAIMS.encode() + b"noise" + CLAIMS[:-30].encode()
    assert rows_of(content, Rows.SEGMENTS)[1] == ["text-outside-interchange", "interchange-cut-off"]


def test_a_set_without_a_guide_has_segments_only() -> None:
    """Without a guide there are rows of segments, none of claims."""
    content = CLAIMS.replace("005010X222A1", "004010X098A1").encode()
    assert len(rows_of(content, Rows.SEGMENTS)[0]) == CLAIMS.count("~")
    assert not rows_of(content, Rows.LINES)[0]


@given(odd_files(), st.sampled_from(list(Rows)))
def test_every_file_has_rows(content: bytes, rows: Rows) -> None:
    """Whatever is in a file, the CSV is well formed."""
    rows_of(content.replace(b"\x00", b""), rows)
