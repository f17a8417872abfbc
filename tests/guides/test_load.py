"""Reading maps, overlays, data elements and code sets."""

from __future__ import annotations

from importlib.resources import files

import pytest

from hpedi.guide_files import GuideFiles, code_sets
from hpedi.guides.code_sets import CodeSets, read_code_sets, read_code_table
from hpedi.guides.data_elements import read_data_elements
from hpedi.guides.load import load_guide
from hpedi.guides.map_xml import parse_map
from hpedi.guides.nodes import UNLIMITED, LoopNode
from tests.guides.small_guides import composite, element, found_in, guide_of, loop, map_of, segment, walk

MAPS = files("pyx12") / "map"


@pytest.mark.parametrize(
    ("map_name", "names"),
    [
        ("837.5010.X222.A1.xml", ("HC", "005010X222A1", "837")),
        ("837Q3.I.5010.X223.A1.xml", ("HC", "005010X223A2", "837")),
        ("835.5010.X221.A1.xml", ("HP", "005010X221A1", "835")),
        ("999.5010X231.A1.xml", ("FA", "005010X231A1", "999")),
        ("834.5010.X220.A1.xml", ("BE", "005010X220A1", "834")),
        ("820.5010.X218.xml", ("RA", "005010X218", "820")),
    ],
)
def test_the_maps_of_pyx12_load(map_name: str, names: tuple[str, str, str]) -> None:
    """Every adopted 5010 map of the pyx12 package becomes a guide that starts with ST and ends with SE."""
    elements = read_data_elements((MAPS / "dataele.xml").read_bytes())
    guide = load_guide((MAPS / map_name).read_bytes(), data_elements=elements, code_sets=CodeSets())
    segments = list(guide.root.segments())
    assert (guide.functional_id, guide.id, guide.transaction_set) == names
    assert (segments[0].segment_id, segments[-1].segment_id) == ("ST", "SE")


def test_every_guide_of_the_registry_loads() -> None:
    """Each row of guides.yaml names a map and overlays that make the guide it promises."""
    guides = GuideFiles()
    for names, entry in guides.entries.items():
        guide = guides.guide_for(*names)
        assert guide is not None
        assert (
            (guide.functional_id, guide.id, guide.transaction_set)
            == names
            == (
                entry.functional_id,
                entry.id,
                entry.transaction_set,
            )
        )


def test_an_unknown_guide_is_none() -> None:
    """A version or set without a row has no guide."""
    assert GuideFiles().guide_for("HC", "004010X098A1", "837") is None


def test_wrappers_are_no_loops() -> None:
    """HEADER, DETAIL and FOOTER give their names to what stands in them and are no loops to walk."""
    wrapper = loop("DETAIL", loop("2000", segment("LV")), usage="S", most=">1", at=20).replace(
        '<loop xid="DETAIL">', '<loop xid="DETAIL" type="wrapper">'
    )
    guide = guide_of(segment("BHT", at=10), wrapper)
    (inner,) = [child for child in guide.root.children if isinstance(child, LoopNode)]
    assert (inner.path, inner.loop_id, inner.parent is guide.root) == ("2000", "2000", True)


def test_a_repeat_without_end_is_unlimited() -> None:
    """`>1` in a map means any number."""
    guide = guide_of(segment("AAA", most=">1"))
    assert [child.repeat for child in guide.root.children] == [1, UNLIMITED, 1]


@pytest.mark.parametrize(
    ("xml", "wrong"),
    [
        (b"<transaction", "not well-formed"),
        (b"<transaction/>", "GS_LOOP"),
        (map_of(loop("2000")), "does not start with a segment"),
    ],
)
def test_a_malformed_map_is_refused(xml: bytes, wrong: str) -> None:
    """A map that is no map is an error of what we ship, and says so."""
    with pytest.raises(ValueError, match=wrong):
        load_guide(xml, data_elements={}, code_sets=CodeSets())


def test_xml_expands_nothing() -> None:
    """An entity in a map is neither expanded nor fetched."""
    bomb = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "zzz">]><a><b>&x;</b><b>&y;</b></a>'
    assert [(node.text or "").strip() for node in parse_map(bomb)] == ["", ""]


REFS = [segment("REF", element(1, "R", "ID", codes=code), element(2, "S"), at=20) for code in ("A", "B")]
BASE = [
    segment("AAA", element(1, "S", "ID", codes="X Y"), composite(2, "S", element(1, "R"), element(2, "S"))),
    loop("2000", segment("LV"), *REFS, at=20),
]


@pytest.mark.parametrize(
    ("change", "texts", "findings"),
    [
        ('node="AAA" usage="R"', "LV*1", [("segment-missing", 2, "AAA")]),
        ('node="2000" usage="R"', "", [("loop-missing", 2, "LV")]),
        ('node="2000" repeat="2"', "LV*1 LV*1 LV*1", [("loop-repeat", 4, "LV")]),
        ('node="2000/REF[B]" repeat="2"', "LV*1 REF*B REF*B", []),
        ('node="2000/REF#2/REF02" usage="R"', "LV*1 REF*A REF*B", [("element-missing", 4, "REF")]),
        (
            'node="REF/REF02" usage="N"',
            "LV*1 REF*A*1 REF*B*1",
            [("element-not-used", 3, "REF"), ("element-not-used", 4, "REF")],
        ),
        ('node="2000/REF[A]" position="30"', "LV*1 REF*A REF*B", [("segment-out-of-order", 4, "REF")]),
        ('node="AAA/AAA01" code-set="states"', "AAA*MN", []),
        ('node="AAA/AAA02-01" max-length="2"', "AAA**ABC", [("element-too-long", 2, "AAA")]),
        ('node="AAA/AAA02-01" pattern="[0-9]+"', "AAA**ABC", [("element-pattern", 2, "AAA")]),
        ('node="AAA/AAA02-01" type="N0"', "AAA**ABC", [("element-character", 2, "AAA")]),
        ('node="AAA/AAA02" usage="N"', "AAA**ABC", [("element-not-used", 2, "AAA")]),
    ],
)
def test_an_overlay_changes_what_it_names(change: str, texts: str, findings: list[tuple[str, int, str]]) -> None:
    """A change of an overlay is felt at the nodes it names and nowhere else."""
    overlay = f'<overlay guide="005010X001"><change {change} because="test"/></overlay>'.encode()
    assert found_in(guide_of(*BASE, overlays=[overlay]), *texts.split()) == findings


@pytest.mark.parametrize(
    ("codes", "good", "bad"),
    [
        ("<code>Z</code>", "Z", "X"),
        ("<add-code>Z</add-code>", "Z", "Q"),
        ("<remove-code>X</remove-code>", "Y", "X"),
    ],
)
def test_an_overlay_changes_codes(codes: str, good: str, bad: str) -> None:
    """An overlay may write a list of codes anew, add to it and take from it."""
    overlay = f'<overlay guide="005010X001"><change node="AAA/AAA01" because="test">{codes}</change></overlay>'.encode()
    guide = guide_of(*BASE, overlays=[overlay])
    assert found_in(guide, f"AAA*{good}") == []
    assert found_in(guide, f"AAA*{bad}") == [("element-code", 2, "AAA")]


@pytest.mark.parametrize(
    ("overlay", "wrong"),
    [
        ("<change node='2000/ZZZ' usage='R'/>", "is not in the map"),
        ("<change node='a b' usage='R'/>", "cannot be read"),
        ("<change node='AAA' colour='red'/>", "cannot change"),
        ("<change node='AAA/AAA01'><remove-code>Q</remove-code></change>", "does not list"),
    ],
)
def test_an_overlay_that_misses_is_refused(overlay: str, wrong: str) -> None:
    """An overlay that names what is not there is an error of what we ship."""
    with pytest.raises(ValueError, match=wrong):
        guide_of(*BASE, overlays=[f"<overlay>{overlay}</overlay>".encode()])


def test_code_sets_are_read_from_both_formats() -> None:
    """A set comes from pyx12's code file or from a table of ours, which takes its place."""
    theirs = read_code_sets(
        b"<codesets><codeset><id>s</id><version><code>A</code></version></codeset>"
        b"<codeset><id>t</id><version><code>B</code></version></codeset></codesets>"
    )
    ours = read_code_table(b"# source: test\ncode\tfrom\tto\nC\t2020-01-01\t\nD\t\t\n")
    both = theirs.replaced_by(CodeSets({"s": ours}))
    assert (both.get("s"), both.get("t"), both.get("u")) == (frozenset("CD"), frozenset("B"), None)


def test_a_table_without_codes_is_refused() -> None:
    """A table of codes has a column for them."""
    with pytest.raises(ValueError, match="column named code"):
        read_code_table(b"key\tname\nA\tB\n")


def test_our_code_sets_take_the_place_of_the_package_s() -> None:
    """The sets that hpedi ships are newer than those of pyx12: remark N919 is theirs not, and ours."""
    theirs = read_code_sets((MAPS / "codes.xml").read_bytes()).get("remark_code") or frozenset()
    assert "N919" not in theirs
    assert "N919" in (code_sets().get("remark_code") or frozenset())


def test_a_code_of_a_set_that_is_not_loaded_is_not_checked() -> None:
    """Without the list nothing can be said about a code."""
    guide = guide_of(segment("AAA", element(1, "R", "ID", 2, 2, external="planets")))
    findings, _ = walk(guide, ["ST*100*0001", "AAA*QQ", "SE*3*0001"])
    assert findings == []
