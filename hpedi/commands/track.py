"""`hpedi track`: submissions and claims followed from arrival to last answer, what is late, and what is sent again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import json_option
from hpedi.commands.track_overdue import numbers, overdue
from hpedi.commands.track_report import report
from hpedi.commands.track_resend import resend

if TYPE_CHECKING:
    from hpedi.commands.jobs import Jobs
    from hpedi.pipeline.submission_report import SubmittedClaim
    from hpedi.pipeline.tracking import Track

DEFAULT: Final = "show"


class _FollowsAtOnce(click.Group):
    """A group whose first word may be what is to be followed: `hpedi track WORD` is `hpedi track show WORD`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command in front of a word that is none."""
        if args and args[0] not in self.commands and args[0] not in (*ctx.help_option_names, "--help"):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_FollowsAtOnce)
def command() -> None:
    """Follow a file or claim from arrival to its last answer.

    What is named by nothing else is followed: `hpedi track WORD` is `hpedi track show WORD`.

    \b
    Example:
      hpedi track inbound/clinic.837
      hpedi track RIVERBEND/000000501 --claims
      hpedi track overdue
    """


@command.command()
@click.argument("word", metavar="FILE|DIGEST|ISA|CLAIM")
@click.option("--claims", "with_claims", is_flag=True, help="List each claim of a file or interchange, too.")
@click.option("--follow", is_flag=True, help="Go on telling what happens, to the end.")
@click.option("--every", type=click.FloatRange(min=0.05), default=2.0, show_default=True, metavar="SECONDS",
              help="How often --follow looks.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="When --follow stops at the latest.")
@json_option
@click.pass_obj
def show(
    session: Session, word: str, *, with_claims: bool, follow: bool, every: float, timeout: float | None, as_json: bool
) -> int:
    """Tell what became of a file, interchange or claim, oldest first.

    Named by a file's path, name or SHA-256, file:N, receipt:N or arrival:N; an interchange by SENDER/CONTROL (ISA06 or
    the partner's id) or its ISA13; a claim by our number or the patient account. Many claims are summed. Exit code 1:
    something is rejected or overdue, or nothing that you may see goes by this.

    \b
    Example:
      hpedi track show 000000501 --claims
      hpedi track show 26061000010000001 --follow --timeout 600
    """
    from hpedi.commands.tracking import jobs_of

    ends = time.monotonic() + timeout if timeout is not None else None
    jobs = jobs_of(session)
    tracks, claims = _tracks(jobs, word, with_claims=with_claims)
    _print(tracks, claims, as_json=as_json)
    while follow and tracks and not all(each.is_at_end for each in tracks):
        if ends is not None and time.monotonic() + every > ends:
            break
        time.sleep(every)
        tracks = _told_anew(jobs, word, tracks, as_json=as_json)
    return ExitCode.FINDINGS if not tracks or any(each.is_bad for each in tracks) else ExitCode.OK


def _tracks(
    jobs: Jobs, word: str, *, with_claims: bool = False, is_noted: bool = True
) -> tuple[tuple[Track, ...], tuple[SubmittedClaim, ...]]:
    """Return the timelines of what a word names, and the claims where they are asked for."""
    from hpedi.commands.tracking import following, lookup_of, word_of
    from hpedi.pipeline.submission_report import claims_of
    from hpedi.pipeline.tracking import track
    from hpedi.pipeline.tracking_search import find

    meant = word_of(word)
    with following(jobs, is_noted=is_noted) as tracker:
        targets = find(tracker, meant)
        tracks = tuple(track(tracker, each) for each in targets)
        claims: tuple[SubmittedClaim, ...] = ()
        if with_claims:
            claims = tuple(one for each in targets for one in claims_of(tracker, each, lookup_of(tracker)))
    return tracks, claims


def _told_anew(jobs: Jobs, word: str, before: tuple[Track, ...], *, as_json: bool) -> tuple[Track, ...]:
    """Return the timelines as they are now, for who may still see them; what is new is told, and the look noted."""
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import context_again
    from hpedi.commands.track_pages import print_new

    jobs = Jobs(jobs.workspace, context_again(jobs.workspace, jobs.context.principal))
    now, _claims = _tracks(jobs, word, is_noted=False)
    if now == before:
        return now
    now, _claims = _tracks(jobs, word)
    print_new(before, now, as_json=as_json)
    return now


def _print(tracks: tuple[Track, ...], claims: tuple[SubmittedClaim, ...], *, as_json: bool) -> None:
    from hpedi.commands.track_pages import print_claims, print_tracks

    print_tracks(tracks, as_json=as_json)
    print_claims(claims, as_json=as_json)


for each in (report, overdue, numbers, resend):
    command.add_command(each)
