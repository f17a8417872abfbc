"""How near rules were to their limits when a claim was decided, and what would have changed the outcome.

It reads the inputs and counters of the steps of a trail, and says nothing that they do not say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from hpedi.adjudication.decision import ClaimDecision, TrailStep
from hpedi.adjudication.rules.prior_auth import ABSENT, EXCEEDED, EXPIRED, OTHER_PROVIDER, OTHER_SERVICE
from hpedi.adjudication.stages.cost_share import COUNTED
from hpedi.adjudication.stages.cost_share import STAGE as COST_SHARE
from hpedi.benefits.accumulators import Counted
from hpedi.benefits.authorizations import plain_units
from hpedi.benefits.rows import DOLLARS, VISITS
from hpedi.claims.model import Model


class Nearness(Model, frozen=True, kw_only=True):
    """How near a rule was to its limit.

    Attributes:
        line: Service line; 0 for the claim.
        rule: The rule.
        text: What would have changed the outcome, in a sentence.
    """

    line: int
    rule: str
    text: str


DEDUCTIBLE: Final = "deductible"
MAXIMUM: Final = "oop"
NAMES: Final[Mapping[str, str]] = {"tried": "timely_filing", COUNTED: "limits"}
"""By what a rule goes whose step has a name of its own."""

Teller = Callable[[TrailStep, Mapping[str, str]], Iterator[str]]


def near_limits(made: ClaimDecision) -> Iterator[Nearness]:
    """Yield how near the rules of a decision were to their limits, in the order of its trail."""
    for step in made.trail:
        tell = TELLERS.get((step.stage, step.rule))
        if tell is not None:
            for text in tell(step, dict(step.inputs)):
                yield Nearness(line=step.line, rule=NAMES.get(step.rule, step.rule), text=text)


def _in_time(step: TrailStep, inputs: Mapping[str, str]) -> Iterator[str]:
    last_day, received = inputs.get("last day to file"), inputs.get("received")
    if last_day and received and received <= last_day and "timely_filing" in step.parameter.split(", "):
        left = _days(received, last_day)
        yield (
            f"Received {_count(left, 'day')} before the last day for filing, {last_day}: received later than that day, "
            "it would have been denied."
        )


def _too_late(_step: TrailStep, inputs: Mapping[str, str]) -> Iterator[str]:
    late = _days(inputs["last day"], inputs["received"])
    yield f"Received {_count(late, 'day')} late: by {inputs['last day']} it would have been in time."


def _too_many_units(_step: TrailStep, inputs: Mapping[str, str]) -> Iterator[str]:
    if "limit" in inputs:
        above = Decimal(inputs["units"]) + Decimal(inputs["units before"]) - Decimal(inputs["limit"])
        yield (
            f"{_count(above, 'unit')} more than the {inputs['limit']} that are paid: with {above:f} fewer, none would "
            "have been denied."
        )


def _no_visits_left(_step: TrailStep, inputs: Mapping[str, str]) -> Iterator[str]:
    if "limit" in inputs:
        used, limit = (f"{plain_units(Decimal(inputs[name])):f}" for name in ("visits used", "limit"))
        yield (
            f"{used} of {limit} visits of the benefit year were used before: with one fewer, this one would have been "
            "paid."
        )


_WITHOUT: Final[Mapping[str, str]] = {
    ABSENT: "No authorisation was on file for the service on that day: an approved one would have let it be paid.",
    EXPIRED: "The authorisation on file had ended before the service: one that reached to that day would have let it "
    "be paid.",
    OTHER_PROVIDER: "The authorisation on file was for another provider: one for this provider would have let it be "
    "paid.",
    OTHER_SERVICE: "The authorisation named was for another service: one for this service would have let it be paid.",
    EXCEEDED: "The authorisation on file was used up: with units left it would have been paid.",
}


def _authorised(step: TrailStep, inputs: Mapping[str, str]) -> Iterator[str]:
    if inputs.get("found") in _WITHOUT:
        yield _WITHOUT[inputs["found"]]
    if "drawn" in inputs:
        left, wanted, drawn = (Decimal(inputs[name]) for name in ("left", "wanted", "drawn"))
        name = inputs.get("drawn on", "")
        if wanted > drawn:
            short = wanted - drawn
            yield (
                f"Authorisation {name} had {left:f} left of the {wanted:f} wanted: with {short:f} more, all would have "
                "been paid."
            )
        elif left - drawn <= 0:
            yield f"That was the last of authorisation {name}: one unit more would have been denied."
        else:
            yield f"Authorisation {name} had {left:f} left before and {left - drawn:f} after."
    elif "left" in inputs and step.source:
        yield f"{inputs['left']} were left where {inputs.get('wanted', 'more')} were wanted."


def _capped(step: TrailStep, _inputs: Mapping[str, str]) -> Iterator[str]:
    amounts = dict(step.amounts)
    if "of" in amounts and "member" in amounts:
        saved = amounts["of"] - amounts["member"]
        yield (
            f"The out-of-pocket maximum ended the member's share at {amounts['member']:,}: with {saved:,} more left of "
            f"it, the member would have owed {amounts['of']:,}."
        )


def _counted(step: TrailStep, _inputs: Mapping[str, str]) -> Iterator[str]:
    for each in step.counters:
        yield from _OF_KIND.get(each.kind, _of_nothing)(each)
    maximums = [each for each in step.counters if each.kind == MAXIMUM]
    if maximums:
        nearest = min(maximums, key=lambda each: each.limit - each.after)
        left = nearest.limit - nearest.after
        if left > 0:
            yield f"{left:,} are left of the out-of-pocket maximum {nearest.accumulator}: then the plan pays all."
        else:
            yield f"The out-of-pocket maximum {nearest.accumulator} was reached: from here on the plan pays all."


def _of_visits(each: Counted) -> Iterator[str]:
    after, limit = plain_units(each.after), plain_units(each.limit)
    if limit <= after:
        yield f"That was visit {after:f} of {limit:f} ({each.accumulator}): the next is denied."
    else:
        yield f"Visit {after:f} of {limit:f} ({each.accumulator}); {limit - after:f} are left."


def _of_dollars(each: Counted) -> Iterator[str]:
    left = each.limit - each.after
    if left > 0:
        yield f"{left:,} are left of the {each.limit:,} that the benefit pays a year ({each.accumulator})."
    else:
        yield f"The {each.limit:,} that the benefit pays a year are used up ({each.accumulator})."


def _of_deductible(each: Counted) -> Iterator[str]:
    if each.limit <= each.after:
        yield f"{each.accumulator} was met with this: the next service has none of it."


def _of_nothing(_each: Counted) -> Iterator[str]:
    yield from ()


_OF_KIND: Final[Mapping[str, Callable[[Counted], Iterator[str]]]] = {
    DEDUCTIBLE: _of_deductible,
    DOLLARS: _of_dollars,
    VISITS: _of_visits,
}


def _beyond(step: TrailStep, _inputs: Mapping[str, str]) -> Iterator[str]:
    amounts = dict(step.amounts)
    if "of" in amounts and "member" in amounts:
        beyond, whole = amounts["member"], amounts["of"]
        yield f"With {beyond:,} more left of the benefit's maximum, all {whole:,} would have been paid."


TELLERS: Final[Mapping[tuple[str, str], Teller]] = {
    ("edits", "tried"): _in_time,
    ("edits", "timely_filing"): _too_late,
    ("edits", "mue"): _too_many_units,
    ("edits", "benefit_maximum"): _no_visits_left,
    ("edits", "prior_auth"): _authorised,
    (COST_SHARE, "out_of_pocket_maximum"): _capped,
    (COST_SHARE, "dollar_maximum"): _beyond,
    (COST_SHARE, COUNTED): _counted,
}
"""By stage and rule of a step: what it tells of the limit."""


def _days(earlier: str, later: str) -> Decimal:
    return Decimal((date.fromisoformat(later) - date.fromisoformat(earlier)).days)


def _count(number: Decimal, unit: str) -> str:
    return f"{number:f} {unit}" + ("" if number == 1 else "s")
