"""`hpedi view`: a file as a tree of loops, for whoever asks to read it; nothing of it is logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from hpedi.acceptance.judging import Judging
from hpedi.acceptance.outline import Piece
from hpedi.acceptance.outlining import Choice, outline
from hpedi.acceptance_files import RuleFiles
from hpedi.commands import ExitCode
from hpedi.commands.file_bytes import chunks_of
from hpedi.commands.options import ExistingFile
from hpedi.commands.printing import hint, json_option, print_json
from hpedi.commands.shown_outline import Lines, Markup, drawn, page
from hpedi.commands.shown_segments import (
    ShownFinding,
    ShownSegment,
    shown_finding,
    shown_heading,
    shown_segment,
)
from hpedi.guide_files import GuideFiles
from hpedi.safekeeping.whole_files import write_whole
from hpedi.x12.reader import read_x12


@click.command()
@click.argument("file", type=ExistingFile)
@click.option("--loop", metavar="ID", help="Show only this loop and the loops in it, for example 2300.")
@click.option("--claim", metavar="ID", help="Show only the claim of this CLM01 (CLP01), with what stands above it.")
@click.option("--errors", is_flag=True, help="Show only loops in which something was found.")
@click.option("--mask", is_flag=True, help="Hide every value that is no code: names, ids, dates, amounts.")
@click.option(
    "--html",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page that folds and can be searched.",
)
@json_option
def command(
    file: Path, *, loop: str | None, claim: str | None, errors: bool, mask: bool, out: Path | None, as_json: bool
) -> int:
    """Show an X12 file as a tree of loops.

    Segments and elements have the names of the guide, findings stand in place. What is shown is members' data; --mask
    hides it. Exit code 1 says that something in the file is refused, or that nothing is there to show.

    \b
    Example:
      hpedi view --claim RB-2607 --mask inbound/claims.837
    """
    if out is not None and as_json:
        raise click.UsageError("--html and --json are two forms: ask for one")
    if out is not None and out.exists() and out.samefile(file):
        raise click.UsageError("--html would write over the file itself")
    watched = _Watched()
    choice = Choice(loop=loop.upper() if loop else None, claim=claim, errors=errors)
    shown = watched.shown(choice.of(watched.read(_pieces(file))))
    if out is not None:
        title = "X12 file, values hidden" if mask else file.name
        write_whole(out, page(title, drawn(shown, Markup(), mask=mask)))
    elif as_json:
        for piece in shown:
            print_json(_listed(piece, mask=mask))
    else:
        for text in drawn(shown, Lines(), mask=mask):
            click.echo(text, nl=False)
    if not watched.showed:
        hint("nothing in the file is what was asked for")
    return ExitCode.FINDINGS if watched.has_errors or not (watched.showed or errors) else ExitCode.OK


class _Watched:
    """What was seen of the pieces while they passed."""

    def __init__(self) -> None:
        self.has_errors = False
        self.showed = False

    def read(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Pass every piece of the file on."""
        for piece in pieces:
            self.has_errors = self.has_errors or any(finding.is_error for finding in piece.every_finding())
            yield piece

    def shown(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Pass on the pieces to show."""
        for piece in pieces:
            self.showed = True
            yield piece


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A piece as --json prints it: the headings around it, its segments, and findings about none of them."""

    within: tuple[str, ...]
    segments: tuple[ShownSegment, ...]
    findings: tuple[ShownFinding, ...]


def _listed(piece: Piece, *, mask: bool) -> _Listed:
    return _Listed(
        within=tuple(shown_heading(branch, mask=mask) for branch in piece.chain),
        segments=tuple(shown_segment(segment, piece.delimiters, mask=mask) for segment in piece.segments),
        findings=tuple(shown_finding(finding) for finding in piece.findings),
    )


def _pieces(path: Path) -> Iterator[Piece]:
    guides = GuideFiles()
    judging = Judging(
        guide_for=guides.guide_for,
        sets_of_group=guides.sets_of_group,
        known_version=guides.known_version,
        plan_for=RuleFiles(guides).plan_for,
        file=path.name,
    )
    return outline(read_x12(chunks_of(path), file=path.name), judging)
