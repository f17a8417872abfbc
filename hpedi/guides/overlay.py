"""Overlays: small XML files that correct an implementation guide's map without copying it.

An overlay changes the map's XML tree before the guide is read from it; it knows nothing of checks or walks. The maps of
the pyx12 package have errata (docs/differences-from-pyx12.md); each change says which one it answers.

    <overlay guide="005010X222A1">
      <change node="ST/ST03" usage="R" because="PX-01"><code>005010X222A1</code></change>
      <change node="2010BA/NM1/NM108" usage="S" because="PX-02"/>
      <change node="1000A/PER/PER03" because="PX-03"><remove-code>ED</remove-code></change>
      <change node="2300/REF[4N]/REF02" because="PX-04"><code>1</code><code>2</code></change>
      <change node="2400/PWK" select="PWK02" because="PX-07"/>
      <change node="2010BA/REF[SY]/REF02" pattern="" because="PX-09"/>
      <change node="2400/LX/LX01" sequence="yes" because="005010X222A1 2400 LX01"/>
      <change node="CAS/CAS02" code-set="carc" because="PX-40"/>
    </overlay>

`node` names what changes: every node of the map that it fits (2300 stands under 2000B and under 2000C: both):

- the path's last steps, divided by slashes: loop ids, a segment id, an element or component; leading loops may be left
  out (`CAS/CAS02` is every CAS of the map), and one step alone is a loop (`2310B`) or a segment (`ST`);
- a segment step may be narrowed: `REF[4N]` fits those whose first element (or its first component) lists the code 4N,
  `PWK#2` the second PWK of its loop, from 1;
- an element is `NM108`, a component `SV101-02`.

What can change, as attributes (an empty value takes the property away):

    usage       R, S or N                                                       any node
    repeat      a number or >1                                                  loops, segments, elements
    position    place among its siblings; equal ones may come in any order      loops, segments
    select      the element or component whose codes choose among siblings      segments (default: see `load`)
    min-length, max-length, type                                                elements, components
    pattern     regular expression for the whole value                          elements, components
    code-set    name of an external code set                                    elements, components
    sequence    yes: the number rises by one from 1 in each instance of the     elements: LX01
                loop that holds the segment's own loop

and as children, in this order: `<code>` (the whole list anew), `<add-code>`, `<remove-code>`.

A node that the map does not have is an error of the overlay, so `ValueError`: better found at loading than not at all.
Maps of our own in mappings/guides may use the same properties directly, as the child elements that `PROPERTIES` names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from hpedi.guides.map_xml import MapElement, children, id_of, parse_map

PROPERTIES: Final[dict[str, str]] = {
    "usage": "usage",
    "repeat": "repeat",
    "position": "pos",
    "select": "select",
    "min-length": "min_len",
    "max-length": "max_len",
    "type": "data_type",
    "pattern": "regex",
    "sequence": "sequence",
}
"""Overlay attribute -> child element of the map's node; a segment's repeat is called max_use there."""

_NOT_PROPERTIES: Final = frozenset({"node", "because", "code-set"})
_STEP: Final = re.compile(r"(?P<id>[A-Z0-9_]+(?:-\d\d)?)(?:\[(?P<code>[^\]]+)\]|#(?P<ordinal>\d+))?")


def apply_overlay(map_root: MapElement, overlay_xml: bytes) -> None:
    """Change a map's tree as an overlay says.

    Args:
        map_root: The `transaction` element of a map; changed in place.
        overlay_xml: The overlay file.

    Raises:
        ValueError: The overlay is malformed or names a node or property that is not there.
    """
    overlay = parse_map(overlay_xml)
    if overlay.tag != "overlay":
        raise ValueError("an overlay starts with <overlay>")
    nodes_by_id: dict[str, list[MapElement]] = {}
    for node in map_root.iter("loop", "segment", "element", "composite"):
        nodes_by_id.setdefault(id_of(node), []).append(node)
    for change in children(overlay, "change"):
        for node in _nodes_at(nodes_by_id, change.get("node", "")):
            _change(node, change)


def _nodes_at(nodes_by_id: Mapping[str, list[MapElement]], path: str) -> list[MapElement]:
    """Find the nodes that a path's steps end at."""
    steps = [_STEP.fullmatch(step) for step in path.split("/")]
    last = steps[-1]
    if last is None or not all(steps):
        raise ValueError(f"overlay node {path!r} cannot be read")
    nodes = [node for node in nodes_by_id.get(last["id"], ()) if _ends_at(node, [step for step in steps if step])]
    if not nodes:
        raise ValueError(f"overlay node {path!r} is not in the map")
    return nodes


def _ends_at(node: MapElement, steps: list[re.Match[str]]) -> bool:
    at: MapElement | None = node
    for step in reversed(steps):
        if at is None or not _fits(at, step):
            return False
        at = _owner(at)
    return True


def _owner(node: MapElement) -> MapElement | None:
    """Return the node that the step before names: composites and wrapper loops are no steps of their own."""
    parent = node.getparent()
    while parent is not None and (parent.tag == "composite" or parent.get("type") == "wrapper"):
        parent = parent.getparent()
    return parent


def _fits(node: MapElement, step: re.Match[str]) -> bool:
    """Say whether a node is what a step names."""
    if id_of(node) != step["id"]:
        return False
    if step["code"]:
        return step["code"] in _first_codes(node)
    parent = node.getparent()
    if step["ordinal"] and parent is not None:
        same = [sibling for sibling in children(parent, "segment") if id_of(sibling) == step["id"]]
        return same.index(node) + 1 == int(step["ordinal"])
    return True


def _first_codes(segment: MapElement) -> list[str]:
    first = next(iter(children(segment, "element", "composite")), None)
    if first is not None and first.tag == "composite":
        first = next(iter(children(first, "element")), None)
    return [] if first is None else [code.text or "" for code in first.iterfind("valid_codes/code")]


def _change(node: MapElement, change: MapElement) -> None:
    """Carry one change out on one node."""
    for attribute, value in change.attrib.items():
        name = str(attribute)
        if name in _NOT_PROPERTIES:
            continue
        if name not in PROPERTIES:
            raise ValueError(f"an overlay cannot change {name!r}")
        tag = "max_use" if name == "repeat" and node.tag == "segment" else PROPERTIES[name]
        _set_child(node, tag, str(value))
    code_set = change.get("code-set")
    if code_set is not None:
        _set_code_set(node, code_set)
    _change_codes(node, change)


def _set_child(node: MapElement, tag: str, value: str) -> None:
    for old in children(node, tag):
        node.remove(old)
    if value:
        new = etree.SubElement(node, tag)
        new.text = value


def _codes_of(node: MapElement) -> MapElement:
    codes = node.find("valid_codes")
    return etree.SubElement(node, "valid_codes") if codes is None else codes


def _set_code_set(node: MapElement, name: str) -> None:
    codes = _codes_of(node)
    codes.attrib.pop("external", "")
    if name:
        codes.set("external", name)


def _change_codes(node: MapElement, change: MapElement) -> None:
    anew = [code.text or "" for code in children(change, "code")]
    added = [code.text or "" for code in children(change, "add-code")]
    removed = {code.text or "" for code in children(change, "remove-code")}
    if not (anew or added or removed):
        return
    codes = _codes_of(node)
    listed = [code.text or "" for code in children(codes, "code")]
    if not removed <= set(listed):
        raise ValueError(f"overlay node {change.get('node')!r} does not list {sorted(removed - set(listed))}")
    for code in children(codes, "code"):
        codes.remove(code)
    for value in dict.fromkeys((anew or listed) + added):
        if value not in removed:
            etree.SubElement(codes, "code").text = value
