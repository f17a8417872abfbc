"""Timelines, and the claims of a submission: tables for people and lines of JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands.printing import Column, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.pipeline.submission_report import SubmittedClaim
    from hpedi.pipeline.tracking import Track
    from hpedi.pipeline.tracking_events import TrackEvent

_EVENTS: Final = (
    Column("When", whole=True),
    Column("What", whole=True),
    Column("Of"),
    Column("Which says"),
    Column("Codes"),
    Column("Claims", right=True),
    money_column("Charged"),
    money_column("Paid"),
)
_CLAIMS: Final = (
    Column("Patient account", whole=True),
    Column("Claim", whole=True),
    Column("Service", whole=True),
    Column("Outcome", whole=True),
    Column("Which says"),
    money_column("Charged"),
    money_column("Paid"),
    money_column("Patient owes"),
    Column("Payment", whole=True),
)
_CODES: Final = 3


def print_tracks(tracks: Sequence[Track], *, as_json: bool) -> None:
    """Print timelines, one after the other."""
    from hpedi.commands.tracking import NOTHING

    if as_json:
        for track in tracks:
            print_json({"track": {"of": track.of, "is_at_end": track.is_at_end, "is_bad": track.is_bad,
                                  "events": track.events}})  # fmt: skip
        if not tracks:
            print_json({"results": 0, "message": NOTHING})
        return
    for track in tracks:
        print_table(track.of, _EVENTS, map(_event, track.events))
        click.echo("nothing more is to come" if track.is_at_end else "more is to come")
    if not tracks:
        click.echo(NOTHING)


def print_new(before: Sequence[Track], now: Sequence[Track], *, as_json: bool) -> None:
    """Print what happened since timelines were told."""
    told = {(track.of, event) for track in before for event in track.events}
    for track in now:
        new = [event for event in track.events if (track.of, event) not in told]
        for event in new if as_json else ():
            print_json({"event": {"of": track.of, "event": event}})
        if not as_json:
            print_table(track.of, _EVENTS, map(_event, new))


def _event(event: TrackEvent) -> tuple[object, ...]:
    when = event.at.strftime("%Y-%m-%d %H:%M:%S") if event.at is not None else event.day.isoformat()
    more = len(event.codes) - _CODES
    codes = " ".join(event.codes[:_CODES]) + (f" +{more}" if more > 0 else "")
    by = f" by {event.by}" if event.by else ""
    what = f"{'! ' if event.is_bad else ''}{event.what}"
    return (when, what, event.about, event.says + by, codes, event.claims or None, event.charged, event.paid)


def print_claims(claims: Sequence[SubmittedClaim], *, as_json: bool) -> None:
    """Print claims, one a row."""
    if as_json:
        for claim in claims:
            print_json({"claim": claim})
        return
    rows = (
        (
            claim.patient_account,
            claim.claim,
            claim.service_date,
            claim.outcome,
            claim.says,
            claim.charged,
            claim.paid,
            claim.patient_responsibility,
            f"{claim.payment} of {claim.paid_on}" if claim.payment else "",
        )
        for claim in claims
    )
    print_table("Claims", _CLAIMS, rows)
