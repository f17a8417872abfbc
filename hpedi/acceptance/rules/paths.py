"""Paths of rules: from a loop instance to segments and values, resolved against a guide when a rule is compiled.

`REF[F8]02`, `HI[ABK|ABF]*-2`, `2400/SV101-2`, `2010AA/NM109`: see docs/rules.md.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from hpedi.acceptance.loops import LoopInstance, Segment
from hpedi.guides.nodes import LoopNode, SegmentNode, Selector

_STEP: Final = re.compile(
    r"(?P<id>[A-Z][A-Z0-9]{1,2}?)(?:\[(?P<qualifiers>[^\]]+)\])?(?P<element>\d\d|\*)?(?:-(?P<component>\d+))?"
)
_LOOP: Final = re.compile(r"\d{4}[A-Z]*")
_WHOLE_SET: Final = "SET"
"""The loop that a path names to reach the segments of the transaction set itself: `SET/BHT04`."""
ANY: Final = 0
"""Stands for any element of a segment: `HI*-2`."""


class Value(NamedTuple):
    """A value and its place."""

    text: str
    segment: Segment
    element: int
    component: int | None


@dataclass(frozen=True, slots=True)
class Path:
    """A path, resolved for the instances of one loop of a guide.

    Attributes:
        text: As the rule has it.
        up: How many instances up the one is that holds the rest of the way.
        chains: The loops down from there, each way a tuple; one empty way where it is that instance's own segments.
        nodes: The segments it may end at; empty for a path that ends at loops.
        qualifiers: Values of the selecting element; none where the nodes tell enough.
        element: The element; `ANY` for all of them; None for a path to segments or loops.
        component: The component, if one is asked for.
        bits: What `LoopInstance.seen` has where something of it is there, for a path without a way; 0 if only values
            tell.
        segment_id: What is missing where it is absent: the segment, or the first one of the loop.
        loop_id: The loop of that.
    """

    text: str
    up: int
    chains: tuple[tuple[LoopNode, ...], ...]
    nodes: frozenset[SegmentNode]
    qualifiers: frozenset[str]
    element: int | None
    component: int | None
    bits: int
    segment_id: str
    loop_id: str

    @property
    def is_near(self) -> bool:
        """Say whether it ends at one element of segments of the instance itself, told by their nodes alone."""
        return self.up == 0 and self.chains == ((),) and bool(self.element) and not self.qualifiers

    def loops(self, loop: LoopInstance) -> Iterable[LoopInstance]:
        """Return the instances at the end of the way."""
        if self.up == 0 and self.chains == ((),):
            return (loop,)
        around: LoopInstance | None = loop
        for _ in range(self.up):
            around = around.parent if around is not None else None
        if around is None:
            return ()
        return [found for chain in self.chains for found in _down(around, chain)]

    def segments(self, loop: LoopInstance) -> Iterator[Segment]:
        """Go through the segments at its end."""
        nodes, qualifiers = self.nodes, self.qualifiers
        for instance in self.loops(loop):
            for segment in instance.segments:
                if segment.node in nodes and (not qualifiers or self._is_qualified(segment)):
                    yield segment

    def values(self, loop: LoopInstance) -> Iterator[Value]:
        """Go through the values at its end that are not empty."""
        element, component = self.element, self.component
        for segment in self.segments(loop):
            if element == ANY:
                yield from self._any_values(segment)
            elif element is not None:
                text = segment.value(element, component)
                if text:
                    yield Value(text, segment, element, component)

    def is_there(self, loop: LoopInstance) -> bool:
        """Say whether there is something at its end."""
        if not self.nodes:
            return any(True for _ in self.loops(loop))
        if self.element is None:
            return any(True for _ in self.segments(loop))
        return any(True for _ in self.values(loop))

    def _is_qualified(self, segment: Segment) -> bool:
        return self.element == ANY or segment.qualifier in self.qualifiers

    def _any_values(self, segment: Segment) -> Iterator[Value]:
        component = self.component
        for element in range(1, len(segment.elements)):
            components = segment.components(element)
            if not components or (self.qualifiers and components[0] not in self.qualifiers):
                continue
            text = components[0] if component is None else "".join(components[component - 1 : component])
            if text:
                yield Value(text, segment, element, component)


def _down(loop: LoopInstance, chain: tuple[LoopNode, ...]) -> list[LoopInstance]:
    found = [loop]
    for node in chain:
        found = [child for each in found for child in each.children if child.node is node]
    return found


def resolve(text: str, at: LoopNode, dropped: Container[LoopNode]) -> Path:
    """Resolve a path for the instances of a loop.

    Args:
        text: The path.
        at: The loop.
        dropped: The loops whose instances are not kept in the loop around them.

    Raises:
        ValueError: The guide has no such place, or the path is malformed.
    """
    *before, last = text.split("/")
    if _LOOP.fullmatch(last):
        loops, step = [*before, last], None
    else:
        loops, step = before, _STEP.fullmatch(last)
        if step is None:
            raise ValueError(f"{text} is no path")
    up, chains = _ways(text, loops, at, dropped) if loops else (0, ((),))
    ends = [chain[-1] if chain else _above(at, up) for chain in chains]
    if step is None:
        return _to_loops(text, loops[-1], up, chains)
    qualifiers = frozenset((step["qualifiers"] or "").split("|")) - {""}
    return _to_segments(text, step, qualifiers, up, chains, ends, at)


def _to_loops(text: str, loop_id: str, up: int, chains: tuple[tuple[LoopNode, ...], ...]) -> Path:
    first = chains[0][-1].first if chains and chains[0] else None
    is_child = up == 0 and all(len(chain) == 1 for chain in chains)
    return Path(
        text=text,
        up=up,
        chains=chains,
        nodes=frozenset(),
        qualifiers=frozenset(),
        element=None,
        component=None,
        bits=_bits(chain[0] for chain in chains) if is_child else 0,
        segment_id=first.segment_id if first is not None else "",
        loop_id=loop_id,
    )


def _to_segments(
    text: str,
    step: re.Match[str],
    qualifiers: frozenset[str],
    up: int,
    chains: tuple[tuple[LoopNode, ...], ...],
    ends: list[LoopNode],
    at: LoopNode,
) -> Path:
    selecting = frozenset() if step["element"] == "*" else qualifiers  # else each composite is chosen by its own
    nodes = [node for end in ends for node in _nodes(end, step["id"], selecting)]
    if not nodes and chains:
        raise ValueError(f"{text}: {ends[0].path or 'the transaction set'} has no such segment")
    is_told_by_node = all(_selects_only(node.selector, qualifiers) for node in nodes)
    element = None if step["element"] is None else ANY if step["element"] == "*" else int(step["element"])
    is_own = up == 0 and chains == ((),)
    return Path(
        text=text,
        up=up,
        chains=chains,
        nodes=frozenset(nodes),
        qualifiers=frozenset() if is_told_by_node and element != ANY else qualifiers,
        element=element,
        component=None if step["component"] is None else int(step["component"]),
        bits=_bits(nodes) if is_own else 0,
        segment_id=step["id"],
        loop_id=nodes[0].loop_id if nodes else at.loop_id,
    )


def _bits(children: Iterable[LoopNode | SegmentNode]) -> int:
    bits = 0
    for child in children:
        bits |= child.bit
    return bits


def _nodes(loop: LoopNode, segment_id: str, qualifiers: frozenset[str]) -> list[SegmentNode]:
    return [
        child
        for child in loop.children
        if isinstance(child, SegmentNode)
        and child.segment_id == segment_id
        and (not qualifiers or child.selector is None or child.selector.codes & qualifiers)
    ]


def _selects_only(selector: Selector | None, qualifiers: frozenset[str]) -> bool:
    return not qualifiers or (selector is not None and selector.codes <= qualifiers)


def _above(loop: LoopNode, up: int) -> LoopNode:
    for _ in range(up):
        if loop.parent is None:
            raise ValueError("a path leads out of the transaction set")
        loop = loop.parent
    return loop


def _ways(
    text: str, ids: list[str], at: LoopNode, dropped: Container[LoopNode]
) -> tuple[int, tuple[tuple[LoopNode, ...], ...]]:
    """Find the nearest loops of these ids: how far up, and the ways down from there.

    A loop that the guide has, but whose instances are not kept, has no way: it is never there.
    """
    is_known = False
    if ids == [_WHOLE_SET]:
        return sum(1 for _ in at.ancestors()) - 1, ((),)
    for up, above in enumerate(at.ancestors()):
        ways = [way for way in _descents(above) if _ends_with(way, ids)]
        if above.loop_id == ids[-1] and len(ids) == 1:
            return up, ((),)
        is_known = is_known or bool(ways)
        kept = tuple(way for way in ways if not any(node in dropped for node in way))
        if kept:
            return up, kept
    if not is_known:
        raise ValueError(f"{text}: the guide has no loop {'/'.join(ids)} within or around {at.path or 'the set'}")
    return 0, ()


def _descents(loop: LoopNode) -> Iterator[tuple[LoopNode, ...]]:
    for child in loop.children:
        if isinstance(child, LoopNode):
            yield (child,)
            for below in _descents(child):
                yield (child, *below)


def _ends_with(way: tuple[LoopNode, ...], ids: list[str]) -> bool:
    """Say whether a way ends at the last id and passes the others in their order."""
    if way[-1].loop_id != ids[-1]:
        return False
    passed = iter(node.loop_id for node in way)
    return all(loop_id in passed for loop_id in ids)
