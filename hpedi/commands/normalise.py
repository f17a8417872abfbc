"""`hpedi normalise`: an X12 file as it should stand, with every change listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final

import click

from hpedi.commands import ExitCode
from hpedi.commands.file_bytes import STANDARD_OUTPUT, check_output, chunks_of, output_option, write_output
from hpedi.commands.file_report import report_findings
from hpedi.commands.options import ExistingFile
from hpedi.commands.printing import json_option, print_json, progress
from hpedi.commands.shown_segments import printable
from hpedi.conversion.changes import TOLD, Change
from hpedi.conversion.normalise import Normalised, Wanted, normalise
from hpedi.findings import Finding, Where

_SHOWN: Final = 50


@click.command()
@click.argument("file", type=ExistingFile)
@output_option
@click.option("--in-place", is_flag=True, help="Write over the file itself.")
@click.option("--check", is_flag=True, help="Only say what would change; exit code 1 if anything.")
@click.option("--lines/--no-lines", "line_breaks", default=True, show_default=True, help="One segment a line.")
@click.option("--standard-delimiters", is_flag=True, help="Write * : ^ ~ in place of other delimiters.")
@click.option("--keep-counts", is_flag=True, help="Leave SE01, GE01, IEA01, HL01, HL02 and LX01 as they are.")
@json_option
def command(
    file: Path,
    *,
    out: Path,
    in_place: bool,
    check: bool,
    line_breaks: bool,
    standard_delimiters: bool,
    keep_counts: bool,
    as_json: bool,
) -> int:
    """Wrap, count and clean an X12 file, and list every change.

    No data element is changed but counts and the numbers of HL and LX, and nothing is guessed: a file that is cut off
    or lacks a trailer is told and left alone. Exit code 1 says that, or with --check that something would change.

    \b
    Example:
      hpedi normalise claims.837 -o clean.837
      hpedi normalise --check claims.837
    """
    if in_place and (check or out != STANDARD_OUTPUT):
        raise click.UsageError("--in-place goes without -o and --check")
    if not (check or in_place):
        check_output(file, out, as_json=as_json)
    wanted = Wanted(line_breaks=line_breaks, standard_delimiters=standard_delimiters, counts=not keep_counts)
    listing = _Listing(as_json=as_json, on_stderr=not (check or in_place) and out == STANDARD_OUTPUT)
    findings = list(_listed(file, wanted, listing))
    target = file if in_place else out
    is_written = not findings and not check and (listing.count > 0 or not in_place)
    if is_written:
        write_output(target, (each for each in _run(file, wanted, "writing") if isinstance(each, bytes)))
    listing.end(file, findings, output=str(target) if is_written else None)
    return ExitCode.FINDINGS if findings or (check and listing.count) else ExitCode.OK


def _run(file: Path, wanted: Wanted, label: str) -> Iterator[Normalised]:
    with progress(f"{file.name}: {label}", file.stat().st_size) as advance:
        yield from normalise(chunks_of(file, advance), wanted, file=file.name)


def _listed(file: Path, wanted: Wanted, listing: _Listing) -> Iterator[Finding]:
    """List the changes; yield what was found."""
    for each in _run(file, wanted, "reading"):
        if isinstance(each, Change):
            listing.add(each)
        elif isinstance(each, Finding):
            yield each


class _Listing:
    """The changes as they are told: the first some for people, all of them with --json."""

    def __init__(self, *, as_json: bool, on_stderr: bool) -> None:
        self.count = 0
        self._as_json = as_json
        self._on_stderr = on_stderr

    def add(self, change: Change) -> None:
        """List a change."""
        self.count += 1
        told = TOLD[change.kind]
        if self._as_json:
            print_json({"change": change.kind, "message": told, "where": _place(change.where)})
        elif self.count <= _SHOWN:
            click.echo(f"{_words(change.where)}: {told}", err=self._on_stderr)

    def end(self, file: Path, findings: list[Finding], *, output: str | None) -> None:
        """Say what came of it."""
        if self._as_json:
            reported = report_findings(findings)
            print_json({"file": file.name, "output": output, "changes": self.count, "findings": reported})
            return
        if self.count > _SHOWN:
            click.echo(f"and {self.count - _SHOWN:,} more; --json shows them", err=self._on_stderr)
        for finding in findings:
            place = _words(finding.where)
            click.echo(f"{file.name}: not normalised: {place}: {finding.code}: {finding.message}", err=True)
        if not findings and not self.count:
            click.echo(f"{file.name}: nothing to change", err=self._on_stderr)


def _place(where: Where) -> dict[str, str | int]:
    values = {each.name: getattr(where, each.name) for each in fields(Where) if each.name != "file"}
    return {name: value for name, value in values.items() if value is not None}


def _words(where: Where) -> str:
    """Return a place as people say it: interchange 000000101, set 0001, segment 12 REF, byte 1,032."""
    named = (("interchange", where.interchange), ("group", where.group), ("set", where.transaction_set))
    parts = [f"{label} {printable(value)}" for label, value in named if value is not None]
    segment = " ".join(str(each) for each in (where.segment, where.segment_id) if each is not None)
    if segment:
        parts.append(f"segment {segment}")
    if where.byte_offset is not None:
        parts.append(f"byte {where.byte_offset:,}")
    return ", ".join(parts)
