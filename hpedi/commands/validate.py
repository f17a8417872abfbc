"""`hpedi validate`: files judged by their guides, without a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import InterchangeJudgement, judged_file
from hpedi.acceptance.judging import HIGHEST_SNIP, Judging
from hpedi.acceptance_files import RuleFiles, companions
from hpedi.code_files import check_own_lists, code_book
from hpedi.commands import ExitCode
from hpedi.commands.answer_files import AnswerFiles
from hpedi.commands.file_bytes import chunks_of
from hpedi.commands.file_report import FileReport, ReportedFinding, report
from hpedi.commands.options import files_argument
from hpedi.commands.printing import Column, hint, json_option, print_json, print_table, progress
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from hpedi.x12.reader import read_x12

_SHOWN: Final = 50
_COLUMNS: Final = (
    Column("Place", whole=True),
    Column("Code", whole=True),
    Column("SNIP", right=True),
    Column("Finding"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How files are to be judged.

    Attributes:
        snip: The highest SNIP level.
        guides: The guides.
        rules: The rules above them.
    """

    snip: int
    guides: GuideFiles
    rules: RuleFiles


@click.command()
@files_argument
@click.option(
    "--engine",
    type=click.Choice(["hpedi", "pyx12"]),
    default="hpedi",
    show_default=True,
    help="Whose engine judges the transaction sets.",
)
@click.option(
    "--snip",
    type=click.IntRange(1, HIGHEST_SNIP),
    default=HIGHEST_SNIP,
    show_default=True,
    help="The highest SNIP level to judge.",
)
@click.option(
    "--companion",
    metavar="ID",
    help="The companion guide to judge by (SNIP 7), whoever the file is addressed to.",
)
@click.option(
    "--code-sets",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="A folder of code lists of your own, as `hpedi codes import --into` writes them.",
)
@click.option(
    "--ack-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the TA1, 999 and 277CA of each interchange into this folder.",
)
@json_option
def command(
    files: tuple[Path, ...],
    *,
    engine: str,
    snip: int,
    companion: str | None,
    code_sets: Path | None,
    ack_dir: Path | None,
    as_json: bool,
) -> int:
    """Judge X12 files by their guides and rules.

    SNIP levels: 1 syntax, 2 guide, 3 balancing, 4 situational rules, 5 code sets, 6 claim types, 7 companion guide.

    Every finding has its place, a code and what to do. Exit code 1 says that something is refused, 0 that nothing is.

    \b
    Example:
      hpedi validate --ack-dir answers inbound/*.837
    """
    if engine == "pyx12" and snip != HIGHEST_SNIP:
        raise click.UsageError("--snip goes with the engine hpedi: pyx12 judges SNIP 1 and 2")
    if engine == "pyx12" and ack_dir is not None:
        raise click.UsageError("--ack-dir goes with the engine hpedi: answers are written from its findings")
    if ack_dir is not None and len({path.name for path in files}) < len(files):
        raise click.UsageError("--ack-dir names answers after the files: give files of different names")
    asked = _asked(snip, companion, code_sets)
    found_errors = False
    for path in files:
        reported = _by_pyx12(path) if engine == "pyx12" else _by_hpedi(path, asked, ack_dir)
        found_errors = found_errors or reported.has_errors
        print_json(reported) if as_json else print_report(reported)
    return ExitCode.FINDINGS if found_errors else ExitCode.OK


def _asked(snip: int, companion: str | None, code_sets: Path | None) -> Asked:
    if companion is not None and companion not in companions():
        raise click.UsageError(f"there is no companion guide {companion}; there are: {', '.join(companions())}")
    wrong = () if code_sets is None else check_own_lists(code_sets)
    if wrong:
        from hpedi.commands.payer_files import print_findings

        print_findings(wrong)
        raise click.UsageError(f"--code-sets {code_sets} has lists that cannot be read")
    guides = GuideFiles()
    return Asked(snip=snip, guides=guides, rules=RuleFiles(guides, code_book(code_sets), companion=companion))


def _by_hpedi(path: Path, asked: Asked, ack_dir: Path | None) -> FileReport:
    answers = None if ack_dir is None else AnswerFiles(ack_dir, path)
    judged: list[InterchangeJudgement | Finding] = []
    with progress(path.name, path.stat().st_size) as advance:
        events = read_x12(chunks_of(path, advance), file=path.name)
        for each in judge(events, _judging(path, asked, answers)):
            judged.append(each)
            if answers is not None and isinstance(each, InterchangeJudgement):
                answers.write(each)
    return report(str(path), judged_file(judged), not_checked=asked.rules.not_checked())


def _judging(path: Path, asked: Asked, answers: AnswerFiles | None) -> Judging:
    return Judging(
        guide_for=asked.guides.guide_for,
        sets_of_group=asked.guides.sets_of_group,
        known_version=asked.guides.known_version,
        plan_for=asked.rules.plan_for,
        highest_snip=asked.snip,
        file=path.name,
        on_claim=None if answers is None else answers.take,
    )


def _by_pyx12(path: Path) -> FileReport:
    from hpedi.commands.second_opinion import ask_pyx12

    with progress(path.name, path.stat().st_size) as advance:
        return ask_pyx12(str(path), read_x12(chunks_of(path, advance), file=path.name))


def print_report(reported: FileReport) -> None:
    """Print what was found in a file."""
    sets = [each for interchange in reported.interchanges for each in interchange.transaction_sets]
    click.echo(
        f"{reported.file}: {reported.verdict.replace('_', ' ')}; interchanges {len(reported.interchanges)}, "
        f"transaction sets {len(sets)}, segments {reported.segments:,}, findings {len(reported.findings):,}"
    )
    print_table("", _COLUMNS, (_row(finding) for finding in reported.findings[:_SHOWN]))
    if len(reported.findings) > _SHOWN:
        hint(f"and {len(reported.findings) - _SHOWN:,} more; --json shows them")
    if reported.not_checked:
        hint(f"not checked, for want of a list: {', '.join(reported.not_checked)}; see hpedi codes import")


def _row(finding: ReportedFinding) -> tuple[object, ...]:
    return (_place(finding.where), finding.code, finding.snip or "", finding.message)


def _place(where: dict[str, str | int | None]) -> str:
    """Return a place as people say it: set 0001, segment 12, 2010AA NM109."""
    parts = [
        f"{label} {where[name]}"
        for name, label in (("transaction_set", "set"), ("segment", "segment"))
        if where.get(name) is not None
    ]
    element = f"{where['element']:02d}" if where["element"] is not None else ""
    component = f"-{where['component']}" if where.get("component") is not None else ""
    at = f"{where['loop'] or ''} {where.get('segment_id') or ''}{element}{component}".strip()
    if at:
        parts.append(at)
    if where.get("segment") is None and where["byte_offset"] is not None:
        parts.append(f"byte {where['byte_offset']:,}")
    return ", ".join(parts)
