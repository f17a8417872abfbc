"""Edits: each line is tried against the payer's edits in their order; the first that denies it ends its edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.decision import TrailStep
from hpedi.adjudication.rules.benefit_maximum import check_benefit_maximum
from hpedi.adjudication.rules.coverage import check_coverage
from hpedi.adjudication.rules.duplicate import check_duplicate
from hpedi.adjudication.rules.exclusion import check_exclusion
from hpedi.adjudication.rules.member_unknown import check_member
from hpedi.adjudication.rules.timely_filing import check_timely_filing
from hpedi.adjudication.rules.unlisted_code import check_price
from hpedi.adjudication.stages.features import EDIT_FEATURES, codes_of_edits, edit_feature
from hpedi.adjudication.verdicts import Denies, Pends, Verdict

STAGE: Final = "edits"

Edit = Callable[[ClaimContext, LineContext, Sequence[LineContext]], Verdict]

EDITS: Final[Mapping[str, Edit]] = {
    "member_unknown": check_member,
    "coverage": check_coverage,
    "timely_filing": check_timely_filing,
    "duplicate": check_duplicate,
    "exclusion": check_exclusion,
    "unlisted_code": check_price,
    "benefit_maximum": check_benefit_maximum,
    **{name: edit_feature(name) for name in EDIT_FEATURES},
}
"""By the name that `conventions.edit_order` uses. An edit gets the claim, a line and the accepted lines before it."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What the edits left.

    Attributes:
        denials: One for each line of the claim; None where the line is accepted.
        steps: What denied, for the trail.
    """

    denials: tuple[Denies | None, ...]
    steps: tuple[TrailStep, ...]


def apply_edits(context: ClaimContext) -> Edited | Pends:
    """Try every line against every edit, edit by edit, lines in LX order.

    Returns:
        The denials; `Pends` as soon as an edit pends the claim.
    """
    denials: list[Denies | None] = [None] * len(context.lines)
    steps: list[TrailStep] = []
    for name in _edits_to_try(context):
        edit = EDITS[name]
        accepted: list[LineContext] = []
        for index, line in enumerate(context.lines):
            if denials[index] is not None:
                continue
            verdict = edit(context, line, accepted)
            if verdict is None:
                accepted.append(line)
            elif isinstance(verdict, Pends):
                return verdict
            else:
                denials[index] = verdict
                steps.append(_step(name, line, verdict))
    return Edited(tuple(denials), (_tried(context, denials), *steps))


def _edits_to_try(context: ClaimContext) -> list[str]:
    # Most edits are about a few codes: those about none of the claim's are left out.
    about = codes_of_edits(context.reference)
    codes = {line.line.code for line in context.lines}
    return [name for name in context.conventions.edit_order if name not in about or not about[name].isdisjoint(codes)]


def _tried(context: ClaimContext, denials: Sequence[Denies | None]) -> TrailStep:
    conventions = context.conventions
    return TrailStep(
        stage=STAGE,
        rule="tried",
        parameter=", ".join(conventions.edit_order),
        source=f"conventions from {conventions.start}",
        inputs=(
            ("lines accepted", str(denials.count(None))),
            ("lines denied", str(len(denials) - denials.count(None))),
        ),
    )


def _step(name: str, line: LineContext, denial: Denies) -> TrailStep:
    return TrailStep(
        stage=STAGE,
        rule=name,
        line=line.line.number,
        parameter=denial.parameter,
        source=denial.source,
        inputs=(*denial.inputs, ("denied for", denial.reason)),
    )
