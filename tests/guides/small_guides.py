"""Guides small enough to see a rule alone, written as nodes of the map format, and walks over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hpedi.findings import Finding, Where
from hpedi.guides.code_sets import CodeSets
from hpedi.guides.load import Guide, load_guide
from hpedi.guides.moves import GuideTables
from hpedi.guides.nodes import SegmentNode
from hpedi.guides.walk import SetWalk
from hpedi.x12.events import Delimiters, OffsetsOf, SegmentBatch

DELIMITERS = Delimiters()
CODE_SETS = CodeSets({"states": frozenset({"MN", "WI"})})


class TenBytesEach(OffsetsOf):
    """Offsets of segments that are ten bytes each, from the start of the set."""

    def __init__(self, first: int) -> None:
        """Take the index in the set of the batch's first segment."""
        self._first = first

    def of(self, index: int) -> int:
        """Return the offset of a segment."""
        return 10 * (self._first + index)


def element(  # noqa: PLR0913  a map's element has as many properties
    position: int,
    usage: str = "S",
    kind: str = "AN",
    low: int = 1,
    high: int = 10,
    *,
    codes: str = "",
    external: str = "",
    number: str = "",
    extra: str = "",
) -> str:
    """Write an element or component of a map."""
    listed = "".join(f"<code>{code}</code>" for code in codes.split())
    outside = f' external="{external}"' if external else ""
    valid = f"<valid_codes{outside}>{listed}</valid_codes>" if listed or external else ""
    return (
        f"<element><data_ele>{number}</data_ele><name>element {position}</name><usage>{usage}</usage>"
        f"<seq>{position:02}</seq><data_type>{kind}</data_type><min_len>{low}</min_len><max_len>{high}</max_len>"
        f"{valid}{extra}</element>"
    )


def composite(position: int, usage: str, *components: str, repeat: int = 1) -> str:
    """Write a composite of a map."""
    return (
        f"<composite><data_ele>C001</data_ele><name>composite {position}</name><usage>{usage}</usage>"
        f"<seq>{position:02}</seq><repeat>{repeat}</repeat>{''.join(components)}</composite>"
    )


def segment(
    xid: str,
    *elements: str,
    usage: str = "S",
    most: str = "1",
    at: int = 10,
    syntax: Iterable[str] = (),
    extra: str = "",
) -> str:
    """Write a segment of a map; without elements given it has one free element."""
    rules = "".join(f"<syntax>{rule}</syntax>" for rule in syntax)
    return (
        f'<segment xid="{xid}"><name>segment {xid}</name><usage>{usage}</usage><pos>{at:04}</pos>'
        f"<max_use>{most.replace('>', '&gt;')}</max_use>{rules}{extra}{''.join(elements) or element(1)}</segment>"
    )


def loop(xid: str, *children: str, usage: str = "S", most: str = "1", at: int = 10) -> str:
    """Write a loop of a map."""
    return (
        f'<loop xid="{xid}"><name>loop {xid}</name><usage>{usage}</usage><pos>{at:04}</pos>'
        f"<repeat>{most.replace('>', '&gt;')}</repeat>{''.join(children)}</loop>"
    )


def map_of(*children: str) -> bytes:
    """Write the map of transaction set 100, which holds the given segments and loops between ST and SE."""
    gs = segment("GS", element(1, codes="XX"), element(8, codes="005010X001"))
    st = segment("ST", element(1, "R", "ID", 3, 3, codes="100"), element(2, "R"), usage="R", at=1)
    se = segment("SE", element(1, "R"), element(2, "R"), usage="R", at=9999)
    inner = loop("ST_LOOP", st, *children, se, usage="R")
    return f'<transaction xid="100"><name>small</name>{loop("GS_LOOP", gs, inner, usage="R")}</transaction>'.encode()


def guide_of(*children: str, overlays: Sequence[bytes] = ()) -> Guide:
    """Load the guide of transaction set 100."""
    return load_guide(map_of(*children), overlays=overlays, data_elements={}, code_sets=CODE_SETS)


def walk(
    guide: Guide,
    texts: Sequence[str],
    *,
    batch: int = 1000,
    delimiters: Delimiters = DELIMITERS,
    tables: GuideTables | None = None,
) -> tuple[list[Finding], list[SegmentNode | None]]:
    """Walk a whole set in batches; return all that is found, in order, and each segment's node."""
    walked = SetWalk(guide, delimiters, Where(transaction_set="0001"), tables=tables)
    findings: list[Finding] = []
    nodes: list[SegmentNode | None] = []
    for start in range(0, len(texts), batch):
        some = list(texts[start : start + batch])
        placed = walked.feed(SegmentBatch(some, start + 1, TenBytesEach(start)))
        findings += placed.findings
        nodes += placed.nodes
    return findings + walked.close(), nodes


def in_set(*texts: str) -> list[str]:
    """Put segments between ST and SE."""
    return ["ST*100*0001", *texts, f"SE*{len(texts) + 2}*0001"]


def told(findings: Iterable[Finding]) -> list[tuple[str, int | None, str | None]]:
    """Say of each finding its code, its segment's position and id."""
    return [(finding.code, finding.where.segment, finding.where.segment_id) for finding in findings]


def found_in(guide: Guide, *texts: str) -> list[tuple[str, int | None, str | None]]:
    """Walk segments between ST and SE and say what is found: code, position (ST is 1) and segment id."""
    return told(walk(guide, in_set(*texts))[0])
