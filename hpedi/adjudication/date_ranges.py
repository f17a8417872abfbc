"""Services of several days that cross a change: of coverage, plan, benefit year, contract or fee.

Such a line is decided in parts, one for each run of days on which the same holds, and put together again: the
remittance has one line for what was billed as one. Units go with the days and the charge to the cent; a line whose
units cannot be divided stays whole, and the claim pends. So does one of a claim with other payers, whose decisions are
of whole lines. Nothing is divided where the contract prices the claim as one: its first day holds for the whole of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.context import ClaimContext, DayTerms, LineContext
from hpedi.adjudication.decision import ClaimDecision, LineDecision
from hpedi.adjudication.override import Override
from hpedi.adjudication.rules.duplicate import check_duplicate
from hpedi.adjudication.stages.resolve import day_terms
from hpedi.adjudication.verdicts import Denies, Pends
from hpedi.benefits.accumulators import AccumulatorEntry
from hpedi.benefits.authorizations import AuthorizationUse
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import ReceivedClaim, ServiceLine
from hpedi.money import ZERO, Usd, allocate
from hpedi.service_dates import DateSpan

LONGEST: Final = 366
"""A line of more days is never divided: it is no one service."""

_Held = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Divided:
    """A claim whose crossing lines are divided.

    Attributes:
        received: The claim with its parts as lines, numbered anew.
        billed: The number of the billed line that each part is of.
    """

    received: ReceivedClaim
    billed: Mapping[int, int]

    def pends(self, made: Pends) -> Pends:
        """Return what a claim waits for, told of the line that was billed."""
        return Pends(
            reason=made.reason,
            message=made.message,
            status277=made.status277,
            line=self.billed.get(made.line, made.line),
        )

    def overrides(self, told: Sequence[Override]) -> tuple[Override, ...]:
        """Return what examiners decided of billed lines as decided of their parts."""
        return tuple(
            replace(
                each,
                denials=tuple(
                    (part, reason)
                    for number, reason in each.denials
                    for part in (self._parts_of(number) if number else (0,))
                ),
                prices=tuple(each for number, price in each.prices for each in self._shares_of(number, price)),
            )
            for each in told
        )

    def _parts_of(self, number: int) -> tuple[int, ...]:
        return tuple(part for part, billed in self.billed.items() if billed == number)

    def _shares_of(self, number: int, price: Usd) -> Iterator[tuple[int, Usd]]:
        """Yield the parts of a line with their shares of its price, by their charges; the claim (0) is one part."""
        if not number:
            yield number, price
            return
        parts = [line for line in self.received.claim.lines if self.billed[line.number] == number]
        shares = allocate(price, [line.charged for line in parts])
        yield from zip((line.number for line in parts), shares, strict=True)

    def joined(self, made: ClaimDecision) -> ClaimDecision:
        """Return the decision on the lines that were billed."""
        of_billed = {
            number: list(parts) for number, parts in groupby(made.lines, lambda line: self.billed[line.number])
        }
        return replace(
            made,
            lines=tuple(_joined_line(number, parts) for number, parts in of_billed.items()),
            entries=tuple(_joined_entries(replace(each, source=self._moved(each.source)) for each in made.entries)),
            uses=tuple(_joined_uses(replace(each, source=self._moved(each.source)) for each in made.uses)),
            trail=tuple(replace(step, line=self.billed.get(step.line, step.line)) for step in made.trail),
        )

    def _moved(self, source: str) -> str:
        claim, _, number = source.rpartition("/")
        return f"{claim}/{self.billed.get(int(number), int(number))}"


def crosses_a_change(line: LineContext) -> bool:
    """Say whether something else holds on the last day of a line than on its first."""
    first, last = line.terms, line.last_terms
    if first is last:
        return False
    return _held(first) != _held(last) or (line.fees is not None and not line.fees.covers(last.day))


def divide(context: ClaimContext) -> Divided | None:
    """Divide the lines of a claim that cross a change; None where none does, or none can be divided.

    Args:
        context: The claim as billed.
    """
    if context.claim_rate is not None or context.claim.other_payers or context.matched is None:
        return None
    if not any(crosses_a_change(line) for line in context.lines):
        return None
    terms_of = day_terms(context)
    lines: list[ServiceLine] = []
    billed: dict[int, int] = {}
    for line in context.lines:
        for part in _parts(context, line, terms_of):
            billed[len(lines) + 1] = line.line.number
            lines.append(replace(part, number=len(lines) + 1))
    if len(lines) == len(context.lines):
        return None
    claim = replace(context.claim, lines=tuple(lines))
    return Divided(replace(context.received, claim=claim), billed)


def _parts(context: ClaimContext, line: LineContext, terms_of: Callable[[date], DayTerms]) -> list[ServiceLine]:
    billed = line.line
    if not crosses_a_change(line) or isinstance(check_duplicate(context, line, ()), Denies):
        return [billed]
    by_terms = groupby(_days(billed.dates), lambda day: _priced(context, line, terms_of(day)))
    runs = [list(days) for _held_on, days in by_terms]
    days = sum(len(run) for run in runs)
    units = [billed.units * len(run) / days for run in runs]
    if days > LONGEST or any(each != each.to_integral_value() for each in units):
        return [billed]
    charges = allocate(billed.charged, [Decimal(len(run)) for run in runs])
    return [
        replace(billed, dates=DateSpan(run[0], run[-1]), units=_whole(part), charged=charged)
        for run, part, charged in zip(runs, units, charges, strict=True)
    ]


def _whole(units: Decimal) -> Decimal:
    return units.to_integral_value()


def _days(dates: DateSpan) -> Iterator[date]:
    end = dates.end or dates.start
    for offset in range(min((end - dates.start).days, LONGEST) + 1):
        yield dates.start + timedelta(days=offset)


def _held(terms: DayTerms) -> _Held:
    """Return what holds on a day, to be compared with another's."""
    plan = terms.plan.source if terms.plan is not None else ""
    return (terms.coverage, plan, terms.period, terms.contract)


def _priced(context: ClaimContext, line: LineContext, terms: DayTerms) -> _Held:
    schedule = line.rate.fee_schedule if line.rate is not None else None
    fees = context.reference.fee_version(schedule, terms.day) if schedule else None
    return (*_held(terms), fees.version if fees is not None else "")


# --- putting together ------------------------------------------------------------------------------------------------


def _joined_line(number: int, parts: Sequence[LineDecision]) -> LineDecision:
    first = next((part for part in parts if not part.denied), parts[0])
    if len(parts) == 1:
        return replace(first, number=number)
    return replace(
        first,
        number=number,
        date=parts[0].date,
        units_billed=sum((part.units_billed for part in parts), Decimal(0)),
        units_paid=sum((part.units_paid for part in parts), Decimal(0)),
        charged=_sum_of(part.charged for part in parts),
        allowed=_sum_of(part.allowed for part in parts),
        paid=_sum_of(part.paid for part in parts),
        adjustments=_joined_adjustments(each for part in parts for each in part.adjustments),
        remarks=tuple(dict.fromkeys(remark for part in parts for remark in part.remarks)),
        copay=_sum_of(part.copay for part in parts),
        references=tuple(dict.fromkeys(each for part in parts for each in part.references)),
    )


def _sum_of(amounts: Iterable[Usd]) -> Usd:
    return sum(amounts, ZERO)


def _joined_adjustments(adjustments: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
    joined: dict[tuple[str, str], Adjustment] = {}
    for each in adjustments:
        before = joined.get((each.group, each.carc))
        joined[each.group, each.carc] = each if before is None else _added(before, each)
    return tuple(each for each in joined.values() if each.amount)


def _added(one: Adjustment, other: Adjustment) -> Adjustment:
    units = [each.quantity for each in (one, other) if each.quantity is not None]
    return replace(one, amount=one.amount + other.amount, quantity=sum(units, Decimal(0)) if units else None)


def _joined_entries(entries: Iterable[AccumulatorEntry]) -> Iterator[AccumulatorEntry]:
    joined: dict[tuple[object, str], AccumulatorEntry] = {}
    for each in entries:
        place = (each.key, each.source)
        joined[place] = replace(each, amount=joined[place].amount + each.amount) if place in joined else each
    yield from joined.values()


def _joined_uses(uses: Iterable[AuthorizationUse]) -> Iterator[AuthorizationUse]:
    joined: dict[tuple[str, str], AuthorizationUse] = {}
    for each in uses:
        place = (each.authorization, each.source)
        joined[place] = replace(each, units=joined[place].units + each.units) if place in joined else each
    yield from joined.values()
