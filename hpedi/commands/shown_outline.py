"""The tree that `hpedi view` prints: indented lines for a terminal, or one page that folds and can be searched.

Both come as a stream of texts; the page refers to nothing outside itself and everything in it is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import chain, takewhile
from typing import Final, Protocol

from hpedi.acceptance.outline import Branch, Piece
from hpedi.commands.shown_segments import ShownFinding, ShownSegment, shown_finding, shown_heading, shown_segment
from hpedi.documents.html_frame import html_frame

_INDENT: Final = "  "

_STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:0 1rem 3rem;color:#1a1a1a;background:#fff}
header{position:sticky;top:0;background:#fff;padding:.5rem 0;border-bottom:1px solid #999}
h1{font-size:1.1rem;margin:.25rem 0}
input,button{font:inherit;padding:.15rem .5rem}
details{margin-left:1rem}
summary{cursor:pointer}
summary:focus-visible,input:focus-visible,button:focus-visible{outline:3px solid #0550ae}
.branch>summary{font-weight:600}
dl{display:grid;grid-template-columns:7rem minmax(10rem,22rem) 1fr;margin:.1rem 0 .4rem 1.2rem}
dl div{display:contents}
dt,dd{margin:0;overflow-wrap:anywhere}
dd.name{color:#555}
.finding{margin:.2rem 0 .2rem 1.2rem;padding:.1rem .5rem;border-left:4px solid #9a6700;background:#fff8e5}
.error{border-color:#b00020;background:#fdecee}
[hidden]{display:none}
@media (prefers-color-scheme:dark){
body,header{color:#e6e6e6;background:#161616}dd.name{color:#aaa}.finding{background:#332a10}.error{background:#3a1218}}
"""

_SCRIPT: Final = """
'use strict';
const field=document.getElementById('search'),told=document.getElementById('told');
const leaves=[...document.querySelectorAll('.leaf')],branches=[...document.querySelectorAll('.branch')].reverse();
let wait;
function search(){
  const words=field.value.trim().toLowerCase();let found=0;
  for(const leaf of leaves){
    leaf.hidden=words!==''&&!leaf.textContent.toLowerCase().includes(words);found+=leaf.hidden?0:1;}
  for(const branch of branches){
    branch.hidden=words!==''&&![...branch.children].some(child=>child.tagName!=='SUMMARY'&&!child.hidden);
    if(words!==''&&!branch.hidden)branch.open=true;}
  told.textContent=words===''?'':found+' found';}
field.addEventListener('input',()=>{clearTimeout(wait);wait=setTimeout(search,200);});
document.addEventListener('keydown',event=>{
  if(event.key==='/'&&event.target!==field){event.preventDefault();field.focus();}
  if(event.key==='Escape'&&event.target===field){field.value='';search();}});
for(const [id,open] of [['unfold',true],['fold',false]])
  document.getElementById(id).addEventListener('click',()=>{
    for(const details of document.querySelectorAll('details'))details.open=open;});
"""


class Form(Protocol):
    """How a tree is written."""

    def opened(self, heading: str, depth: int) -> str:
        """Return the beginning of a branch."""

    def closed(self) -> str:
        """Return the end of a branch."""

    def segment(self, segment: ShownSegment, depth: int) -> str:
        """Return a segment with its findings."""

    def finding(self, finding: ShownFinding, depth: int) -> str:
        """Return a finding about no segment shown."""


def drawn(pieces: Iterable[Piece], form: Form, *, mask: bool) -> Iterator[str]:
    """Yield the texts of a tree, opening and closing branches as the pieces go.

    Args:
        pieces: What is shown.
        form: How it is written.
        mask: Whether values that are no codes are hidden.
    """
    opened: Sequence[Branch] = ()
    for piece in pieces:
        pairs = zip(opened, piece.chain, strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], pairs))
        yield from (form.closed() for _ in opened[common:])
        for depth, branch in enumerate(piece.chain[common:], start=common):
            yield form.opened(shown_heading(branch, mask=mask), depth)
        opened = piece.chain
        for segment in piece.segments:
            yield form.segment(shown_segment(segment, piece.delimiters, mask=mask), len(opened))
        for finding in piece.findings:
            yield form.finding(shown_finding(finding), len(opened))
    yield from (form.closed() for _ in opened)


class Lines:
    """Indented lines."""

    def opened(self, heading: str, depth: int) -> str:
        """Return a heading."""
        return f"{_INDENT * depth}{heading}\n"

    def closed(self) -> str:
        """Return nothing: the next line stands further left."""
        return ""

    def segment(self, segment: ShownSegment, depth: int) -> str:
        """Return a line for the segment, one for each element, and one for each finding."""
        indent = _INDENT * depth
        position = "" if segment.position is None else f" [{segment.position}]"
        lines = [f"{indent}{segment.id}{position} {segment.name}".rstrip() + "\n"]
        for element in segment.elements:
            named = f"{element.id} {element.name}".rstrip()
            lines.append(f"{indent}{_INDENT}{named}: {element.value}\n")
        lines += (self.finding(finding, depth + 1) for finding in segment.findings)
        return "".join(lines)

    def finding(self, finding: ShownFinding, depth: int) -> str:
        """Return a line that stands out."""
        place = f" ({finding.place})" if finding.place else ""
        return f"{_INDENT * depth}! {finding.severity} {finding.code}{place}: {finding.message}\n"


class Markup:
    """HTML that folds."""

    def opened(self, heading: str, depth: int) -> str:  # noqa: ARG002  (see `Form`)
        """Return an unfolded branch."""
        return f'<details open class="branch"><summary>{escape(heading)}</summary>\n'

    def closed(self) -> str:
        """Return the end of a branch."""
        return "</details>\n"

    def segment(self, segment: ShownSegment, depth: int) -> str:  # noqa: ARG002  (see `Form`)
        """Return a segment, folded if nothing was found in it."""
        unfolded = " open" if segment.findings else ""
        position = "" if segment.position is None else f" [{segment.position}]"
        head = escape(f"{segment.id}{position} {segment.name}".rstrip())
        elements = "".join(
            f'<div><dt>{escape(each.id)}</dt><dd class="name">{escape(each.name)}</dd>'
            f"<dd>{escape(each.value)}</dd></div>"
            for each in segment.elements
        )
        findings = "".join(_paragraph(finding) for finding in segment.findings)
        listed = f"<dl>{elements}</dl>" if elements else ""
        return f'<details class="leaf"{unfolded}><summary>{head}</summary>{listed}{findings}</details>\n'

    def finding(self, finding: ShownFinding, depth: int) -> str:  # noqa: ARG002  (see `Form`)
        """Return a finding that the search knows too."""
        return f'<div class="leaf">{_paragraph(finding)}</div>\n'


def page(title: str, body: Iterable[str], style: str = "") -> Iterator[bytes]:
    """Yield a whole HTML page around a tree, with what folds and searches it.

    Args:
        title: Its heading.
        body: Elements of the classes `branch` and `leaf`, as `drawn` yields them for `Markup`; everything is escaped.
        style: Rules of what else stands in it.
    """
    head = (
        f"<header><h1>{escape(title)}</h1>\n"
        '<label for="search">Search</label> <input id="search" type="search" aria-keyshortcuts="/">\n'
        '<button type="button" id="unfold">Unfold all</button> <button type="button" id="fold">Fold all</button>\n'
        '<span id="told" role="status"></span></header>\n<main>\n'
    )
    return html_frame(title, chain([head], body, ["</main>\n"]), style=_STYLE + style, script=_SCRIPT)


def _paragraph(finding: ShownFinding) -> str:
    place = f" ({finding.place})" if finding.place else ""
    told = escape(f"{finding.severity} {finding.code}{place}: {finding.message}")
    return f'<p class="finding {escape(finding.severity)}">{told}</p>'
