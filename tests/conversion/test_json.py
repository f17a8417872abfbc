"""Files as JSON: every byte comes back, whoever wrote the JSON anew; what is no such JSON is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.conversion.json_read import x12_of_json
from hpedi.conversion.json_write import json_document
from hpedi.conversion.scan import scan
from hpedi.conversion.units import units
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from tests.conversion.odd_files import CLAIMS, in_chunks, odd_files
from tests.shared import PROJECT, samples_dir

GUIDES = GuideFiles()
CANARY = "CANARYLASTNAME"
LONG_LINE_BREAK = (
    '{"parts": [{"delimiters": {"element": "*", "component": ":", "repetition": "^", "segment": "~"}, '
    '"line_break": "123456789", "parts": []}]}'
)


def as_json(content: bytes) -> bytes:
    """Return a file as JSON."""
    return b"".join(json_document(units(scan([content]), GUIDES.guide_for)))


def as_x12(document: bytes, size: int = 1 << 18) -> bytes:
    """Return the X12 of a JSON document in which nothing is found."""
    pieces = list(x12_of_json(in_chunks(document, size)))
    written = [piece for piece in pieces if isinstance(piece, bytes)]
    assert len(written) == len(pieces), pieces
    return b"".join(written)


def findings(document: bytes) -> list[Finding]:
    """Return what is found in a JSON document."""
    return [piece for piece in x12_of_json(in_chunks(document, 1000)) if isinstance(piece, Finding)]


def leaves(part: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the segments and texts of a part."""
    return [leaf for each in part["parts"] for leaf in leaves(each)] if "parts" in part else [part]


def edited(content: str, **members: Any) -> bytes:
    """Return the JSON of a file with other members in its BHT segment."""
    document = json.loads(as_json(content.encode()))
    next(leaf for leaf in leaves(document) if leaf["id"] == "BHT").update(members)
    return json.dumps(document).encode()


@given(odd_files(), st.sampled_from([50, 5_000, 100_000]))
def test_every_byte_comes_back(content: bytes, size: int) -> None:
    """A file as JSON and back is the same file, and the JSON is one document that any reader takes."""
    document = as_json(content)
    assert json.loads(document)["format"] == "hpedi-x12"
    assert as_x12(document, size) == content


@given(odd_files(), st.sampled_from([True, False]), st.sampled_from([None, 2]))
def test_json_may_be_written_anew(content: bytes, in_ascii: object, indent: int | None) -> None:
    """Other white space, escapes and order of members change nothing."""
    document = json.loads(as_json(content))
    anew = json.dumps(document, ensure_ascii=bool(in_ascii), indent=indent, sort_keys=True)
    assert as_x12(anew.encode()) == content


def test_every_sample_comes_back() -> None:
    """Each sample file of others, of whatever kind, comes back byte by byte."""
    paths = [path for path in samples_dir().rglob("*") if path.is_file()]
    assert paths
    assert not [path.name for path in paths if as_x12(as_json(path.read_bytes())) != path.read_bytes()]


@pytest.mark.parametrize("path", sorted((PROJECT / "samples" / "inbound").iterdir()), ids=lambda path: path.name)
def test_our_samples_come_back(path: Path) -> None:
    """Our own samples come back, the cut off one and the one that is no X12 too."""
    assert as_x12(as_json(path.read_bytes())) == path.read_bytes()


def test_loops_are_nested_as_the_guide_has_them() -> None:
    """Interchange, group, set and loops hold each other; composites and repetitions are taken apart."""
    (interchange,) = json.loads(as_json(CLAIMS.encode()))["parts"]
    assert interchange["id"] == "000000905"
    assert interchange["delimiters"] == {"element": "*", "component": ":", "repetition": "^", "segment": "~"}
    header, group, trailer = interchange["parts"]
    assert (header["id"], trailer["id"]) == ("ISA", "IEA")
    assert (group["functional_id"], group["version"]) == ("HC", "005010X222A1")
    claims = group["parts"][1]
    assert (claims["transaction_set"], claims["guide"]) == ("837", "005010X222A1")
    provider = claims["parts"][4]
    assert (provider["type"], provider["id"]) == ("loop", "2000A")
    subscriber = next(part for part in provider["parts"] if part["id"] == "2000B")
    claim = next(part for part in subscriber["parts"] if part["id"] == "2300")
    assert claim["name"] == "Claim Information"
    assert claim["parts"][0]["elements"] == ["A1", "100", "", "", ["11", "B", "1"], "Y", "A", "Y", "Y"]
    repeated = json.loads(as_json(CLAIMS.replace("HI*ABK:J029", "HI*ABK:J029^A").encode()))
    assert {"repetitions": [["ABK", "J029"], "A"]} in [each for leaf in leaves(repeated) for each in leaf["elements"]]


@pytest.mark.parametrize(
    ("sent", "shown", "encoding"),
    [("NUÑEZ".encode(), "NUÑEZ", None), ("NUÑEZ".encode("latin-1"), "NUÑEZ", "latin-1")],
)
def test_names_are_readable(sent: bytes, shown: str, encoding: str | None) -> None:
    """A name in UTF-8 or Latin-1 is shown as it is read, and comes back as it was sent."""
    content = CLAIMS.encode().replace(b"*DOE*", b"*" + sent + b"*")
    document = as_json(content)
    named = next(leaf for leaf in leaves(json.loads(document)) if leaf["elements"][:1] == ["IL"])
    assert (named["elements"][2], named.get("encoding")) == (shown, encoding)
    assert as_x12(document) == content


def test_what_the_json_says_is_written() -> None:
    """Values changed in the JSON, numbers too, stand in the X12."""
    assert b"BHT*0019*00*77*20260131*0905*CH~" in as_x12(
        edited(CLAIMS, elements=["0019", "00", 77, "20260131", "0905", "CH"])
    )


@pytest.mark.parametrize(
    "members",
    [
        {"elements": [f"{CANARY}*A"]},
        {"elements": [f"{CANARY}~"]},
        {"elements": [f"{CANARY}:A"]},
        {"elements": [["A", f"{CANARY}^"]]},
        {"elements": [f"{CANARY}\u20ac"], "encoding": "latin-1"},
        {"elements": [f"{CANARY}\ud800"]},
        {"elements": [f"{CANARY}\u00e9"], "encoding": "ebcdic"},
        {"elements": [None, CANARY]},
        {"elements": CANARY},
        {"elements": [{"repeats": [CANARY]}]},
        {"elements": [], "id": None},
        {"elements": [], "id": "BHT*"},
        {"end": "~\u20ac"},
    ],
)
def test_what_x12_cannot_hold_is_told(members: dict[str, Any]) -> None:
    """A value with a delimiter, a character of no byte or no value at all is told without being shown."""
    (finding,) = findings(edited(CLAIMS, **members))
    assert finding.kind.code == "json-malformed"
    assert CANARY not in finding.message


@pytest.mark.parametrize(
    "document",
    [
        *(
            "",
            "{",
            "[]",
            "1",
            "null",
            '{"parts": []',
            '{"parts": [1]}',
            '{"parts": {}}',
            '{"parts": []} x',
            "{}",
            '{"a"}',
        ),
        *('{"format": "other", "parts": []}', '{"parts": [{}]}', '{"parts": [{"id": "ST", "elements": []}]}'),
        *('{"parts": [{"parts": [], "parts": []}]}', '{"parts": [{"delimiters": 1, "parts": []}]}', "{1: 2}"),
        '{"parts": [{"delimiters": {"element": "**", "component": "", "repetition": "", "segment": ""}, "parts": []}]}',
        '{"parts": [{"elements": NaN}]}',
        LONG_LINE_BREAK,
        '{"parts": [{"text": "\\u20ac", "encoding": "latin-1"}]}',
        '{"a":' * 100_000,
        '{"parts": ' + "[" * 100_000,
        '{"parts": ' + '[{"parts": ' * 100_000,
        '{"parts": [{"text": "' + "x" * 3_000_000,
        '{"parts": [{"text": ' + "9" * 3_000_000,
        "\u00fff",
    ],
    ids=range(27),
)
def test_other_json_is_told(document: str) -> None:
    """What is no JSON, other JSON, or JSON made to break its reader is one finding."""
    (finding,) = findings(document.encode("latin-1"))
    assert finding.kind.code == "json-malformed"
