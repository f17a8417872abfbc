"""Following, as commands do it: who follows, what a word on the command line means, and the targets it names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hpedi.commands import Session
from hpedi.commands.inquire import inquiry_of
from hpedi.commands.jobs import Jobs
from hpedi.commands.signed_in import context_of
from hpedi.commands.workspace import open_workspace, payer_zone
from hpedi.findings import Unavailable
from hpedi.inquiry_files import inquiry_data
from hpedi.mappings_folder import mapping
from hpedi.payments.advice_texts import load_advice_texts
from hpedi.pipeline.deadlines import Deadlines, load_deadlines
from hpedi.pipeline.overdue import OverdueTerms
from hpedi.pipeline.status_lookup import StatusLookup
from hpedi.pipeline.tracking import Tracker, check_follows
from hpedi.pipeline.tracking_events import TrackWords
from hpedi.pipeline.tracking_search import Word

if TYPE_CHECKING:
    from datetime import date

NOTHING: Final = (
    "nothing that you may see goes by this. Name a file (path, name or SHA-256), SENDER/CONTROL or ISA13, "
    "file:N, receipt:N or arrival:N, our number of a claim or a patient account (claim:ACCOUNT)."
)
_CHUNK: Final = 1 << 20


def jobs_of(session: Session) -> Jobs:
    """Return the jobs of who runs the command; whether it may do what it asks is decided where it is asked."""
    workspace = open_workspace(session.home)
    return Jobs(workspace, context_of(workspace))


@contextmanager
def following(jobs: Jobs, *, is_noted: bool = True) -> Iterator[Tracker]:
    """Open a question about submissions and claims, in the transaction that its audit rows commit with.

    Raises:
        NotPermitted: No role of the asker follows any.
    """
    with inquiry_of(jobs, is_noted=is_noted) as inquiry:
        tracker = Tracker(inquiry=inquiry, words=track_words(jobs), terms=overdue_terms(jobs, days=0))
        check_follows(tracker)
        yield tracker


def track_words(jobs: Jobs) -> TrackWords:
    """Return the words for codes of today."""
    day = jobs.context.as_of
    return TrackWords(table=inquiry_data().claim_status.on(day), reasons=carc_words(day), zone=jobs.context.instant)


@lru_cache(maxsize=4)
def carc_words(day: date) -> dict[str, str]:
    """Return adjustment reason codes in words."""
    texts, reasons = mapping("payments/remittance_texts.yaml"), mapping("code_sets/adjustment_reason.tsv")
    return dict(load_advice_texts(texts.read_bytes(), reasons.read_bytes(), day).reasons)


def deadlines_on(day: date) -> Deadlines:
    """Return the deadlines in force on a day."""
    return load_deadlines(mapping("gateway/deadlines.yaml").read_bytes(), day)


def overdue_terms(jobs: Jobs, days: int, now: datetime | None = None) -> OverdueTerms:
    """Return what lateness is told by, now and so many days back."""
    moment = now or datetime.now(UTC).astimezone(payer_zone())
    return OverdueTerms(
        now=moment,
        since=moment - timedelta(days=days),
        deadlines=deadlines_on(moment.date()),
        calendar=jobs.business_days,
        reference=jobs.reference,
    )


def lookup_of(tracker: Tracker) -> StatusLookup:
    """Return where what became of claims is looked up."""
    refusals = inquiry_data().refusal_statuses
    return StatusLookup(work=tracker.inquiry.work, reference=tracker.inquiry.reference, refusals=refusals, npis=())


def word_of(text: str) -> Word:
    """Return what a word on the command line stands for; of a file that lies there its bytes count.

    Raises:
        Unavailable: The file cannot be read.
    """
    path = Path(text)
    try:
        lies_there = path.is_file()
    except OSError:  # too long for a path, for example
        lies_there = False
    try:
        digest = _digest(path) if lies_there else ""
    except OSError as error:
        raise Unavailable(f"cannot read the file ({error.strerror})") from None
    # What is no UTF-8 is no number of anybody's; a partner's name of a file may be.
    return Word(text=text.encode(errors="replace").decode(), digest=digest, name=path.name)


def _digest(path: Path) -> str:
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            seen.update(chunk)
    return seen.hexdigest()
