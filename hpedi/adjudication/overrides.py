"""Overrides: what an examiner decides of a claim in place of a rule. Each is a step of the trail, with who and why."""

from __future__ import annotations

from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.decision import TrailStep
from hpedi.adjudication.override import Override
from hpedi.adjudication.pricing.price import Allowance
from hpedi.adjudication.verdicts import Denies

STAGE: Final = "override"
EVERY_LINE: Final = 0
WHOLE_CLAIM: Final = 0
BY_HAND: Final = "by_hand"


def waived_by(overrides: tuple[Override, ...]) -> frozenset[str]:
    """Return all that overrides set aside."""
    return frozenset(name for override in overrides for name in override.waived)


def denial_of(context: ClaimContext, line: LineContext) -> Denies | None:
    """Return the denial that an examiner gave a line; the newest where there are several."""
    for override in reversed(context.overrides):
        for number, reason in override.denials:
            if number in (EVERY_LINE, line.line.number):
                return Denies(reason=reason, parameter="override", source=_by(override))
    return None


def price_of(context: ClaimContext, number: int) -> Allowance | None:
    """Return the price that an examiner set for a line, or for the claim (0); the newest where there are several."""
    for override in reversed(context.overrides):
        for priced, amount in override.prices:
            if priced == number:
                return Allowance(amount=amount, method=BY_HAND, parameter="override", source=_by(override))
    return None


def override_steps(context: ClaimContext) -> tuple[TrailStep, ...]:
    """Return the steps that tell of a claim's overrides."""
    return tuple(_step(override) for override in context.overrides)


def _step(override: Override) -> TrailStep:
    told = (
        ("note", override.note),
        ("set aside", ", ".join(override.waived)),
        ("denied", ", ".join(f"line {number or 'any'}: {reason}" for number, reason in override.denials)),
        ("priced", ", ".join(f"{_named(number)}: {amount}" for number, amount in override.prices)),
    )
    return TrailStep(
        stage=STAGE,
        rule="examiner",
        source=_by(override),
        inputs=tuple((name, text) for name, text in told if text),
    )


def _by(override: Override) -> str:
    return f"{override.by} on {override.on}"


def _named(number: int) -> str:
    return f"line {number}" if number else "claim"
