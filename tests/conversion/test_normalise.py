"""Files as they should stand: what is changed, what is told, and that data stay as they are."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hpedi.conversion.changes import TOLD, Change, ChangeKind
from hpedi.conversion.normalise import Wanted, normalise
from hpedi.findings import Finding
from hpedi.x12.events import SegmentBatch
from hpedi.x12.reader import read_x12
from tests.conversion.odd_files import CLAIMS, in_chunks, odd_files
from tests.x12.cases import DELIMITERS, ISA, ONE_SET

AS_IT_STANDS = Wanted(line_breaks=False)
WANTED = (Wanted(), AS_IT_STANDS, Wanted(standard_delimiters=True), Wanted(counts=False))


def normalised(content: bytes | str, wanted: Wanted = AS_IT_STANDS) -> tuple[bytes, list[ChangeKind], list[str]]:
    """Return what is written, the kinds of changes, and the codes of what is found."""
    sent = content.encode() if isinstance(content, str) else content
    told = list(normalise(in_chunks(sent, 500), wanted))
    return (
        b"".join(each for each in told if isinstance(each, bytes)),
        [each.kind for each in told if isinstance(each, Change)],
        [each.kind.code for each in told if isinstance(each, Finding)],
    )


def data(content: bytes) -> list[list[str]]:
    """Return the segments of the sets, counts and what is no data taken out."""
    texts = [text for event in read_x12([content]) if isinstance(event, SegmentBatch) for text in event.texts]
    cleaned = [text.replace("\r", "").replace("\n", "") for text in texts]
    split = [[element.rstrip(":^") for element in text.split("*")] for text in cleaned]
    counted = {"HL": (1, 2), "LX": (1,), "SE": (1,)}
    kept = [[each for at, each in enumerate(text) if each and at not in counted.get(text[0], ())] for text in split]
    return [text for text in kept if text]


@given(odd_files(), st.sampled_from(WANTED))
@example(CLAIMS.replace("GS*", "ISA*~GS*").encode(), WANTED[0])
def test_twice_is_once(content: bytes, wanted: Wanted) -> None:
    """What was normalised has nothing to change."""
    written, _, found = normalised(content, wanted)
    if not found:
        assert normalised(written, wanted) == (written, [], [])


@given(odd_files(), st.sampled_from([Wanted(), AS_IT_STANDS]))
def test_data_stay(content: bytes, wanted: Wanted) -> None:
    """No data element is changed but counts; a change is told for every byte that is."""
    written, changes, found = normalised(content, wanted)
    if not found and content[3:4] == b"*" and b":~" in content[:110] and b"^" not in content[120:]:
        assert data(written) == data(content)
    assert found or bool(changes) == (written != content)


def test_a_clean_file_stays() -> None:
    """A file that is as it should stand is written as it is."""
    assert normalised(CLAIMS) == (CLAIMS.encode(), [], [])
    in_lines = CLAIMS.replace("~", "~\n")
    assert normalised(in_lines, Wanted()) == (in_lines.encode(), [], [])


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("GS*", "\r\nGS*", ChangeKind.LINE_BREAK),
        ("BHT*", "~BHT*", ChangeKind.EMPTY_SEGMENT),
        ("BHT*", "***~BHT*", ChangeKind.TRAILING_SEPARATOR),
        ("*0905*CH~", "*0905*CH**~", ChangeKind.TRAILING_SEPARATOR),
        ("HC:99213*", "HC:99213::*", ChangeKind.TRAILING_SEPARATOR),
        ("*1 ELM~", "*1 E\nLM~", ChangeKind.LINE_BREAK_INSIDE),
        ("IEA*1*000000905~", "IEA*1*000000905", ChangeKind.TERMINATOR),
        ("*ZZ*LAKES          *", "*ZZ*LAKES*", ChangeKind.PADDING),
        ("SE*23*", "SE*22*", ChangeKind.SEGMENT_COUNT),
        ("SE*23*", "SE*A*", ChangeKind.SEGMENT_COUNT),
        ("GE*1*", "GE*2*", ChangeKind.SET_COUNT),
        ("IEA*1*", "IEA**", ChangeKind.GROUP_COUNT),
        ("HL*2*1*", "HL*7*1*", ChangeKind.HL_NUMBER),
        ("LX*1~", "LX*4~", ChangeKind.LINE_NUMBER),
    ],
)
def test_a_fault_of_form_is_mended(old: str, new: str, kind: ChangeKind) -> None:
    """Each kind of change makes the file what it was before the fault, and is told."""
    assert old in CLAIMS
    written, changes, found = normalised(CLAIMS.replace(old, new, 1))
    assert written == CLAIMS.encode()
    assert set(changes) - {ChangeKind.EMPTY_SEGMENT} == {kind} - {ChangeKind.EMPTY_SEGMENT}
    assert kind in changes
    assert not found


def test_every_change_has_its_words() -> None:
    """Each kind of change can be told."""
    assert set(TOLD) == set(ChangeKind)


def test_marks_and_blanks_around_go() -> None:
    """A byte order mark and blanks before the first ISA are left out."""
    written, changes, _ = normalised(b"\xef\xbb\xbf\n" + CLAIMS.encode())
    assert written == CLAIMS.encode()
    assert changes == [ChangeKind.BYTE_ORDER_MARK, ChangeKind.BLANKS]


@pytest.mark.parametrize(("width", "line_break"), [(80, "\r\n"), (72, "\n"), (50, "\r")])
def test_lines_of_a_fixed_width_are_joined(width: int, line_break: str) -> None:
    """A file broken into lines of a fixed width, its ISA too, is read as it was meant."""
    lines = [CLAIMS[at : at + width] + line_break for at in range(0, len(CLAIMS), width)]
    assert normalised("".join(lines)) == (CLAIMS.encode(), [ChangeKind.WRAPPED_LINES], [])


def test_children_follow_their_parents() -> None:
    """HL numbered from 5 is numbered from 1, HL02 with it; where an id stands twice, the nearest before is meant."""
    content = CLAIMS.replace("HL*1**", "HL*5**").replace("HL*2*1*", "HL*6*5*")
    assert normalised(content)[:2] == (
        CLAIMS.encode(),
        [ChangeKind.HL_NUMBER, ChangeKind.HL_NUMBER, ChangeKind.HL_PARENT],
    )
    twice = CLAIMS.replace("SE*23*", "HL*1**20*1~HL*2*1*22*0~SE*25*")
    assert b"~HL*3**20*1~HL*4*3*22*0~SE*25*" in normalised(twice)[0]


def test_a_parent_that_is_nowhere_is_told() -> None:
    """HL is not numbered anew where an HL02 names nothing: it could come to name a wrong one."""
    assert normalised(CLAIMS.replace("HL*2*1*", "HL*3*9*"))[2] == ["hl-parent-unknown"]
    assert normalised(CLAIMS.replace("HL*2*1*", "HL*2*9*"))[1:] == ([], [])
    kept = CLAIMS.replace("HL*2*1*", "HL*3*9*").replace("SE*23*", "SE*9*")
    assert normalised(kept, Wanted(line_breaks=False, counts=False)) == (kept.encode(), [], [])


def test_assigned_numbers_of_a_remittance_stay() -> None:
    """LX01 of an 835 is no count."""
    content = f"{ISA}GS*HP*A*B*20260131*0905*1*X*005010X221A1~ST*835*0001~LX*110212~SE*3*0001~GE*1*1~IEA*1*000000905~"
    assert normalised(content) == (content.encode(), [], [])


@pytest.mark.parametrize("delimiters", DELIMITERS[1:], ids=range(len(DELIMITERS) - 1))
def test_delimiters_become_the_standard_ones(delimiters: object) -> None:
    """Other delimiters are replaced on demand, in ISA too, and only then."""
    content = ONE_SET.bytes_with(delimiters)  # type: ignore[arg-type]
    wanted = Wanted(line_breaks=False, standard_delimiters=True)
    assert normalised(content, wanted) == (ONE_SET.bytes_with(DELIMITERS[0]), [ChangeKind.DELIMITERS], [])
    assert normalised(content)[0] == content


@pytest.mark.parametrize("value", ["1 E*M", "1 E^M"])
def test_a_value_never_becomes_two(value: str) -> None:
    """A value that holds a standard delimiter keeps the file's delimiters in place."""
    other = CLAIMS.translate(str.maketrans("*^", "|!")).replace("1 ELM", value)
    assert normalised(other, Wanted(standard_delimiters=True))[2] == ["delimiter-in-value"]
    header = CLAIMS.translate(str.maketrans("*", "|")).replace("LAKES  ", "LAKE*  ", 1)
    assert normalised(header, Wanted(standard_delimiters=True))[2] == ["delimiter-in-value"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "not-x12"),
        ("name,born\n", "not-x12"),
        (CLAIMS[:600], "set-trailer-missing"),
        (CLAIMS.replace("SE*23*0001~", ""), "set-trailer-missing"),
        (CLAIMS.replace("GE*1*1~", ""), "group-trailer-missing"),
        (CLAIMS.replace("IEA*1*000000905~", ""), "interchange-cut-off"),
        (CLAIMS + "noise", "text-outside-interchange"),
        (CLAIMS.replace("SE*23", "S\nE*23"), "interchange-structure"),
    ],
)
def test_what_would_be_guessed_is_told(content: str, code: str) -> None:
    """What is missing is not made up, and what is in no segment is not thrown away."""
    assert normalised(content)[2] == [code]


def test_no_text_is_slow() -> None:
    """Runs of separators cost no more than their length."""
    before = time.process_time()
    for run in (":" * 60_000 + "A", ":^" * 30_000 + "A", "*" * 60_000 + "A", ("::A" * 20_000), ":" * 60_000 + "^A"):
        assert not normalised(CLAIMS.replace("1 ELM", run))[2]
    assert time.process_time() - before < 5
