"""mappings/guides/277.5010.X214.xml agrees with its fact table node by node, and pyx12 can load it.

The map is read here with a few lines of its own: neither our loader nor the script that wrote it has a part in this.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import pyx12.map_if
import pyx12.params
from lxml import etree

from hpedi.crosscheck.map_folder import write_map_folder
from hpedi.mappings_folder import mapping

FACTS = Path(__file__).parent.parent / "facts" / "277CA_X214.tsv"
EXTERNAL = {"claim_status_category(507)": "claim_status_cat", "claim_status(508)": "claim_status"}
WRAPPERS = {"ISA_LOOP", "GS_LOOP", "ST_LOOP", "HEADER", "DETAIL"}
ENVELOPE = {"ISA", "GS", "GE", "TA1", "IEA"}

Node = tuple[str, etree._Element]


def facts() -> list[dict[str, str]]:
    """Rows of the fact table."""
    with FACTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def qualifier(segment: etree._Element) -> str:
    """First code of a segment's first element, as the paths of the facts tell equal siblings apart."""
    return segment.findtext("element/valid_codes/code", "")


def nodes(parent: etree._Element, path: str = "") -> Iterator[Node]:
    """Loops, segments, elements and components of the map with their path as the facts write it, in order."""
    below = list(parent.iterchildren("loop", "segment", "element", "composite"))
    names = [child.get("xid") for child in below]
    for child, name in zip(below, names, strict=True):
        if name in ENVELOPE:
            continue
        if name in WRAPPERS:
            yield from nodes(child, path)
            continue
        step = f"{name}[{qualifier(child)}]" if child.tag == "segment" and _told_apart(child, names) else f"{name}"
        here = f"{path}/{step}" if path else step
        yield here, child
        yield from nodes(child, here)


def _told_apart(segment: etree._Element, siblings: list[str | None]) -> bool:
    return siblings.count(segment.get("xid")) > 1


@pytest.fixture(scope="module")
def read() -> list[Node]:
    """The map's nodes."""
    return list(nodes(etree.fromstring(mapping("guides/277.5010.X214.xml").read_bytes())))


@pytest.fixture(scope="module")
def data_elements() -> dict[str, tuple[str, str, str]]:
    """Type, least and greatest length by data element number, as the map format takes them from pyx12's dataele.xml."""
    root = etree.fromstring((files("pyx12") / "map" / "dataele.xml").read_bytes())
    return {
        e.get("ele_num", ""): (e.get("data_type", ""), e.get("min_len", ""), e.get("max_len", ""))
        for e in root.iter("data_ele")
    }


def test_the_map_has_exactly_the_nodes_of_the_facts(read: list[Node]) -> None:
    """Every node of the facts is in the map in the facts' order, and nothing else."""
    assert [path for path, _ in read] == [fact["path"] for fact in facts()]


def test_usage_repeat_codes_and_syntax_are_those_of_the_facts(read: list[Node]) -> None:
    """Each node's usage, repeat, data element, position, code list and syntax rules are the facts' own."""
    wrong = [
        (fact["path"], name)
        for fact, (_, node) in zip(facts(), read, strict=True)
        for name, expected, found in _compared(fact, node)
        if expected != found
    ]
    assert wrong == []


def _compared(fact: dict[str, str], node: etree._Element) -> Iterator[tuple[str, str, str]]:
    yield "usage", fact["usage"], node.findtext("usage", "")
    yield "syntax", fact["syntax"], " ".join(rule.text or "" for rule in node.iterchildren("syntax"))
    if fact["kind"] in ("loop", "segment"):
        yield "repeat", fact["repeat"], node.findtext("repeat", "") or node.findtext("max_use", "")
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


def test_loops_start_with_the_qualifier_of_the_facts(read: list[Node]) -> None:
    """A loop's qualifier in the facts is a code list of its first segment in the map."""
    for fact, (_, node) in zip(facts(), read, strict=True):
        element, equals, codes = fact["qualifier"].partition("=")
        if fact["kind"] != "loop" or not equals:
            continue
        listed = node.iterfind(f"segment[1]/element[@xid='{element}']/valid_codes/code")
        assert [code.text for code in listed] == codes.split("|"), fact["path"]


def test_types_and_lengths_are_those_of_the_facts(data_elements: dict[str, tuple[str, str, str]]) -> None:
    """The type and lengths that a data element number stands for are the facts' own."""
    for fact in facts():
        if fact["data_type"]:
            expected = (fact["data_type"], fact["min_len"], fact["max_len"])
            assert data_elements[fact["data_element"]] == expected, fact["path"]


def test_every_node_keeps_its_source_and_doubt(read: list[Node]) -> None:
    """Each node carries the sources, confidence and note of its fact in a comment."""
    for fact, (path, node) in zip(facts(), read, strict=True):
        text = "".join(comment.text or "" for comment in node.iterchildren(tag=etree.Comment))
        assert f"sources: {fact['sources']}" in text, path
        assert f"confidence: {fact['confidence']}" in text, path
        assert fact["note"] in text, path


def test_pyx12_loads_the_map(tmp_path: Path) -> None:
    """pyx12 loads our map and finds the claim's loop where the facts have it."""
    write_map_folder(tmp_path)
    loaded = pyx12.map_if.load_map_file("277.5010.X214.xml", pyx12.params.ParamsBase(), str(tmp_path))
    claim = "/ISA_LOOP/GS_LOOP/ST_LOOP/DETAIL/2000A/2000B/2000C/2000D/2200D/TRN"
    assert loaded.getnodebypath(claim).usage == "R"
