"""`hpedi track report`: one report a submission, for whoever sent it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.documents import print_document, write_document, written_options
from hpedi.commands.printing import json_option, print_json


@click.command()
@click.argument("word", metavar="RECEIPT|FILE")
@click.option("--csv", "rows", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT",
              help="Write the claims as CSV, one a line.")  # fmt: skip
@written_options
@json_option
@click.pass_obj
def report(
    session: Session, word: str, rows: Path | None, page: Path | None, sheets: Path | None, *, as_json: bool
) -> int:
    """Tell the sender what became of a submission, and what to do.

    What was sent, accepted, rejected, pended, denied and paid, claim by claim, with the reasons in words.

    \b
    Example:
      hpedi track report receipt:12
      hpedi track report RIVERBEND/000000501 --html report.html --csv report.csv
    """
    from hpedi.commands.track_pages import print_tracks
    from hpedi.commands.tracking import following, jobs_of, lookup_of, word_of
    from hpedi.pipeline.submission_report import report_csv, report_document, submission_report
    from hpedi.pipeline.tracking_search import find
    from hpedi.safekeeping.whole_files import write_whole

    meant = word_of(word)
    with following(jobs_of(session)) as tracker:
        targets = [each for each in find(tracker, meant) if each.claim is None]
        made = [submission_report(tracker, each, lookup_of(tracker)) for each in targets]
    if not made:
        print_tracks((), as_json=as_json)
        return ExitCode.FINDINGS
    if len(made) > 1 and (page, sheets, rows) != (None, None, None):
        raise click.UsageError(f"{len(made)} submissions go by this; name one: " + ", ".join(each.of for each in made))
    for each in made:
        document = report_document(each)
        is_written = write_document(document, page, sheets)
        if rows is not None:
            write_whole(rows, report_csv(each.claims))
        if as_json:
            print_json({"report": asdict(each)})
        elif not is_written and rows is None:
            print_document(document)
    is_rejected = any(each.outcome == "rejected" for one in made for each in one.sums)
    is_refused = any(each.verdict == "rejected" for one in made for each in one.interchanges)
    return ExitCode.FINDINGS if is_rejected or is_refused else ExitCode.OK
