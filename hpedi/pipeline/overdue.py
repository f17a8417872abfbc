"""What is late: acknowledgements and answers, files under way, deliveries, pickups, and claims that wait too long.

`overdue` is outstanding yet; `late` was done, after its deadline. EFTs and their 835s have a look of their own
(`hpedi eft reassociation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal, TypeAlias

from hpedi.claims.model import Model
from hpedi.payments.calendar import AchCalendar
from hpedi.payments.interest import prompt_pay
from hpedi.pipeline.deadlines import Deadlines
from hpedi.pipeline.ports import Work
from hpedi.pipeline.tracking_ports import OutputDue, UndecidedClaim
from hpedi.reference.reference import Reference

LateState: TypeAlias = Literal["overdue", "late"]


class Late(Model, frozen=True, kw_only=True):
    """Something that is late.

    Attributes:
        state: It is outstanding yet, or was done after its deadline.
        what: The deadline's name.
        about: What it is about: interchange, file, or claims, by our identifiers and control numbers.
        partner: Whose it is.
        since: From when it is counted.
        due: By when it was due.
        done: When it was done.
        says: What is wrong.
        do: What to do.
    """

    state: LateState
    what: str
    about: str
    partner: str
    since: datetime
    due: datetime
    done: datetime | None = None
    says: str
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueTerms:
    """What lateness is told by.

    Attributes:
        now: The moment of the question.
        since: How far back what was done late is told.
        deadlines: Those in force.
        calendar: Business days.
        reference: The payer's reference data: prompt pay.
    """

    now: datetime
    since: datetime
    deadlines: Deadlines
    calendar: AchCalendar
    reference: Reference


def overdue(work: Work, terms: OverdueTerms) -> tuple[Late, ...]:
    """Return what is late, the oldest deadline first."""
    outputs = work.tracking.outputs_due(terms.since)
    found = [*_outputs(outputs, terms), *_unfinished(work, terms), *_not_picked_up(work, outputs, terms)]
    found += _undecided(work, terms)
    return tuple(sorted(found, key=lambda each: (each.state == "late", each.due, each.about)))


def late_output(each: OutputDue, terms: OverdueTerms) -> Late | None:
    """Return whether a file of the outbox is late; None where it is in time."""
    deadline = terms.deadlines.of(each.row.kind)
    if deadline is None:
        due: datetime | None = each.since + timedelta(minutes=terms.deadlines.waiting_minutes)
        what, says = "delivery", "is not delivered"
    else:
        due, what, says = deadline.due(each.since, terms.calendar), deadline.name, deadline.means
    done = each.row.delivered_at
    is_known = deadline is not None or done is None  # when other files were to be delivered nobody says
    if due is None or not is_known or (done or terms.now) <= due:
        return None
    number = f", interchange {each.control_number}" if each.control_number else ""
    return Late(
        state="overdue" if done is None else "late",
        what=what,
        about=f"outbox {each.row.id} ({each.row.kind}){number}",
        partner=each.partner or _whose(each.row.folder),
        since=each.since,
        due=due,
        done=done,
        says=says,
        do="`hpedi deliver`, and see why the schedule did not" if done is None else "see what held it up",
    )


def _outputs(outputs: Iterable[OutputDue], terms: OverdueTerms) -> Iterator[Late]:
    for each in outputs:
        late = late_output(each, terms)
        if late is not None:
            yield late


def _unfinished(work: Work, terms: OverdueTerms) -> Iterator[Late]:
    allowed = timedelta(minutes=terms.deadlines.unfinished_minutes)
    for file in work.tracking.unfinished():
        due = file.received_at + allowed
        if terms.now > due:
            yield Late(
                state="overdue",
                what="receipt",
                about=f"file {file.id}",
                partner="",
                since=file.received_at,
                due=due,
                says="was begun to be received, and not to its end",
                do="receive it again; what was done of it is skipped",
            )
    for arrival in work.arrivals.unended():
        due = arrival.arrived_at + allowed
        if terms.now > due:
            yield Late(
                state="overdue",
                what="receipt",
                about=f"arrival {arrival.id}",
                partner=arrival.partner,
                since=arrival.arrived_at,
                due=due,
                says="was taken, and is not received",
                do="see whether a watcher is at work: `hpedi dashboard`",
            )


def _not_picked_up(work: Work, outputs: Iterable[OutputDue], terms: OverdueTerms) -> Iterator[Late]:
    """Yield what lies in a folder for long, where pickups are known at all: foreign servers tell of none.

    What was delivered in the last days is told one by one, what lies there for longer by folder and kind.
    """
    if not work.pickups.any():
        return
    allowed = timedelta(days=terms.deadlines.pickup_days)
    for old in work.tracking.lying(min(terms.since, terms.now - allowed)):
        more = f" and {old.count - 1} more" if old.count > 1 else ""
        yield _lying(f"outbox {old.first} ({old.kind}){more}", _whose(old.folder), old.since, allowed)
    lying = [each for each in outputs if each.row.delivered_at is not None and each.row.folder.startswith("outbox/")]
    picked_up = work.pickups.of(each.row.id for each in lying)
    for each in lying:
        since = each.row.delivered_at or each.since
        if each.row.id not in picked_up and terms.now > since + allowed:
            whose = each.partner or _whose(each.row.folder)
            yield _lying(f"outbox {each.row.id} ({each.row.kind})", whose, since, allowed)


def _whose(folder: str) -> str:
    return folder.removeprefix("outbox/")


def _lying(about: str, partner: str, since: datetime, allowed: timedelta) -> Late:
    return Late(
        state="overdue",
        what="pickup",
        about=about,
        partner=partner,
        since=since,
        due=since + allowed,
        says="was delivered, and nobody picked it up",
        do="ask the partner whether it can reach its folder",
    )


def _undecided(work: Work, terms: OverdueTerms) -> Iterator[Late]:
    today = terms.now.date()
    held = prompt_pay(terms.reference, today)
    if held is None:
        return
    found = work.tracking.undecided(today - timedelta(days=held.days + 1))
    alike = sorted(found, key=_alike)
    for (received_on, state, note), claims in groupby(alike, key=_alike):
        numbers = [each.number for each in claims]
        since = datetime.combine(received_on, datetime.min.time(), terms.now.tzinfo)
        first = numbers[0] if len(numbers) == 1 else f"{numbers[0]} and {len(numbers) - 1} more"
        yield Late(
            state="overdue",
            what="prompt pay",
            about=f"claim {first}",
            partner="",
            since=since,
            due=since + timedelta(days=held.days),
            says=f"{len(numbers)} not decided: {state}{f' for {note}' if note else ''}",
            do="`hpedi pends list`" if state == "pended" else "`hpedi adjudicate`",
        )


def _alike(each: UndecidedClaim) -> tuple[date, str, str]:
    return each.received_on, each.state, each.note
