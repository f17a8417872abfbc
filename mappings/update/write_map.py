# ruff: noqa: INP001  # a script, not a package
"""Writes guide maps in pyx12's map format from tables of guide facts.

Run it from the root of the checkout: `python mappings/update/write_map.py 277.5010.X214`, or without a name for all of
them. The facts are ours (tests/facts), one row a node in the guide's order; a node whose note says `same_as=PATH` has
below it what PATH has. Every node of the map carries the sources of its fact, its qualifier, and its doubt where the
fact has one, in a comment, which pyx12 and our loader both pass over. Names are labels in our own words.

Beyond the facts the map has what pyx12's engine asks for: the envelope around the set, wrapper loops for table 1 and
2, and for a child HL loop a position after its parent's own segments. What the format cannot hold, and dataele.xml
holds instead, are types and lengths; tests/mappings compares all of it with the facts. A map is used once
mappings/guides/guides.yaml lists it.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

ROOT: Final = Path(__file__).parent.parent.parent
NESTED_HL_POSITION: Final = "2000"
RISING_BY_ONE: Final = frozenset({"LX01"})  # erratum HP-01
SAME_AS: Final = re.compile(r"same_as=(\S+)")
EXTERNAL_CODE_SETS: Final = {
    "carc(139)": "adjustment_reason",
    "claim_status(508)": "claim_status",
    "claim_status_category(507)": "claim_status_cat",
    "country_iso3166(5)": "country",
    "currency(5)": "currency",
    "place_of_service(237)": "pos",
    "rarc(411)": "remark_code",
    "states(22)": "states",
}
"""Outside code lists that mappings/code_sets holds, by the name the facts have for them; others are not checked."""


@dataclass(frozen=True, slots=True)
class MapToWrite:
    """A map of ours: where its facts are, its name, and its group's GS01. Its ST01 and GS08 are facts of ST."""

    facts: str
    name: str
    functional_id: str


MAPS: Final = {
    "270.5010.X279.A1": MapToWrite("270_X279A1.tsv", "Eligibility inquiry 005010X279A1", "HS"),
    "271.5010.X279.A1": MapToWrite("271_X279A1.tsv", "Eligibility response 005010X279A1", "HB"),
    "276.5010.X212": MapToWrite("276_X212.tsv", "Claim status inquiry 005010X212", "HR"),
    "277.5010.X212": MapToWrite("277_X212.tsv", "Claim status response 005010X212", "HN"),
    "277.5010.X214": MapToWrite("277CA_X214.tsv", "Claim acknowledgment 005010X214", "HN"),
    "837D.5010.X224.A2": MapToWrite("837D_X224A2.tsv", "Dental claim 005010X224A2", "HC"),
}

Facts = dict[str, str]
EnvelopeElement = tuple[str, str, Sequence[str]]

_QUALIFIERS: Final = ("01", "14", "20", "27", "28", "29", "30", "33", "ZZ")
ISA: Final[tuple[EnvelopeElement, ...]] = (
    ("I01", "authorization type", ("00", "03")),
    ("I02", "authorization", ()),
    ("I03", "security type", ("00", "01")),
    ("I04", "security", ()),
    ("I05", "sender id type", _QUALIFIERS),
    ("I06", "sender id", ()),
    ("I05", "receiver id type", _QUALIFIERS),
    ("I07", "receiver id", ()),
    ("I08", "date", ()),
    ("I09", "time", ()),
    ("I65", "repetition separator", ()),
    ("I11", "version", ("00501",)),
    ("I12", "control no.", ()),
    ("I13", "acknowledgment asked", ("0", "1")),
    ("I14", "usage", ("P", "T")),
    ("I15", "component separator", ()),
)
IEA: Final[tuple[EnvelopeElement, ...]] = (("I16", "groups", ()), ("I12", "control no.", ()))
GE: Final[tuple[EnvelopeElement, ...]] = (("97", "sets", ()), ("28", "control no.", ()))
TA1: Final[tuple[EnvelopeElement, ...]] = (
    ("I12", "control no.", ()),
    ("I08", "date", ()),
    ("I09", "time", ()),
    ("I17", "code", ("A", "E", "R")),
    ("I18", "note", ()),
)


def gs(functional_id: str, version: str) -> tuple[EnvelopeElement, ...]:
    """Return the elements of GS for one guide."""
    return (
        ("479", "functional id", (functional_id,)),
        ("142", "sender", ()),
        ("124", "receiver", ()),
        ("373", "date", ()),
        ("337", "time", ()),
        ("28", "control no.", ()),
        ("455", "agency", ("X",)),
        ("480", "version", (version,)),
    )


def child(parent: etree._Element, tag: str, text: str) -> None:
    """Append a child with a text."""
    etree.SubElement(parent, tag).text = text


def loop(parent: etree._Element, xid: str, kind: str, position: str, *, repeat: str = "1") -> etree._Element:
    """Append a required loop of the envelope or a wrapper loop."""
    node = etree.SubElement(parent, "loop", xid=xid, type=kind)
    for tag, text in (("name", xid), ("usage", "R"), ("pos", position), ("repeat", repeat)):
        child(node, tag, text)
    return node


def add_codes(element: etree._Element, codes: Sequence[str]) -> None:
    """Append a code list, if there is one."""
    if codes:
        valid = etree.SubElement(element, "valid_codes")
        for code in codes:
            child(valid, "code", code)


def add_envelope_segment(
    parent: etree._Element, xid: str, position: str, elements: Sequence[EnvelopeElement], usage: str = "R"
) -> None:
    """Append a segment of the envelope, all its elements required."""
    node = etree.SubElement(parent, "segment", xid=xid)
    for tag, text in (("name", xid), ("usage", usage), ("pos", position), ("max_use", "1")):
        child(node, tag, text)
    for number, (data_element, name, codes) in enumerate(elements, start=1):
        element = etree.SubElement(node, "element", xid=f"{xid}{number:02d}")
        for tag, text in (("data_ele", data_element), ("name", name), ("usage", "R"), ("seq", f"{number:02d}")):
            child(element, tag, text)
        add_codes(element, codes)


def source_comment(fact: Facts) -> etree._Comment:
    """Return the comment that keeps a fact's sources, confidence, qualifier, outside code list and doubt."""
    parts = [f"sources: {fact['sources']}", f"confidence: {fact['confidence']}"]
    parts += [f"qualifier: {fact['qualifier']}"] if fact["qualifier"] else []
    parts += [f"outside list: {fact['codes'][4:]}"] if fact["codes"].startswith("ext:") else []
    parts += [fact["note"]] if fact["note"] else []
    return etree.Comment(" " + "; ".join(parts).replace("--", "- -") + " ")


def add_loop(parent: etree._Element, fact: Facts) -> etree._Element:
    """Append a loop; a child HL loop stands after its parent's own segments."""
    node = etree.SubElement(parent, "loop", xid=fact["id"])
    nested_hl = fact["qualifier"].startswith("HL03") and "/" in fact["path"]
    position = NESTED_HL_POSITION if nested_hl else fact["position"]
    for tag, text in (("name", fact["name"]), ("usage", fact["usage"]), ("pos", position), ("repeat", fact["repeat"])):
        child(node, tag, text)
    node.append(source_comment(fact))
    return node


def add_segment(parent: etree._Element, fact: Facts) -> etree._Element:
    """Append a segment with its syntax rules."""
    node = etree.SubElement(parent, "segment", xid=fact["id"])
    for tag, column in (("name", "name"), ("usage", "usage"), ("pos", "position"), ("max_use", "repeat")):
        child(node, tag, fact[column])
    for rule in fact["syntax"].split():
        child(node, "syntax", rule)
    node.append(source_comment(fact))
    return node


def add_element(parent: etree._Element, fact: Facts) -> etree._Element:
    """Append an element, a composite or a component, with what the format asks for only where it is not the usual."""
    tag = "composite" if fact["kind"] == "composite" else "element"
    node = etree.SubElement(parent, tag, xid=fact["id"])
    child(node, "data_ele", fact["data_element"])
    child(node, "name", fact["name"])
    child(node, "usage", fact["usage"])
    child(node, "seq", f"{int(fact['position']):02d}")
    if fact["repeat"] != "1":
        child(node, "repeat", fact["repeat"])
    if fact["id"] in RISING_BY_ONE:
        child(node, "sequence", "yes")
    for rule in fact["syntax"].split():
        child(node, "syntax", rule)
    if fact["codes"].startswith("ext:"):
        external = EXTERNAL_CODE_SETS.get(fact["codes"][4:])
        if external:
            etree.SubElement(node, "valid_codes", external=external)
    else:
        add_codes(node, fact["codes"].split())
    node.append(source_comment(fact))
    return node


ADD: Final = {
    "loop": add_loop,
    "segment": add_segment,
    "element": add_element,
    "composite": add_element,
    "component": add_element,
}


def wrapper_of(fact: Facts) -> tuple[str, str]:
    """Return the wrapper loop of a node at the top, and its position: table 2 begins with the first HL."""
    return ("DETAIL", "0300") if fact["qualifier"].startswith("HL03") else ("HEADER", "0150")


def build_map(plan: MapToWrite, facts: Sequence[Facts]) -> etree._Element:
    """Return the map's root element."""
    codes = {fact["path"]: fact["codes"] for fact in facts}
    root = etree.Element("transaction", xid=codes["ST/ST01"])
    child(root, "name", plan.name)
    isa_loop = loop(root, "ISA_LOOP", "explicit", "0010", repeat=">1")
    add_envelope_segment(isa_loop, "ISA", "0100", ISA)
    gs_loop = loop(isa_loop, "GS_LOOP", "explicit", "0200", repeat=">1")
    add_envelope_segment(gs_loop, "GS", "0100", gs(plan.functional_id, codes["ST/ST03"]))
    st_loop = loop(gs_loop, "ST_LOOP", "explicit", "0200", repeat=">1")
    nodes: dict[str, etree._Element] = {}
    for fact in facts:
        parent_path, _, _ = fact["path"].rpartition("/")
        if not parent_path and fact["path"] not in ("ST", "SE"):
            parent_path, position = wrapper_of(fact)
            if parent_path not in nodes:
                nodes[parent_path] = loop(st_loop, parent_path, "wrapper", position)
        nodes[fact["path"]] = ADD[fact["kind"]](nodes.get(parent_path, st_loop), fact)
    add_envelope_segment(gs_loop, "GE", "0300", GE)
    add_envelope_segment(isa_loop, "TA1", "0200", TA1, usage="S")
    add_envelope_segment(isa_loop, "IEA", "0300", IEA)
    return root


def read_facts(path: Path) -> list[Facts]:
    """Read a fact table, one row a node."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def expanded(facts: Sequence[Facts]) -> Iterator[Facts]:
    """Give a node that is the same as another all that stands below the other."""
    for fact in facts:
        yield fact
        if same := SAME_AS.search(fact["note"]):
            model = same[1] + "/"
            below = [other for other in facts if other["path"].startswith(model)]
            yield from ({**other, "path": f"{fact['path']}/{other['path'].removeprefix(model)}"} for other in below)


def write_map(name: str) -> None:
    """Write one map of ours into mappings/guides."""
    plan = MAPS[name]
    root = build_map(plan, list(expanded(read_facts(ROOT / "tests" / "facts" / plan.facts))))
    etree.indent(root)
    head = f"""<?xml version="1.0" encoding="utf-8"?>
<!-- Written by mappings/update/write_map.py from tests/facts/{plan.facts}: change the facts, not this file. -->
"""
    text = head + etree.tostring(root, encoding="unicode") + "\n"
    (ROOT / "mappings" / "guides" / f"{name}.xml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or sorted(MAPS):
        write_map(wanted)
