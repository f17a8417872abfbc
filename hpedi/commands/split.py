"""`hpedi split`: an X12 file cut into files of their own, with a list of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from hpedi.commands import ExitCode
from hpedi.commands.file_bytes import GivenUp, chunks_of
from hpedi.commands.file_report import report_findings
from hpedi.commands.options import ExistingFile
from hpedi.commands.printing import Column, hint, json_option, print_json, print_table, progress
from hpedi.commands.shown_segments import printable
from hpedi.conversion.parts import CLAIM_STARTS, PartSummary
from hpedi.conversion.scan import scan
from hpedi.conversion.split import BROKEN_ENVELOPE, SplitBy, SplitEvent, Splitting, split
from hpedi.conversion.units import units
from hpedi.findings import Finding
from hpedi.safekeeping.whole_folders import GrowingFolder, whole_folder
from hpedi.x12.events import GroupStart, InterchangeStart, SegmentBatch, SetStart
from hpedi.x12.reader import read_x12

if TYPE_CHECKING:
    from hashlib import _Hash

MANIFEST: Final = "manifest.json"

_SHOWN: Final = 50
_LARGEST_CONTROL_NUMBER: Final = 999_999_999
_COLUMNS: Final = (
    Column("File", whole=True),
    Column("Interchange", whole=True),
    Column("Key", whole=True),
    Column("Sets", right=True),
    Column("Claims", right=True),
    Column("Segments", right=True),
)


@click.command()
@click.argument("file", type=ExistingFile)
@click.argument("folder", metavar="OUTDIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--by", type=click.Choice([each.value for each in SplitBy]), required=True, help="What a part is.")
@click.option("--claims", metavar="N", type=click.IntRange(1), help="With --by claim: the most claims of a part.")
@click.option(
    "--renumber",
    metavar="N",
    type=click.IntRange(1, _LARGEST_CONTROL_NUMBER),
    help="Give the parts control numbers of their own: ISA13 and GS06 from N on, ST02 from 0001 in each.",
)
@json_option
def command(file: Path, folder: Path, *, by: str, claims: int | None, renumber: int | None, as_json: bool) -> int:
    """Cut an X12 file into files of their own, in a new folder.

    Each part has right counts and, unless --renumber is given, the control numbers of the file. All parts together hold
    all of the file; manifest.json in the folder lists them. Exit code 1 says that the file is broken.

    \b
    Example:
      hpedi split claims.837 parts --by claim --claims 500
      hpedi split claims.837 by-payer --by payer --renumber 1001
    """
    splitting = Splitting(by=SplitBy(by), claims=claims or 1, first_control_number=renumber)
    if claims is not None and splitting.by is not SplitBy.CLAIM:
        raise click.UsageError("--claims goes with --by claim")
    if renumber is not None and splitting.by is SplitBy.INTERCHANGE:
        raise click.UsageError("--renumber does not go with --by interchange, which copies every byte")
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError("OUTDIR holds files: name a new folder")
    whole, findings = _counted(file)
    written = 0
    if whole.interchanges and (not findings or splitting.by is SplitBy.INTERCHANGE):
        written, more = _write(file, folder, splitting, whole if not findings else None)
        findings += more
    if as_json:
        _print_manifest(folder / MANIFEST if written else None, findings)
    else:
        _print(folder, written, findings, file)
    return ExitCode.FINDINGS if findings else ExitCode.OK


@dataclass(slots=True)
class _Counts:
    """What a file holds."""

    interchanges: int = 0
    groups: int = 0
    sets: int = 0
    claims: int = 0
    segments: int = 0


def _counted(file: Path) -> tuple[_Counts, list[Finding]]:
    """Read the file once: count what is in it, and look whether its envelope is whole."""
    counts = _Counts()
    findings = []
    with progress(f"{file.name}: reading", file.stat().st_size) as advance:
        for event in read_x12(chunks_of(file, advance), file=file.name):
            if isinstance(event, SegmentBatch):
                counts.segments += len(event.texts)
                counts.claims += sum(text[:3] in CLAIM_STARTS for text in event.texts)
            elif isinstance(event, Finding):
                findings += [event] if event.code in BROKEN_ENVELOPE else []
            else:
                counts.interchanges += isinstance(event, InterchangeStart)
                counts.groups += isinstance(event, GroupStart)
                counts.sets += isinstance(event, SetStart)
    return counts, findings


def _write(file: Path, folder: Path, splitting: Splitting, whole: _Counts | None) -> tuple[int, list[Finding]]:
    """Write the parts and their list; nothing if something is found on the way.

    Args:
        file: What is split.
        folder: Where to.
        splitting: How.
        whole: What the parts must hold together; None if that is not known.

    Returns:
        How many parts, and what was found.

    Raises:
        ArithmeticError: The parts do not hold all claims of the file: a bug.
    """
    try:
        with whole_folder(folder) as growing, progress(f"{file.name}: writing", file.stat().st_size) as advance:
            parts = _PartFiles(growing, file, splitting.by)
            for event in split(units(scan(chunks_of(file, advance))), splitting, file=file.name):
                parts.take(event)
            if whole is not None and parts.claims != whole.claims:
                raise ArithmeticError("the parts do not hold all claims of the file")
            parts.close(whole)
            return parts.count, []
    except GivenUp as given_up:
        return 0, [*given_up.args]


class _PartFiles:
    """The files of the parts, and their list, which is written as they end."""

    def __init__(self, growing: GrowingFolder, file: Path, by: SplitBy) -> None:
        self.count = 0
        self.claims = 0
        self._growing = growing
        self._sums: dict[int, tuple[_Hash, int]] = {}
        head = msgspec.json.encode({"file": file.name, "by": by})
        growing.append(MANIFEST, head[:-1] + b',"parts":[')

    def take(self, event: SplitEvent) -> None:
        """Write text of a part, or list a part that ended.

        Raises:
            GivenUp: The event is a finding, which it holds.
        """
        if isinstance(event, Finding):
            raise GivenUp(event)
        if isinstance(event, PartSummary):
            self._list(event)
            return
        content = event.text.encode("latin-1")
        digest, size = self._sums.setdefault(event.part, (sha256(), 0))
        digest.update(content)
        self._sums[event.part] = (digest, size + len(content))
        self._growing.append(_name(event.part), content)

    def _list(self, summary: PartSummary) -> None:
        digest, size = self._sums.pop(summary.part)
        self._growing.finish(_name(summary.part))
        named = {"file": _name(summary.part), "bytes": size, "sha256": digest.hexdigest()}
        line = msgspec.json.encode({**named, **asdict(summary)})
        self._growing.append(MANIFEST, (b",\n" if self.count else b"\n") + line)
        self.count += 1
        self.claims += summary.claims

    def close(self, whole: _Counts | None) -> None:
        """End the list with what the file holds."""
        self._growing.append(MANIFEST, b'\n],"whole":' + msgspec.json.encode(whole) + b"}\n")
        self._growing.finish(MANIFEST)


def _name(part: int) -> str:
    """Return the name of a part's file: its number and nothing of its content."""
    return f"{part:04}.x12"


def _listed(manifest: Path) -> Iterator[bytes]:
    """Yield the parts in the list, each as JSON."""
    with manifest.open("rb") as lines:
        next(lines)
        for line in lines:
            if not line.startswith(b"]"):
                yield line.rstrip(b",\n")


def _print_manifest(manifest: Path | None, findings: list[Finding]) -> None:
    for line in () if manifest is None else _listed(manifest):
        click.echo(line.decode())
    if findings:
        print_json({"findings": report_findings(findings)})


def _print(folder: Path, written: int, findings: list[Finding], file: Path) -> None:
    for finding in findings[:_SHOWN]:
        click.echo(f"{file.name}: {finding.severity.value} {finding.code}: {finding.message}", err=True)
    if not written:
        hint(f"{file.name}: not split")
        return
    click.echo(f"{file.name}: {written:,} parts in {folder}")
    rows = (msgspec.json.decode(line) for line in islice(_listed(folder / MANIFEST), _SHOWN))
    keys = ("file", "interchange", "key", "sets", "claims", "segments")
    print_table("", _COLUMNS, ([printable(str(row[key])) for key in keys] for row in rows))
    if written > _SHOWN:
        hint(f"and {written - _SHOWN:,} more; {MANIFEST} lists them")
