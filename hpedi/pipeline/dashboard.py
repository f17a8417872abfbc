"""The dashboard: what came in, was decided, denied and paid in the last days, and what waits; sums and nobody's data.

Test data (ISA15 = T) is counted apart: only what was received of it, for nothing of it is decided or paid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd
from hpedi.partners.states import TEST
from hpedi.pipeline.gateway_ports import Heartbeat
from hpedi.pipeline.ports import Work
from hpedi.pipeline.received import summary_of
from hpedi.pipeline.statistics_ports import (
    DecidedOn,
    DeniedFor,
    InterchangeCounted,
    PaymentsAlike,
    PendedSince,
    Waiting,
)
from hpedi.pipeline.tracking_events import finding_words

BUCKETS: Final = ((7, "to 7 days"), (14, "8 to 14"), (30, "15 to 30"), (60, "31 to 60"))
OLDEST: Final = "over 60"
"""Ages of claims that wait, from their receipt; all but the last end with a day."""

REPEATED: Final = "repeated"


class DayFigures(Model, frozen=True, kw_only=True):
    """One day, by the payer's calendar; claims, and US dollars of what was decided on it (reversals with their minus).

    Attributes:
        received: Claims sent for production, those of refused interchanges among them.
        accepted: Those of them that the front end took; the others it rejected.
        decided: First decisions.
        corrected: Decisions made anew.
        reversed: Decisions taken back.
        paid_claims: Decisions in payments that went out on the day.
        paid_out: What these payments come to.
    """

    day: date
    received: int = 0
    accepted: int = 0
    rejected: int = 0
    decided: int = 0
    corrected: int = 0
    reversed: int = 0
    paid_claims: int = 0
    charged: Usd = ZERO
    allowed: Usd = ZERO
    paid: Usd = ZERO
    patient_responsibility: Usd = ZERO
    paid_out: Usd = ZERO


class PendFigures(Model, frozen=True, kw_only=True):
    """Claims that wait for one reason: how many of each age, in the order of `BUCKETS` and `OLDEST`; US dollars."""

    reason: str
    ages: tuple[int, ...]
    claims: int
    charged: Usd


class DenialFigures(Model, frozen=True, kw_only=True):
    """Lines denied for one reason, in words; US dollars."""

    reason: str
    says: str
    lines: int
    claims: int
    amount: Usd


class PartnerFigures(Model, frozen=True, kw_only=True):
    """What a partner sent for production or test.

    Attributes:
        partner: Our id; empty for senders that we do not know.
        interchanges: How many came.
        rejected: How many were refused.
        claims: Claims in them; `claims_rejected` of them were refused.
        why: Findings that refused, most often first, with their words and how often.
        last_heard: The last of them.
    """

    partner: str
    usage: str
    interchanges: int
    rejected: int
    claims: int
    claims_rejected: int
    why: tuple[tuple[str, str, int], ...]
    last_heard: datetime | None


class Dashboard(Model, frozen=True, kw_only=True):
    """All figures.

    Attributes:
        since: The first day that counts; `as_of` is the last.
        days: Days on which anything was received, decided or paid.
        test_interchanges: Interchanges that came for testing, and claims in them, which are in no other figure.
        acceptance_rate: Claims taken at first, of those received; None where none were.
        auto_adjudication_rate: First decisions that nobody looked at, of all; None where there were none.
        quarantined: Files in quarantine by finding codes.
        watchers: Who watches the folders, and whether it was heard of lately.
    """

    as_of: date
    since: date
    days: tuple[DayFigures, ...]
    test_interchanges: int
    test_claims: int
    acceptance_rate: Decimal | None
    auto_adjudication_rate: Decimal | None
    pends: tuple[PendFigures, ...]
    denials: tuple[DenialFigures, ...]
    payments: tuple[PaymentsAlike, ...]
    partners: tuple[PartnerFigures, ...]
    quarantined: tuple[tuple[str, int], ...]
    waiting: tuple[Waiting, ...]
    watchers: tuple[Heartbeat, ...]

    @property
    def total(self) -> DayFigures:
        """The sum of all days."""
        summed = [name for name in DayFigures.__struct_fields__ if name != "day"]
        sums: dict[str, Any] = {
            name: sum((getattr(each, name) for each in self.days), _nothing(name)) for name in summed
        }
        return DayFigures(day=self.as_of, **sums)


def _nothing(name: str) -> Usd | int:
    return ZERO if isinstance(getattr(_EMPTY, name), Decimal) else 0


_EMPTY: Final = DayFigures(day=date.min)
_RATE: Final = Decimal("0.001")


def dashboard(work: Work, as_of: date, days: int, reasons: Mapping[str, str], now: datetime) -> Dashboard:
    """Return the figures of the last days, from one transaction.

    Args:
        work: The transaction, which sees one state of the books.
        as_of: The last day; what waits is told as it stands now.
        days: How many count, the last among them.
        reasons: Adjustment reason codes in words.
        now: The moment, for its time zone.
    """
    since = as_of - timedelta(days=days - 1)
    found = work.statistics
    received, decided = found.interchanges(since, as_of), found.decided(since, as_of)
    fresh = [each for each in received if each.verdict != REPEATED]
    tests = [each for each in fresh if each.usage == TEST]
    figures = _days(fresh, decided)
    begun, ended = (datetime.combine(day, time(), now.tzinfo) for day in (since, as_of + timedelta(days=1)))
    for out in found.paid_out(begun, ended):
        day = out.at.astimezone(now.tzinfo).date()
        _add(figures, day, paid_claims=out.claims, paid_out=out.amount)
    sent = sum(each["received"] for each in figures.values())
    first = sum(each.first for each in decided)
    return Dashboard(
        as_of=as_of,
        since=since,
        days=tuple(DayFigures(day=day, **figures[day]) for day in sorted(figures)),
        test_interchanges=len(tests),
        test_claims=sum(summary_of(each.summary).claims for each in tests),
        acceptance_rate=_rate(sum(each["accepted"] for each in figures.values()), sent),
        auto_adjudication_rate=_rate(sum(each.untouched for each in decided), first),
        pends=tuple(_pends(found.pends(), as_of)),
        denials=tuple(_denial(each, reasons) for each in found.denials(since, as_of)),
        payments=found.payments(since, as_of),
        partners=tuple(_partners(fresh, found.last_heard())),
        quarantined=_counted(found.quarantined(since, as_of)),
        waiting=found.waiting(),
        watchers=work.watchers.all(),
    )


def _rate(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) / Decimal(whole)).quantize(_RATE) if whole else None


def _days(received: Iterable[InterchangeCounted], decided: Iterable[DecidedOn]) -> dict[date, dict[str, Any]]:
    figures: dict[date, dict[str, Any]] = {}
    for each in received:
        if each.usage != TEST:
            summary = summary_of(each.summary)
            taken = summary.claims - summary.claims_refused
            _add(figures, each.received_on, received=summary.claims, accepted=taken, rejected=summary.claims_refused)
    for day in decided:
        _add(
            figures,
            day.day,
            decided=day.first,
            corrected=day.corrected,
            reversed=day.reversed,
            charged=day.charged,
            allowed=day.allowed,
            paid=day.paid,
            patient_responsibility=day.patient_responsibility,
        )
    return figures


def _add(figures: dict[date, dict[str, Any]], day: date, **more: Usd | int) -> None:
    """Add to the figures of a day, all of which there are from its first on."""
    empty = {name: getattr(_EMPTY, name) for name in DayFigures.__struct_fields__ if name != "day"}
    own = figures.setdefault(day, empty)
    for name, value in more.items():
        own[name] += value


def _pends(waiting: Iterable[PendedSince], as_of: date) -> Iterator[PendFigures]:
    by_reason: dict[str, list[PendedSince]] = {}
    for each in waiting:
        by_reason.setdefault(each.reason, []).append(each)
    for reason, alike in sorted(by_reason.items()):
        ages = [0] * (len(BUCKETS) + 1)
        for each in alike:
            age = (as_of - each.received_on).days
            ages[next((place for place, (last, _title) in enumerate(BUCKETS) if age <= last), len(BUCKETS))] += (
                each.claims
            )
        charged = sum((each.charged for each in alike), ZERO)
        yield PendFigures(reason=reason, ages=tuple(ages), claims=sum(ages), charged=charged)


def _denial(each: DeniedFor, reasons: Mapping[str, str]) -> DenialFigures:
    says = reasons.get(each.reason.partition("-")[2], "see the published list of X12")
    return DenialFigures(reason=each.reason, says=says, lines=each.lines, claims=each.claims, amount=each.amount)


def _partners(
    received: Iterable[InterchangeCounted], last_heard: Sequence[tuple[str, str, datetime]]
) -> Iterator[PartnerFigures]:
    """Yield what each partner sent, and when it was last heard of, also before the days that count."""
    by_partner: dict[tuple[str, str], list[InterchangeCounted]] = {}
    for each in received:
        by_partner.setdefault((each.partner, each.usage), []).append(each)
    for partner, usage, at in last_heard:
        alike = by_partner.get((partner, usage), [])
        summaries = [summary_of(each.summary) for each in alike]
        refused = [summary for each, summary in zip(alike, summaries, strict=True) if each.verdict == "rejected"]
        codes = _counted(code for summary in refused for code in summary.findings)
        yield PartnerFigures(
            partner=partner,
            usage=usage,
            interchanges=len(alike),
            rejected=len(refused),
            claims=sum(summary.claims for summary in summaries),
            claims_rejected=sum(summary.claims_refused for summary in summaries),
            why=tuple((code, finding_words([code]), count) for code, count in codes),
            last_heard=at,
        )


def _counted(codes: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return codes with how often each is there, most often first."""
    return tuple(sorted(Counter(codes).items(), key=lambda item: (-item[1], item[0])))
