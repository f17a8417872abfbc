"""`hpedi convert`: an X12 file as JSON and back, or as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click

from hpedi.commands import ExitCode
from hpedi.commands.file_bytes import GivenUp, check_output, chunks_of, output_option, why_not_x12, write_output
from hpedi.commands.file_report import report_findings
from hpedi.commands.options import ExistingFile
from hpedi.commands.printing import hint, json_option, print_json, progress
from hpedi.conversion.csv_document import Rows, csv_document
from hpedi.conversion.json_read import x12_of_json
from hpedi.conversion.json_write import json_document
from hpedi.conversion.scan import scan
from hpedi.conversion.units import UnitEvent, units
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles

_SHOWN: Final = 20


@click.command()
@click.argument("file", type=ExistingFile)
@click.option("--to", "form", type=click.Choice(["json", "csv", "x12"]), required=True, help="What to write.")
@click.option(
    "--rows",
    type=click.Choice([each.value for each in Rows]),
    help="What a row of CSV is; claims and lines are of 837 and 835.  [default: segments]",
)
@output_option
@json_option
def command(file: Path, *, form: str, rows: str | None, out: Path, as_json: bool) -> int:
    """Convert an X12 file to JSON or CSV, and back.

    The JSON holds every byte of the file: back in X12 it is the same file. What is written is members' data. Exit code
    1 says that the file could not be converted, or that the rows of a CSV do not hold all of it.

    \b
    Example:
      hpedi convert claims.837 --to json -o claims.json
      hpedi convert claims.json --to x12 -o claims.837
      hpedi convert claims.837 --to csv --rows lines -o lines.csv
    """
    check_output(file, out, as_json=as_json)
    if rows is not None and form != "csv":
        raise click.UsageError("--rows goes with --to csv")
    findings: list[Finding] = []
    if form != "x12":
        findings += why_not_x12(file)
    elif str(out) == "-":
        findings += (each for each in x12_of_json(chunks_of(file), file=file.name) if isinstance(each, Finding))
    if not findings:
        _write(file, form, Rows(rows or Rows.SEGMENTS), out, findings)
    _tell(file, form, out, findings, as_json=as_json)
    return ExitCode.FINDINGS if findings else ExitCode.OK


def _write(file: Path, form: str, rows: Rows, out: Path, findings: list[Finding]) -> None:
    def tell(finding: Finding) -> None:
        findings.append(finding.within(file=file.name))

    with progress(file.name, file.stat().st_size) as advance:
        written: dict[str, Callable[[], Iterator[bytes]]] = {
            "json": lambda: json_document(_units(file, advance)),
            "csv": lambda: csv_document(_units(file, advance), rows, tell),
            "x12": lambda: _x12(file, advance, findings),
        }
        try:
            write_output(out, written[form]())
        except GivenUp:
            return


def _units(file: Path, advance: Callable[[int], None]) -> Iterator[UnitEvent]:
    return units(scan(chunks_of(file, advance)), GuideFiles().guide_for)


def _x12(file: Path, advance: Callable[[int], None], findings: list[Finding]) -> Iterator[bytes]:
    for each in x12_of_json(chunks_of(file, advance), file=file.name):
        if isinstance(each, Finding):
            findings.append(each)
            raise GivenUp
        yield each


def _tell(file: Path, form: str, out: Path, findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        reported = report_findings(findings)
        print_json({"file": file.name, "to": form, "output": str(out), "findings": reported})
        return
    for finding in findings[:_SHOWN]:
        offset = finding.where.byte_offset
        place = "" if offset is None else f" (byte {offset:,})"
        hint(f"{file.name}: {finding.severity.value} {finding.code}{place}: {finding.message}")
    if len(findings) > _SHOWN:
        hint(f"and {len(findings) - _SHOWN:,} more; --json shows them")
