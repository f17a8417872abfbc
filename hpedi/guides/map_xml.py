"""Map XML read safely: pyx12's guide maps, code lists and data elements, and our own maps and overlays.

Only the tree is made here: entities are not resolved, nothing is fetched, no DTD is loaded, and huge trees are refused.
What the tree means is told by `load`, `code_sets` and `data_elements`.
"""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

MapElement: TypeAlias = etree._Element  # noqa: SLF001  (lxml has no public name for the type)


def parse_map(xml: bytes) -> MapElement:
    """Return the root of a map file's tree, without comments.

    Raises:
        ValueError: It is not well-formed XML.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not well-formed XML: {error.msg}") from None


def children(node: MapElement, *tags: str) -> list[MapElement]:
    """Return a node's direct children of the given tags, in order."""
    return [child for child in node if child.tag in tags]


def child_text(node: MapElement, tag: str) -> str:
    """Return the stripped text of a node's child; empty if there is none."""
    return (node.findtext(tag) or "").strip()


def id_of(node: MapElement) -> str:
    """Return the id of a loop or segment as the map has it, else its segment's and its position (NM108, SV101-02).

    Maps name composites in several ways or not at all, so their own ids are not used.
    """
    parent = node.getparent()
    if parent is None or node.tag in ("loop", "segment"):
        return node.get("xid") or ""
    dash = "-" if parent.tag == "composite" else ""
    return f"{id_of(parent)}{dash}{int(child_text(node, 'seq')):02d}"
