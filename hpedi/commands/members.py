"""`hpedi members`: members and their coverage from 834 files, shown before they take effect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import ExistingFile, as_of_option
from hpedi.commands.printing import hint, json_option, print_json

if TYPE_CHECKING:
    from datetime import date

    from hpedi.commands.file_report import FileReport
    from hpedi.pipeline.enrolment import EnrolmentOutcome, SentEnrolment


@click.group()
def command() -> None:
    """Take in members and their coverage from 834 files.

    \b
    Example:
      hpedi members load inbound/sponsor.834
      hpedi members load inbound/sponsor.834 --approve 3f0c61d2aa
    """


@command.command()
@click.argument("file", metavar="FILE", type=ExistingFile)
@click.option("--approve", "number", default="", metavar="LIST", help="Let the list of this number take effect.")
@click.option("--terminate-missing", is_flag=True, help="End the coverage of who is missing from a full file.")
@click.option(
    "--ack-dir", type=click.Path(file_okay=False, path_type=Path), help="Write the TA1 and 999 into this folder."
)
@as_of_option
@json_option
@click.pass_obj
def load(
    session: Session,
    /,
    *,
    file: Path,
    number: str,
    terminate_missing: bool,
    ack_dir: Path | None,
    as_of: date | None,
    as_json: bool,
) -> int:
    """Say what an 834 X220A1 file does to members, their coverage and decided claims; let it take effect when approved.

    The file is judged by its guide first. Then the list is shown, with its number: members added, changed and ended,
    coverage before and after, the decided claims whose outcome may change, and members that are not taken, with place
    and remedy. Nothing takes effect until the list is approved by its number; if something else would come out by then,
    it is refused. A full file (BGN08 4 or RX) lists who is covered and not in it, and ends nobody unless asked.

    \b
    Example:
      hpedi members load inbound/sponsor.834
    """
    from hpedi.commands.jobs import Jobs, alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.enrolment import NotShown, approve, look

    workspace = open_workspace(session.home)
    jobs = Jobs(workspace, acting(workspace, "load", "reference", as_of))
    reported, sent = _read(file, ack_dir, is_approved=bool(number))
    if reported.has_errors:
        return _refuse(reported, as_json=as_json)
    books, context, reference = workspace.books, jobs.context, jobs.reference
    if not number:
        outcome = look(books, context, reference, sent, terminate=terminate_missing)
    else:
        try:
            with alone(workspace):
                outcome = approve(books, context, reference, sent, number, terminate=terminate_missing)
        except NotShown as other:
            raise click.UsageError(str(other)) from None
    _tell(outcome, as_json=as_json, terminated=terminate_missing)
    return ExitCode.FINDINGS if outcome.refused else ExitCode.OK


def _read(file: Path, ack_dir: Path | None, *, is_approved: bool) -> tuple[FileReport, tuple[SentEnrolment, ...]]:
    """Judge a file by its guide and the rules above it, and read its members where nothing is refused."""
    from hpedi.acceptance.judge import judge
    from hpedi.acceptance.judgement import InterchangeJudgement, judged_file
    from hpedi.acceptance.judging import Judging
    from hpedi.acceptance_files import RuleFiles
    from hpedi.commands.answer_files import AnswerFiles
    from hpedi.commands.file_report import report
    from hpedi.guide_files import GuideFiles
    from hpedi.pipeline.enrolment import read_enrolments
    from hpedi.x12.reader import read_x12

    guides = GuideFiles()
    rules = RuleFiles(guides)
    judging = Judging(
        guide_for=guides.guide_for,
        sets_of_group=guides.sets_of_group,
        known_version=guides.known_version,
        plan_for=rules.plan_for,
        file=file.name,
    )
    content = file.read_bytes()
    judged = list(judge(read_x12([content], file=file.name), judging))
    interchanges = [each for each in judged if isinstance(each, InterchangeJudgement)]
    if ack_dir is not None:
        answers = AnswerFiles(ack_dir, file)
        for each in interchanges:
            answers.write(each)
    if is_approved and any(each.usage != "P" for each in interchanges):
        raise click.UsageError("the file is a test (ISA15 is not P): it can be looked at, and never takes effect")
    reported = report(str(file), judged_file(judged), not_checked=rules.not_checked())
    guide = guides.guide_for("BE", "005010X220A1", "834")
    if reported.has_errors or guide is None:
        return reported, ()
    return reported, read_enrolments(content, guide, file.name)


def _refuse(reported: FileReport, *, as_json: bool) -> int:
    from hpedi.commands.validate import print_report

    if as_json:
        print_json({"validation": reported})
    else:
        print_report(reported)
        click.echo("nothing taken in: correct the file first")
    return ExitCode.FINDINGS


def _tell(outcome: EnrolmentOutcome, *, as_json: bool, terminated: bool) -> None:
    from hpedi.commands.impact_pages import print_impact, print_refused

    if as_json:
        print_json({"enrolment": outcome})
        return
    print_impact(outcome.impact)
    print_refused(outcome.refused)
    if outcome.missing:
        remedy = "ended" if terminated else "not ended: --terminate-missing ends their coverage"
        click.echo(f"missing from the full file, {remedy}: {', '.join(outcome.missing)}")
    if outcome.snapshot is not None:
        click.echo(f"in effect: snapshot {outcome.snapshot}")
    elif outcome.impact.records:
        hint(f"nothing is changed; the same command with --approve {outcome.impact.number} lets it take effect")
