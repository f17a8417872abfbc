"""Explaining a claim: from charge to paid, cent by cent, version after version, and how near rules were to limits.

All of it is read off decisions and their trails: nothing is decided again, and nothing is guessed. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from hpedi.adjudication.correction import STAGE as CORRECTION
from hpedi.adjudication.correction import decision_id
from hpedi.adjudication.decision import ClaimDecision, DecisionKind, LineDecision, TrailStep
from hpedi.adjudication.stages.coordination import STAGE as COORDINATION
from hpedi.adjudication.stages.cost_share import COUNTED
from hpedi.adjudication.stages.cost_share import STAGE as COST_SHARE
from hpedi.adjudication.stages.disbursement import STAGE as DISBURSEMENT
from hpedi.adjudication.stages.finalise import SHARE_REASONS
from hpedi.adjudication.stages.pricing import STAGE as PRICING
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import Claim
from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd
from hpedi.pipeline.explaining_limits import Nearness, near_limits
from hpedi.pipeline.records import StoredDecision

WHOLE_CLAIM: Final = 0
NOT_TOLD: Final = frozenset({"payable", "prefunded"})
"""Amounts of disbursement that take nothing off what the provider is paid."""


class TakenOff(Model, frozen=True, kw_only=True):
    """What is taken off a charge, and why.

    Attributes:
        adjustment: Group and reason code, for example CO-45.
        amount: US dollars; negative adds.
        rule: The rule that took it off; empty where the trail does not say.
        parameter: Its dated parameter, in words.
        source: Where that stands.
    """

    adjustment: str
    amount: Usd
    rule: str = ""
    parameter: str = ""
    source: str = ""


class ExplainedUnit(Model, frozen=True, kw_only=True):
    """A line, or the claim as a whole (number 0): what was charged, less all that is taken off, is paid.

    Attributes:
        number: LX01, or 0.
        code: Of the service, with its revenue code where it has one; empty for the claim.
        charged: US dollars; `allowed` and `paid` likewise.
        taken_off: In the order of the 835.
        remarks: Remark codes.
    """

    number: int
    code: str
    charged: Usd
    allowed: Usd
    taken_off: tuple[TakenOff, ...]
    paid: Usd
    remarks: tuple[str, ...] = ()

    @property
    def balances(self) -> bool:
        """Say whether the amounts add up."""
        return self.charged - sum((each.amount for each in self.taken_off), ZERO) == self.paid


class Change(Model, frozen=True, kw_only=True):
    """Something that a version has otherwise than the one that it corrects."""

    line: int
    what: str
    before: str
    after: str


class ExplainedVersion(Model, frozen=True, kw_only=True):
    """A version of the decision on a claim.

    Attributes:
        decision: How it is named: control number and version.
        kind: A first decision, a reversal or a correction.
        of: The decision that it reverses or corrects.
        reason: Why, by the payer's recovery rules.
        decided_on: The day.
        snapshot: The reference data.
        status: CLP02; `status277` likewise.
        charged: US dollars; `allowed`, `paid` and `patient` likewise.
        units: What the money is explained by.
        shares: Lines of a claim that is priced as one: their shares, which take nothing off.
        steps: The trail.
        changed: What is otherwise than in the version that it corrects.
        near: How near rules were to their limits, and what would have changed the outcome.
    """

    decision: str
    kind: DecisionKind
    of: str
    reason: str
    decided_on: date
    snapshot: int
    status: str
    status277: str
    charged: Usd
    allowed: Usd
    paid: Usd
    patient: Usd
    units: tuple[ExplainedUnit, ...]
    shares: tuple[ExplainedUnit, ...] = ()
    steps: tuple[TrailStep, ...] = ()
    changed: tuple[Change, ...] = ()
    near: tuple[Nearness, ...] = ()


def explained(
    decisions: Sequence[StoredDecision],
    claim: Claim,
    *,
    before: Iterable[ClaimDecision] = (),
    line: int | None = None,
) -> tuple[ExplainedVersion, ...]:
    """Explain every version of the decision on a claim, in their order.

    Args:
        decisions: The versions, with their trails.
        claim: What was sent: revenue codes of its lines.
        before: Decisions on other claims that one of them corrects.
        line: Only this line, with what concerns the claim as a whole; None: all.
    """
    known = {decision_id(each): each for each in (*before, *(each.decision for each in decisions))}
    codes = {each.number: f"{each.revenue_code} {each.code}".strip() for each in claim.lines}
    return tuple(_version(each, codes, known, line) for each in decisions)


def _version(
    stored: StoredDecision, codes: Mapping[int, str], known: Mapping[str, ClaimDecision], line: int | None
) -> ExplainedVersion:
    made = stored.decision
    units = tuple(_units(made, codes))
    shares = tuple(_unit(each, (), (), codes) for each in made.lines) if made.stay is not None else ()
    steps = made.trail
    corrected = known.get(made.of) if made.kind == "correction" else None
    wanted = (None, WHOLE_CLAIM, line)
    return ExplainedVersion(
        decision=decision_id(made),
        kind=made.kind,
        of=made.of,
        reason=made.reason,
        decided_on=stored.decided_on,
        snapshot=made.snapshot,
        status=made.status,
        status277=made.status277,
        charged=made.charged,
        allowed=made.allowed,
        paid=made.paid,
        patient=made.patient_responsibility,
        units=tuple(each for each in units if line is None or each.number in wanted),
        shares=tuple(each for each in shares if line is None or each.number in wanted),
        steps=tuple(step for step in steps if line is None or step.line in wanted),
        changed=tuple(
            each for each in (_changes(corrected, made) if corrected else ()) if line is None or each.line in wanted
        ),
        near=tuple(each for each in near_limits(made) if line is None or each.line in wanted),
    )


# --- from charge to paid ---------------------------------------------------------------------------------------------


def _units(made: ClaimDecision, codes: Mapping[int, str]) -> Iterator[ExplainedUnit]:
    """Yield what the money is explained by: lines, and the claim where adjustments stand with it."""
    if made.stay is None:
        for line in made.lines:
            steps = [step for step in made.trail if step.line == line.number]
            yield _unit(line, _of_line(line, steps), line.adjustments, codes, _taken_back(made))
    if made.stay is not None or made.adjustments:
        charged = made.charged if made.stay is not None else ZERO
        yield ExplainedUnit(
            number=WHOLE_CLAIM,
            code="",
            charged=charged,
            allowed=made.allowed if made.stay is not None else ZERO,
            taken_off=tuple(_taken_off(made.adjustments, _of_claim(made), _taken_back(made))),
            paid=charged - sum((each.amount for each in made.adjustments), ZERO),
            remarks=made.remarks,
        )


def _unit(
    line: LineDecision,
    steps: Sequence[TrailStep | None],
    adjustments: Sequence[Adjustment],
    codes: Mapping[int, str],
    taken_back: TrailStep | None = None,
) -> ExplainedUnit:
    return ExplainedUnit(
        number=line.number,
        code=codes.get(line.number, line.code),
        charged=line.charged,
        allowed=line.allowed,
        taken_off=tuple(_taken_off(adjustments, steps, taken_back)),
        paid=line.paid,
        remarks=line.remarks,
    )


def _taken_off(
    adjustments: Sequence[Adjustment], steps: Sequence[TrailStep | None], taken_back: TrailStep | None
) -> Iterator[TakenOff]:
    for place, each in enumerate(adjustments):
        step = taken_back or (steps[place] if place < len(steps) else None)
        yield TakenOff(
            adjustment=f"{each.group}-{each.carc}",
            amount=each.amount,
            rule=step.rule if step is not None else "",
            parameter=step.parameter if step is not None else "",
            source=step.source if step is not None else "",
        )


def _taken_back(made: ClaimDecision) -> TrailStep | None:
    """Return the step of a reversal, which is why all of it is taken back; None for other decisions."""
    return next((step for step in made.trail if step.stage == CORRECTION and step.rule == "reversal"), None)


def _of_line(line: LineDecision, steps: Sequence[TrailStep]) -> Sequence[TrailStep | None]:
    """Return the step behind each adjustment of a line."""
    denial = next((step for step in steps if _denies(step)), None)
    if line.denied:
        return [denial] * len(line.adjustments)
    return _behind(line.adjustments, steps)


def _of_claim(made: ClaimDecision) -> Sequence[TrailStep | None]:
    """Return the step behind each adjustment of a claim that is priced as one; those of denied lines come first."""
    denials = {step.line: step for step in made.trail if _denies(step)}
    charges = [(line.charged, denials.get(line.number)) for line in made.lines if line.denied and line.charged]
    return _behind(made.adjustments, made.trail, charges)


def _behind(
    adjustments: Sequence[Adjustment],
    steps: Sequence[TrailStep],
    denied: Sequence[tuple[Usd, TrailStep | None]] | None = None,
) -> list[TrailStep | None]:
    """Return the step behind each adjustment: denied, then of the price, then of the member's share, then held back.

    Args:
        adjustments: In the order in which they are put together when a decision is final.
        steps: The trail of what they are of.
        denied: Charges of lines that are denied, each with its step: those of a claim that is priced as one.
    """
    tail = [*_shares(steps), *_held_back(steps)]
    amounts = [each.amount for each in adjustments[len(adjustments) - len(tail) :]]
    if len(tail) > len(adjustments) or amounts != [amount for amount, _step in tail]:
        tail = []
    head = adjustments[: len(adjustments) - len(tail)]
    reduced = [step for step in steps if _denies_units(step)]
    priced = [step for step in steps if step.stage in (COORDINATION, PRICING)]
    found: list[TrailStep | None] = []
    waiting = list(denied or ())
    leading = len(waiting) + len(reduced) if denied is not None else 0
    for place, each in enumerate(head):
        if waiting and waiting[0][0] == each.amount:
            found.append(waiting.pop(0)[1])
        elif reduced and (each.quantity is not None or place < leading):
            found.append(reduced.pop(0))
        else:
            found.append(priced[-1] if priced else None)
    return [*found, *(step for _amount, step in tail)]


def _shares(steps: Sequence[TrailStep]) -> Iterator[tuple[Usd, TrailStep | None]]:
    """Yield the parts of the member's share as they are in the end, each with the step that made it."""
    sums: dict[str, Usd] = {}
    for step in steps:
        if step.rule == COUNTED:
            for name, amount in step.amounts:
                sums[name] = sums.get(name, ZERO) + amount
    for name in SHARE_REASONS:
        if sums.get(name):
            yield sums[name], next((step for step in steps if (step.stage, step.rule) == (COST_SHARE, name)), None)


def _held_back(steps: Sequence[TrailStep]) -> Iterator[tuple[Usd, TrailStep]]:
    for step in steps:
        if step.stage == DISBURSEMENT:
            for name, amount in step.amounts:
                if name not in NOT_TOLD and amount:
                    yield amount, step


def _denies(step: TrailStep) -> bool:
    names = {name for name, _value in step.inputs}
    return "denied for" in names and "units denied" not in names


def _denies_units(step: TrailStep) -> bool:
    inputs = dict(step.inputs)
    exceeds = "drawn" in inputs and Decimal(inputs["wanted"]) > Decimal(inputs["drawn"])
    return "units denied" in inputs or exceeds


# --- version after version -------------------------------------------------------------------------------------------


def _changes(before: ClaimDecision, after: ClaimDecision) -> Iterator[Change]:
    """Yield what a correction has otherwise than the decision that it corrects."""
    for what in ("snapshot", "status", "status277", "plan", "paid", "patient_responsibility", "paid_to_member"):
        yield from _change(WHOLE_CLAIM, what, getattr(before, what), getattr(after, what))
    yield from _adjustment_changes(WHOLE_CLAIM, before.adjustments, after.adjustments)
    earlier = {line.number: line for line in before.lines}
    for line in after.lines:
        old = earlier.pop(line.number, None)
        if old is None:
            yield Change(line=line.number, what="line", before="", after=line.code)
            continue
        for what in ("code", "charged", "units_paid", "allowed", "paid", "benefit", "denied"):
            yield from _change(line.number, what, getattr(old, what), getattr(line, what))
        yield from _adjustment_changes(line.number, old.adjustments, line.adjustments)
    for old in earlier.values():
        yield Change(line=old.number, what="line", before=old.code, after="")


def _change(line: int, what: str, before: object, after: object) -> Iterator[Change]:
    if before != after:
        yield Change(line=line, what=what.replace("_", " "), before=str(before), after=str(after))


def _adjustment_changes(line: int, before: Sequence[Adjustment], after: Sequence[Adjustment]) -> Iterator[Change]:
    one, other = _sums(before), _sums(after)
    for code in dict.fromkeys((*one, *other)):
        yield from _change(line, code, one.get(code, ZERO), other.get(code, ZERO))


def _sums(adjustments: Sequence[Adjustment]) -> dict[str, Usd]:
    sums: dict[str, Usd] = {}
    for each in adjustments:
        code = f"{each.group}-{each.carc}"
        sums[code] = sums.get(code, ZERO) + each.amount
    return sums
