"""The figures of a workspace, asked of its books with few questions: what each metric of the table is now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, Final, TypeAlias

from hpedi.run_context import RunContext
from hpedi.store.books import StoredBooks, StoredWork
from hpedi.store.figures import AnswerOf, Oldest
from hpedi.web.operations_table import AGES, OLDER, SECONDS

Labels: TypeAlias = tuple[str, ...]
Samples: TypeAlias = Mapping[str, Sequence[tuple[Labels, float]]]

MOST_PARTNERS: Final = 500
"""Partners with series of their own; what goes beyond is told as `other`."""

OTHER: Final = "other"
UNKNOWN: Final = "unknown"
MOST_WATCHERS: Final = 64
WITHIN: Final = timedelta(days=1)
OVERLAP: Final = timedelta(minutes=5)
FILES_TO_DELIVER: Final = "files to deliver"


@dataclass(slots=True)
class Acknowledged:
    """How long acknowledgements took, counted on from one look to the next.

    Attributes:
        since: The arrivals before this moment are counted, or none of ours to count.
        counts: How many took up to each of the ends of the buckets, and longer, each for itself.
        seconds: What they took in all.
    """

    since: datetime
    counts: list[int] = field(default_factory=lambda: [0] * (len(SECONDS) + 1))
    seconds: float = 0.0
    _counted: dict[tuple[int, int], datetime] = field(default_factory=dict)

    def take(self, answers: Sequence[AnswerOf], now: datetime) -> None:
        """Count what was delivered since the last look, and note from which arrival on to look next time."""
        waiting = now
        for each in answers:
            took = None if each.delivered_at is None else each.delivered_at - each.arrived_at
            is_answered = took is not None and took >= timedelta()
            if each.outbox is not None and took is not None and is_answered:
                self._count((each.arrival, each.outbox), took, each.arrived_at)
            elif each.outbox is not None or not each.has_ended:
                waiting = min(waiting, each.arrived_at)
        self.since = max(self.since, min(waiting, now - OVERLAP), now - WITHIN)
        self._counted = {key: arrived for key, arrived in self._counted.items() if arrived >= self.since}

    def _count(self, key: tuple[int, int], took: timedelta, arrived: datetime) -> None:
        if key in self._counted or took > WITHIN:
            return
        self._counted[key] = arrived
        seconds = took.total_seconds()
        self.seconds += seconds
        self.counts[next((place for place, end in enumerate(SECONDS) if seconds <= end), len(SECONDS))] += 1


def figures(
    books: StoredBooks, context: RunContext, acknowledged: Acknowledged | None, payments_since: date
) -> Samples:
    """Return what each metric that comes from the books is now.

    Args:
        books: The books.
        context: Who asks, and the moment.
        acknowledged: What was counted so far; it is counted on, where anything is.
        payments_since: Payments of runs before this day are left out.
    """
    found: dict[str, list[tuple[Labels, float]]] = defaultdict(list)
    with books.reading(context) as work:
        parts = [part(work, context.instant) for part in (_received, _decided, _gateway, _told)]
        for name, labels, value in chain(*parts, _paid(work, payments_since)):
            found[name].append((labels, value))
        if acknowledged is not None:
            acknowledged.take(work.figures.answers(acknowledged.since), context.instant)
    return found


_Sample: TypeAlias = tuple[str, Labels, float]


def _received(work: StoredWork, _now: datetime) -> Iterator[_Sample]:
    yield "hpedi_database_size_bytes", (), work.figures.size()
    for state, count in work.figures.files():
        yield "hpedi_files", (state,), count
    for labels, count in _by_partner(work.figures.interchanges()).items():
        yield "hpedi_interchanges", labels, count


def _decided(work: StoredWork, now: datetime) -> Iterator[_Sample]:
    for state, count in work.figures.claims():
        yield "hpedi_claims", (state,), count
    pended: Counter[Labels] = Counter()
    for each in work.statistics.pends():
        pended[each.reason, _age((now.date() - each.received_on).days)] += each.claims
    for labels, count in pended.items():
        yield "hpedi_pended_claims", labels, count
    yield "hpedi_decisions_total", (), work.figures.decisions()


def _paid(work: StoredWork, since: date) -> Iterator[_Sample]:
    for each in work.statistics.payments(since):
        yield "hpedi_payments", (each.method, each.state), each.count
        yield "hpedi_payments_dollars", (each.method, each.state), float(each.amount)


def _gateway(work: StoredWork, now: datetime) -> Iterator[_Sample]:
    for labels, count in _by_partner(work.figures.arrivals()).items():
        yield "hpedi_arrivals", labels, count
    waiting = work.figures.arrivals_waiting()
    yield "hpedi_arrivals_waiting", (), waiting.count
    yield "hpedi_arrivals_oldest_waiting_seconds", (), _since(waiting, now)
    for each in work.watchers.all()[-MOST_WATCHERS:]:
        yield "hpedi_watcher_heartbeat_age_seconds", (each.id,), _seconds(each.beat_at, now)
    for run in work.figures.schedules():
        yield "hpedi_schedule_last_due_timestamp_seconds", (run.name,), run.due_at.timestamp()
        if run.ended_at is not None:
            yield "hpedi_schedule_last_end_timestamp_seconds", (run.name,), run.ended_at.timestamp()
        yield "hpedi_schedule_late_seconds", (run.name,), _seconds(run.unfinished_since, now)


def _told(work: StoredWork, now: datetime) -> Iterator[_Sample]:
    to_deliver = Oldest(0, None)
    for each in work.statistics.waiting():
        if each.what == FILES_TO_DELIVER:
            to_deliver = Oldest(each.count, each.oldest)
            continue
        yield "hpedi_waiting", (each.what,), each.count
        yield "hpedi_waiting_oldest_seconds", (each.what,), _seconds(each.oldest, now)
    yield "hpedi_outbox_waiting_files", (), to_deliver.count
    yield "hpedi_outbox_oldest_waiting_seconds", (), _since(to_deliver, now)
    yield "hpedi_audit_unsealed_entries", (), work.figures.unsealed()
    for state, count in work.figures.webhooks():
        yield "hpedi_webhooks", (state,), count
    for state, count in work.figures.webhook_events():
        yield "hpedi_webhook_events", (state,), count
    yield "hpedi_webhook_events_oldest_waiting_seconds", (), _since(work.figures.webhook_events_waiting(), now)


def _since(oldest: Oldest, now: datetime) -> float:
    return _seconds(oldest.since, now)


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _age(days: int) -> str:
    return next((label for most, label in AGES if days <= most), OLDER)


def _by_partner(rows: Sequence[tuple[Any, ...]]) -> Mapping[Labels, int]:
    """Add up rows that begin with a partner and end with a count, by what stands before it."""
    named = set(sorted({row[0] for row in rows})[:MOST_PARTNERS])
    found: Counter[Labels] = Counter()
    for partner, *labels, count in rows:
        whose = partner if partner in named else OTHER
        found[whose or UNKNOWN, *labels] += count
    return found
