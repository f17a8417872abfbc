"""A guide read from its map: XML bytes in, a tree of loops and segments with their rules out.

The map format is pyx12's (one file a guide, written out with child elements), with the additions that `overlay`
lists. Envelope segments (ISA, GS, GE, IEA) are left to `x12`, and so are ST01, ST02, SE01 and SE02; GS gives the
guide's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hpedi.guides.code_sets import CodeSets
from hpedi.guides.data_elements import DataElement
from hpedi.guides.map_xml import MapElement, child_text, children, id_of, parse_map
from hpedi.guides.nodes import (
    UNLIMITED,
    Child,
    ElementRule,
    LoopNode,
    SegmentNode,
    Selector,
    SyntaxRule,
    number_children,
)
from hpedi.guides.overlay import apply_overlay
from hpedi.guides.values import AMOUNT_ELEMENT

_CHECKED_BY_X12: Final = frozenset({"ST01", "ST02", "SE01", "SE02"})
_CODES_CHECKED_BY_X12: Final = frozenset({"ST03"})
_TABLES: Final = frozenset({"HEADER", "DETAIL", "FOOTER"})
_LONGEST: Final = 1 << 20
_QUALIFIER_IN_SECOND: Final = frozenset({"ENT"})
_QUALIFIER_IN_THIRD: Final = frozenset({"HL"})
_CLAIM_SET: Final = "837"
_FORMS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType({AMOUNT_ELEMENT: re.compile(r"-?\d*(?:\.\d{1,2}0*)?")})
"""Forms that Appendix B.1.1.3.1.2 of every guide gives data elements: amounts are in dollars and whole cents.

Amounts of claims are told with their claim, which they refuse alone.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Guide:
    """An implementation guide.

    Attributes:
        id: Its name, which GS08 carries, for example 005010X222A1.
        functional_id: GS01 of its groups, for example HC.
        transaction_set: ST01 of its sets, for example 837.
        name: Its title.
        root: The transaction set as a loop that ST starts.
        code_sets: The external code sets its rules were resolved with.
    """

    id: str
    functional_id: str
    transaction_set: str
    name: str
    root: LoopNode
    code_sets: CodeSets


def load_guide(
    map_xml: bytes,
    *,
    overlays: Sequence[bytes] = (),
    data_elements: Mapping[str, DataElement],
    code_sets: CodeSets,
) -> Guide:
    """Read a guide from its map.

    Args:
        map_xml: The map.
        overlays: Corrections, applied in order (see `overlay`).
        data_elements: The X12 dictionary, by number.
        code_sets: External code sets; one that is not there is not checked.

    Raises:
        ValueError: The map or an overlay is malformed: a mistake in what we ship, not in what partners send.
    """
    transaction = parse_map(map_xml)
    for overlay in overlays:
        apply_overlay(transaction, overlay)
    loops = {id_of(loop): loop for loop in transaction.iter("loop")}
    if not {"GS_LOOP", "ST_LOOP"} <= loops.keys():
        raise ValueError("a map has the loops GS_LOOP and ST_LOOP")
    listed = {id_of(node): _listed_codes(node) for node in loops["GS_LOOP"].iterfind("segment/element")}
    listed |= {id_of(node): _listed_codes(node) for node in loops["ST_LOOP"].iterfind("segment/element")}
    transaction_set = listed["ST01"][0]
    forms = {} if transaction_set == _CLAIM_SET else _FORMS
    root = _Reader(data_elements, code_sets, forms).read_set(loops["ST_LOOP"])
    return Guide(
        id=listed["GS08"][0],
        functional_id=listed["GS01"][0],
        transaction_set=transaction_set,
        name=child_text(transaction, "name"),
        root=root,
        code_sets=code_sets,
    )


def _listed_codes(node: MapElement) -> list[str]:
    return [code.text for code in node.iterfind("valid_codes/code") if code.text]


def _length(node: MapElement, tag: str, usual: int) -> int:
    return int(child_text(node, tag) or usual)


def _code_set_of(node: MapElement) -> str:
    codes = node.find("valid_codes")
    return "" if codes is None else codes.get("external") or ""


def _repeat_of(node: MapElement, tag: str = "repeat") -> int:
    text = child_text(node, tag)
    return UNLIMITED if text.startswith(">") else int(text or 1)


def _syntax_of(segment: MapElement) -> tuple[SyntaxRule, ...]:
    rules = ((rule.text or "").strip() for rule in children(segment, "syntax"))
    return tuple(SyntaxRule(rule[0], tuple(int(two) for two in re.findall("..", rule[1:]))) for rule in rules if rule)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the nodes of one map."""

    data_elements: Mapping[str, DataElement]
    code_sets: CodeSets
    forms: Mapping[str, re.Pattern[str]]

    def read_set(self, st_loop: MapElement) -> LoopNode:
        """Read the transaction set, which is a loop started by ST."""
        root = LoopNode(path="", loop_id="HEADER", name=child_text(st_loop, "name"), usage="R", repeat=1, parent=None)
        self._read_children(root, st_loop)
        return root

    def _read_children(self, loop: LoopNode, node: MapElement) -> None:
        positions: list[tuple[int, ...]] = []
        siblings = list(_unwrapped(node, (), "HEADER"))
        ids = [id_of(child) for _, _, child in siblings]
        for position, table, child in siblings:
            made = self._read_child(loop, table, child, is_first=not positions, is_only=ids.count(id_of(child)) == 1)
            loop.children.append(made)
            positions.append(position)
        if not loop.children or not isinstance(loop.children[0], SegmentNode):
            raise ValueError(f"loop {loop.path or 'ST_LOOP'} does not start with a segment")
        number_children(loop, positions)

    def _read_child(self, loop: LoopNode, table: str, node: MapElement, *, is_first: bool, is_only: bool) -> Child:
        loop_id = loop.loop_id if loop.parent is not None else table
        if node.tag == "segment":
            return self._read_segment(loop, loop_id, node, is_first=is_first, is_only=is_only)
        inner = LoopNode(
            path=_joined(loop, id_of(node)),
            loop_id=id_of(node),
            name=child_text(node, "name"),
            usage=child_text(node, "usage"),
            repeat=_repeat_of(node),
            parent=loop,
        )
        self._read_children(inner, node)
        return inner

    def _read_segment(
        self, loop: LoopNode, loop_id: str, node: MapElement, *, is_first: bool, is_only: bool
    ) -> SegmentNode:
        elements = self._read_rules(node)
        segment_id = id_of(node)
        selector = _selector_of(segment_id, elements, child_text(node, "select"))
        labelled = "" if selector is None or is_only else f"[{'|'.join(sorted(selector.codes))}]"
        return SegmentNode(
            path=_joined(loop, segment_id + labelled),
            loop_id=loop_id,
            name=child_text(node, "name"),
            usage=child_text(node, "usage"),
            repeat=_repeat_of(node, "max_use"),
            parent=loop,
            segment_id=segment_id,
            starts_loop=is_first,
            elements=elements,
            syntax=_syntax_of(node),
            selector=selector,
        )

    def _read_rules(self, node: MapElement) -> tuple[ElementRule, ...]:
        rules = [self._read_rule(child) for child in children(node, "element", "composite")]
        return tuple(sorted(rules, key=lambda rule: rule.position))

    def _read_rule(self, node: MapElement) -> ElementRule:
        numbers = [(child.text or "").strip() for child in children(node, "data_ele")]
        number = numbers[0] if numbers else ""
        known = self.data_elements.get(number)
        data_type = child_text(node, "data_type") or (known.type if known else "AN")
        rule_id = id_of(node)
        is_composite = node.tag == "composite"
        pattern = child_text(node, "regex")
        free = rule_id in _CHECKED_BY_X12
        return ElementRule(
            position=int(child_text(node, "seq")),
            id=rule_id,
            data_element=number,
            name=child_text(node, "name"),
            usage="S" if free else child_text(node, "usage"),
            type="" if is_composite else "AN" if free else data_type,
            min_length=1 if free else _length(node, "min_len", known.min_length if known else 1),
            max_length=_LONGEST if free else _length(node, "max_len", known.max_length if known else _LONGEST),
            codes=None if free or rule_id in _CODES_CHECKED_BY_X12 else self._codes_of(node),
            code_set=_code_set_of(node),
            pattern=re.compile(pattern) if pattern else self.forms.get(number),
            repeat=_repeat_of(node),
            components=self._read_rules(node) if is_composite else (),
            is_composite=is_composite,
            rises=child_text(node, "sequence") == "yes",
        )

    def _codes_of(self, node: MapElement) -> frozenset[str] | None:
        listed = frozenset(_listed_codes(node))
        external = _code_set_of(node)
        if not external:
            return listed or None
        loaded = self.code_sets.get(external)
        return None if loaded is None else loaded | listed


def _unwrapped(node: MapElement, outer: tuple[int, ...], table: str) -> list[tuple[tuple[int, ...], str, MapElement]]:
    """List a loop's children with their position and table, those of wrapper loops in the wrapper's place."""
    found: list[tuple[tuple[int, ...], str, MapElement]] = []
    for child in children(node, "segment", "loop"):
        position = (*outer, int(child_text(child, "pos") or 0))
        if child.get("type") == "wrapper" and child_text(child, "usage") != "N":
            found += _unwrapped(child, position, id_of(child) if id_of(child) in _TABLES else "DETAIL")
        elif child.get("type") != "wrapper":
            trailer = child.tag == "segment" and id_of(child) == "SE"
            found.append((position, "FOOTER" if trailer else table, child))
    return found


def _joined(loop: LoopNode, last: str) -> str:
    return f"{loop.path}/{last}" if loop.path else last


def _selector_of(segment_id: str, elements: tuple[ElementRule, ...], chosen: str) -> Selector | None:
    """Tell which value chooses a segment among its siblings.

    As pyx12 has it unless the map says otherwise: the first element if it is a required code, or the first component
    of a composite there; HL03 for HL, ENT02 for ENT.
    """
    by_position = {rule.position: rule for rule in elements}
    if chosen:
        return _selector_at(by_position, chosen.removeprefix(segment_id))
    first = by_position.get(1)
    if segment_id in _QUALIFIER_IN_THIRD:
        return _selector_at(by_position, "3")
    if segment_id in _QUALIFIER_IN_SECOND:
        return _selector_at(by_position, "2")
    if first is None:
        return None
    if first.is_composite:
        return _selector_at(by_position, "1-1") if first.components else None
    return _selector_at(by_position, "1") if first.type == "ID" and first.usage == "R" else None


def _selector_at(by_position: Mapping[int, ElementRule], place: str) -> Selector | None:
    element, _, component = place.partition("-")
    rule = by_position[int(element)]
    if component:
        rule = next(part for part in rule.components if part.position == int(component))
    return Selector(int(element), int(component or 0), rule.codes) if rule.codes and not rule.code_set else None
