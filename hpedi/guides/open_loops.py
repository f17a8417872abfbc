"""Which loops are open where a segment stands: of those open before it some stay, others close, its own open."""

from __future__ import annotations

from collections.abc import Sequence

from hpedi.guides.nodes import LoopNode, SegmentNode


def loops_around(node: SegmentNode) -> list[LoopNode]:
    """Return the loops that a segment stands in, outermost first, the transaction set left out."""
    return [loop for loop in node.loop.ancestors() if loop.parent is not None][::-1]


def still_open(opened: Sequence[LoopNode], node: SegmentNode) -> int:
    """Return how many of the loops open before a segment stay open with it.

    The first segment of a loop closes the instance of that loop that is open.
    """
    loops = loops_around(node)
    kept = 0
    while kept < min(len(loops), len(opened)) and loops[kept] is opened[kept]:
        kept += 1
    return min(kept, len(loops) - 1) if node.starts_loop and loops else kept
