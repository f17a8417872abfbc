"""Each map of ours in mappings/guides agrees with its fact table node by node, and pyx12 can load it.

The maps are read here with a few lines of their own: neither our loader nor the script that wrote them has a part in
this.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
import pyx12.map_if
import pyx12.params
from lxml import etree

from hpedi.crosscheck.map_folder import write_map_folder
from hpedi.guide_files import GuideFiles
from hpedi.mappings_folder import mapping

FACTS = Path(__file__).parent.parent / "facts"
TABLES = {
    "270.5010.X279.A1": "270_X279A1.tsv",
    "271.5010.X279.A1": "271_X279A1.tsv",
    "276.5010.X212": "276_X212.tsv",
    "277.5010.X212": "277_X212.tsv",
    "277.5010.X214": "277CA_X214.tsv",
    "837D.5010.X224.A2": "837D_X224A2.tsv",
}
LOADED = {
    "270.5010.X279.A1": "2000A/2000B/2000C/2000D/2100D/2110D/EQ",
    "271.5010.X279.A1": "2000A/2000B/2000C/2000D/2100D/2110D/2120D/NM1",
    "276.5010.X212": "2000A/2000B/2000C/2000D/2000E/2200E/2210E/SVC",
    "277.5010.X212": "2000A/2000B/2000C/2000D/2000E/2200E/2220E/SVC",
    "277.5010.X214": "2000A/2000B/2000C/2000D/2200D/TRN",
    "837D.5010.X224.A2": "2000A/2000B/2000C/2300/2400/2430/SVD",
}
EXTERNAL = {
    "carc(139)": "adjustment_reason",
    "claim_status_category(507)": "claim_status_cat",
    "claim_status(508)": "claim_status",
    "country_iso3166(5)": "country",
    "currency(5)": "currency",
    "place_of_service(237)": "pos",
    "rarc(411)": "remark_code",
    "states(22)": "states",
}
WRAPPERS = {"ISA_LOOP", "GS_LOOP", "ST_LOOP", "HEADER", "DETAIL"}
ENVELOPE = {"ISA", "GS", "GE", "TA1", "IEA"}

Fact = dict[str, str]
Node = tuple[str, etree._Element]


@dataclass(frozen=True)
class Compared:
    """A map and its facts."""

    name: str
    facts: list[Fact]
    nodes: list[Node]

    def pairs(self) -> Iterator[tuple[Fact, etree._Element]]:
        """Each fact with the node at its place."""
        return ((fact, node) for fact, (_, node) in zip(self.facts, self.nodes, strict=True))


def facts_of(table: str) -> Iterator[Fact]:
    """Rows of a fact table; after a row that is the same as another, those below the other once more."""
    with (FACTS / table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        yield row
        _, same, model = row["note"].partition("same_as=")
        if same:
            below = (other for other in rows if other["path"].startswith(f"{model}/"))
            yield from ({**other, "path": row["path"] + other["path"][len(model) :]} for other in below)


def nodes_of(parent: etree._Element, path: str = "") -> Iterator[Node]:
    """Loops, segments, elements and components of the map with their path as the facts write it, in order.

    Codes between the brackets of a path stand in the order of the map's list.
    """
    below = list(parent.iterchildren("loop", "segment", "element", "composite"))
    names = [child.get("xid") for child in below]
    for child, name in zip(below, names, strict=True):
        if name in ENVELOPE:
            continue
        if name in WRAPPERS:
            yield from nodes_of(child, path)
            continue
        told_apart = child.tag == "segment" and names.count(name) > 1
        step = f"{name}[{_listed_first(child)}]" if told_apart else f"{name}"
        here = f"{path}/{step}" if path else step
        yield here, child
        yield from nodes_of(child, here)


def _listed_first(segment: etree._Element) -> str:
    return "|".join(code.text or "" for code in segment.iterfind("element[1]/valid_codes/code"))


@pytest.fixture(scope="module", params=sorted(TABLES))
def compared(request: pytest.FixtureRequest) -> Compared:
    """Each map with its facts."""
    name: str = request.param
    root = etree.fromstring(mapping(f"guides/{name}.xml").read_bytes())
    return Compared(name, list(facts_of(TABLES[name])), list(nodes_of(root)))


@pytest.fixture(scope="module")
def data_elements() -> dict[str, tuple[str, str, str]]:
    """Type, least and greatest length by data element number, as the map format takes them from pyx12's dataele.xml."""
    root = etree.fromstring((files("pyx12") / "map" / "dataele.xml").read_bytes())
    return {
        e.get("ele_num", ""): (e.get("data_type", ""), e.get("min_len", ""), e.get("max_len", ""))
        for e in root.iter("data_ele")
    }


def test_every_fact_table_has_its_map() -> None:
    """No fact table lies in tests/facts without a map that is compared with it."""
    assert {file.name for file in FACTS.glob("*.tsv")} == set(TABLES.values())


def test_a_map_has_exactly_the_nodes_of_the_facts(compared: Compared) -> None:
    """Every node of the facts is in the map in the facts' order, and nothing else."""
    assert [path for path, _ in compared.nodes] == [fact["path"] for fact in compared.facts]


def test_usage_repeat_codes_and_syntax_are_those_of_the_facts(compared: Compared) -> None:
    """Each node's usage, repeat, data element, position, code list and syntax rules are the facts' own."""
    wrong = [
        (fact["path"], name)
        for fact, node in compared.pairs()
        for name, expected, found in _compared(fact, node)
        if expected != found
    ]
    assert wrong == []


def _compared(fact: Fact, node: etree._Element) -> Iterator[tuple[str, str, str]]:
    yield "usage", fact["usage"], node.findtext("usage", "")
    yield "syntax", fact["syntax"], " ".join(rule.text or "" for rule in node.iterchildren("syntax"))
    yield "repeat", fact["repeat"], node.findtext("repeat", "") or node.findtext("max_use", "1")
    if fact["kind"] in ("loop", "segment"):
        return
    yield "data element", fact["data_element"], node.findtext("data_ele", "")
    yield "position", fact["position"], str(int(node.findtext("seq", "0")))
    codes = fact["codes"]
    if codes.startswith("ext:"):
        valid = node.find("valid_codes")
        outside = "" if valid is None else valid.get("external", "")
        yield "outside list", EXTERNAL.get(codes[4:], ""), outside
    else:
        yield "codes", codes, " ".join(code.text or "" for code in node.iterfind("valid_codes/code"))


def test_positions_are_those_of_the_facts(compared: Compared) -> None:
    """Loops and segments stand where the facts have them, child HL loops after all else in their parent."""
    for fact, node in compared.pairs():
        if fact["kind"] not in ("loop", "segment"):
            continue
        if fact["kind"] == "loop" and fact["qualifier"].startswith("HL03") and "/" in fact["path"]:
            others = [int(other.findtext("pos", "0")) for other in node.itersiblings(preceding=True) if _placed(other)]
            assert int(node.findtext("pos", "0")) > max(others), fact["path"]
        else:
            assert node.findtext("pos") == fact["position"], fact["path"]


def _placed(node: etree._Element) -> bool:
    return node.tag in ("loop", "segment")


def test_qualifiers_are_those_of_the_facts(compared: Compared) -> None:
    """What the facts say chooses a loop or segment is the code list of that element in the map."""
    for fact, node in compared.pairs():
        element, equals, codes = fact["qualifier"].partition("=")
        if not equals:
            continue
        segment = node if node.tag == "segment" else node.find("segment")
        assert segment is not None, fact["path"]
        listed = next(each for each in segment.iter("element") if each.get("xid") == element)
        assert {code.text for code in listed.iterfind("valid_codes/code")} == set(codes.split("|")), fact["path"]


def test_types_and_lengths_are_those_of_the_facts(
    compared: Compared, data_elements: dict[str, tuple[str, str, str]]
) -> None:
    """The type and lengths that a data element number stands for are the facts' own."""
    for fact in compared.facts:
        if fact["data_type"]:
            expected = (fact["data_type"], fact["min_len"], fact["max_len"])
            assert data_elements[fact["data_element"]] == expected, fact["path"]


def test_every_node_keeps_its_source_and_doubt(compared: Compared) -> None:
    """Each node carries the sources, confidence and note of its fact in a comment."""
    for fact, node in compared.pairs():
        text = "".join(comment.text or "" for comment in node.iterchildren(tag=etree.Comment))
        assert f"sources: {fact['sources']}" in text, fact["path"]
        assert f"confidence: {fact['confidence']}" in text, fact["path"]
        assert fact["note"] in text, fact["path"]


def test_our_engine_loads_the_map(compared: Compared) -> None:
    """Our engine finds the guide by GS01, GS08 and ST01, with as many segments as there are facts of them."""
    entry = next(entry for entry in GuideFiles().entries.values() if entry.map == f"{compared.name}.xml")
    guide = GuideFiles().guide_for(entry.functional_id, entry.id, entry.transaction_set)
    assert guide is not None
    assert (guide.id, guide.functional_id, guide.transaction_set) == (
        entry.id,
        entry.functional_id,
        entry.transaction_set,
    )
    assert sum(1 for _ in guide.root.segments()) == sum(fact["kind"] == "segment" for fact in compared.facts)


def test_pyx12_loads_the_map(compared: Compared, tmp_path: Path) -> None:
    """pyx12 loads our map and finds its innermost loop where the facts have it."""
    write_map_folder(tmp_path)
    loaded = pyx12.map_if.load_map_file(f"{compared.name}.xml", pyx12.params.ParamsBase(), str(tmp_path))
    assert loaded.getnodebypath(f"/ISA_LOOP/GS_LOOP/ST_LOOP/DETAIL/{LOADED[compared.name]}").usage == "R"
