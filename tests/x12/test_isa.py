"""Each fault of an ISA segment: its finding, its place, and that the interchange is read where it can be."""

from __future__ import annotations

import pytest

from hpedi.findings import Severity
from hpedi.x12.events import Delimiters, InterchangeStart, SegmentBatch
from hpedi.x12.isa import find_header, read_header
from hpedi.x12.reader import read_x12
from tests.x12.cases import DELIMITERS, ISA, ONE_SET
from tests.x12.telling import codes, findings, unaccounted

WHOLE = ONE_SET.text


@pytest.mark.parametrize(
    ("sent", "wrong", "element", "code"),
    [
        ("ISA*00*", "ISA*01*", 1, "isa-authorization-qualifier"),
        ("          *00*          *ZZ", "          *02*          *ZZ", 3, "isa-security-qualifier"),
        ("ISA*00*", "ISA*03*", 2, "isa-authorization-missing"),
        ("          *00*          *ZZ", "          *01*          *ZZ", 4, "isa-security-missing"),
        ("*ZZ*", "*99*", 5, "isa-sender-qualifier"),
        ("*LAKES          *", "*               *", 6, "isa-sender-missing"),
        ("*94267          *", "*               *", 8, "isa-receiver-missing"),
        ("*30*", "*XX*", 7, "isa-receiver-qualifier"),
        ("*260131*", "*260132*", 9, "isa-date"),
        ("*260131*", "*260229*", 9, "isa-date"),
        ("*260131*", "*2601 1*", 9, "isa-date"),
        ("*0905*^", "*2400*^", 10, "isa-time"),
        ("*0905*^", "*0960*^", 10, "isa-time"),
        ("*00501*", "*00401*", 12, "isa-version"),
        ("*000000905*0*", "*00000090A*0*", 13, "isa-control-number"),
        ("*000000905*0*", "*000000000*0*", 13, "isa-control-number"),
        ("*000000905*0*", "*000000905*2*", 14, "isa-acknowledgment-requested"),
        ("*0*P*", "*0*Q*", 15, "isa-usage"),
        ("*^*", "*A*", 11, "isa-repetition-separator"),
        ("*^*", "*:*", 11, "isa-repetition-separator"),
        ("*^*", "* *", 11, "isa-repetition-separator"),
    ],
)
def test_wrong_element(sent: str, wrong: str, element: int, code: str) -> None:
    """A wrong element of ISA is told with its place, and the rest of the interchange is read."""
    assert sent in ISA
    text = WHOLE.replace(sent, wrong, 1).replace("IEA*1*000000905", "IEA*1*" + WHOLE.replace(sent, wrong, 1)[90:99])
    first = findings(text.encode())[0]
    assert (first.code, first.where.element, first.where.segment_id) == (code, element, "ISA")
    assert first.where.byte_offset == 0
    assert first.where.file == "in.x12"
    assert first.where.interchange == (text[90:99] if text[90:99].isdigit() else "?")
    assert first.severity is Severity.ERROR
    assert [batch for batch in read_x12([text.encode()]) if isinstance(batch, SegmentBatch)]


@pytest.mark.parametrize("leap_day", ["240229", "000101", "991231"])
def test_dates_that_are(leap_day: str) -> None:
    """ISA09 may be any day of the century."""
    assert codes(read_x12([WHOLE.replace("*260131*", f"*{leap_day}*", 1).encode()])) == []


def test_older_standards_id_is_warned_of() -> None:
    """ISA11=U with version 00501 is only warned of; nothing separates repetitions then."""
    text = WHOLE.replace("*^*", "*U*")
    (warning,) = findings(text.encode())
    assert (warning.code, warning.severity) == ("isa-repetition-separator", Severity.WARNING)
    start = next(iter(read_x12([text.encode()])))
    assert isinstance(start, InterchangeStart)
    assert start.delimiters == Delimiters("*", ":", "", "~")


def test_older_version_needs_no_repetition_separator() -> None:
    """ISA11=U is right for version 00401; the version itself is told."""
    assert codes(read_x12([WHOLE.replace("*^*00501", "*U*00401").encode()])) == ["isa-version"]


@pytest.mark.parametrize(
    "isa",
    [
        "ISA*00**00**ZZ*LAKES*30*94267*260131*0905*^*00501*000000905*0*P*:~",
        "ISA*00* *00* *ZZ*LAKES *30*94267 *260131*0905*^*00501*000000905*0*P*:~",
        "ISA*00*          *00*          *ZZ*LAKES           *30*94267          *260131*0905*^*00501*000000905*0*P*:~",
    ],
)
def test_isa_without_its_fixed_form(isa: str) -> None:
    """An ISA with the wrong widths is told as malformed, and the interchange is read."""
    data = WHOLE.replace(ISA, isa).encode()
    events = list(read_x12([data]))
    assert codes(events) == ["isa-malformed"]
    assert unaccounted(data, events) == []
    assert sum(len(event.texts) for event in events if isinstance(event, SegmentBatch)) == 5


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("*P*~~", ["delimiters-not-distinct"]),
        ("*P***", ["delimiters-not-distinct"]),
        ("*P**~", ["delimiters-not-distinct"]),
        ("*P*A~", ["isa-component-separator"]),
        ("*P* ~", ["isa-component-separator"]),
        ("*P*:G", ["isa-segment-terminator"]),
        ("*P*:\x00", ["isa-segment-terminator"]),
    ],
)
def test_unusable_delimiters(ending: str, expected: list[str]) -> None:
    """An interchange whose delimiters cannot work is told and passed over; the next one is read."""
    data = (WHOLE.replace("*P*:~", ending, 1) + "\n" + WHOLE).encode()
    events = list(read_x12([data]))
    assert codes(events) == expected
    assert sum(len(event.texts) for event in events if isinstance(event, SegmentBatch)) == 5
    assert unaccounted(data, events) == []


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"", 0),
        (b" \r\n", 0),
        (b"\xef\xbb\xbf", 0),
        (b"hello", 0),
        (b"\n\nhello", 2),
        (b"GS*HC*A*B~ST*837*1~", 0),
        (b"\xff\xfeI\x00S\x00A\x00", 0),
        (b"PK\x03\x04", 0),
    ],
)
def test_not_x12(data: bytes, offset: int) -> None:
    """A file without ISA is told once, an empty one too."""
    (finding,) = findings(data)
    assert (finding.code, finding.where.byte_offset) == ("not-x12", offset)


@pytest.mark.parametrize("data", [b"ISA", b"ISA*00*", b"ISA*00*          *00*", ISA[:103].encode(), ISA[:-1].encode()])
def test_torn_isa(data: bytes) -> None:
    """A file that ends inside ISA is told at ISA; there is no interchange to answer."""
    (finding,) = findings(data)
    assert (finding.code, finding.where.byte_offset) == ("isa-malformed", 0)


def test_text_before_the_first_isa() -> None:
    """What stands before the first ISA is told, with its length, and the interchange is read."""
    (finding,) = findings(b"From: lakes\n" + WHOLE.encode())
    assert (finding.code, finding.where.byte_offset) == ("not-x12", 0)
    assert "12 bytes" in finding.message


def test_isa_in_the_middle_of_a_line_needs_its_fixed_form() -> None:
    """Text that merely holds the letters ISA is no header."""
    text = "VISA, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r"
    assert find_header(text, 0, "") == -1
    assert find_header("junk" + ISA, 0, "") == 4
    assert find_header("junk~" + " ".join(ISA.split()), 0, "~") == 5
    assert find_header("junk*" + " ".join(ISA.split()), 0, "~") == -1


@pytest.mark.parametrize("delimiters", DELIMITERS, ids=repr)
def test_delimiters_are_read(delimiters: Delimiters) -> None:
    """The four delimiters stand at their places in ISA."""
    header = read_header(ONE_SET.bytes_with(delimiters).decode("latin-1"), 0)
    assert header is not None
    assert header.delimiters == delimiters
    assert header.end == 106
