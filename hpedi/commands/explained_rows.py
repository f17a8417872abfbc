"""What `hpedi explain` shows of a claim, as columns and rows: for a terminal and for a page alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from hpedi.adjudication.decision import TrailStep
from hpedi.commands.printing import Column, money_column
from hpedi.pipeline.explaining import Change, ExplainedUnit, ExplainedVersion
from hpedi.pipeline.explaining_limits import Nearness

TAKEN_OFF: Final = (
    Column("Line", right=True),
    Column("Code", whole=True),
    Column("What", whole=True),
    money_column("Amount"),
    Column("Rule", whole=True),
    Column("Parameter"),
    Column("Source"),
)
STEPS: Final = (
    Column("Stage"),
    Column("Rule"),
    Column("Line", right=True),
    Column("Parameter"),
    Column("Source"),
    Column("Inputs"),
    Column("Amounts"),
)
ACCUMULATORS: Final = (
    Column("Line", right=True),
    Column("Accumulator", whole=True),
    Column("Benefit year from", whole=True),
    money_column("Before"),
    money_column("After"),
    money_column("Limit"),
)
CHANGES: Final = (Column("Line", right=True), Column("What"), Column("Before"), Column("After"))
NEAR: Final = (Column("Line", right=True), Column("Rule", whole=True), Column("What would have changed it"))


def heading_of(version: ExplainedVersion) -> str:
    """Return what a version is, in a line."""
    why = f", {version.reason}" if version.reason else ""
    of = f" of {version.of}" if version.of else ""
    return f"{version.decision}: {version.kind}{of}{why}, {version.decided_on}, by snapshot {version.snapshot}"


def sums_of(version: ExplainedVersion) -> str:
    """Return the sums of a version, in a line."""
    return (
        f"status {version.status} ({version.status277}); charged {version.charged:,}, paid {version.paid:,}, "
        f"patient owes {version.patient:,} US dollars"
    )


def taken_off_rows(units: Iterable[ExplainedUnit]) -> Iterator[tuple[object, ...]]:
    """Yield charge, all that is taken off it, and what is paid, unit after unit."""
    for unit in units:
        line, code = unit.number or "", unit.code or "claim"
        yield (line, code, "Charged", unit.charged, "", "", "")
        for each in unit.taken_off:
            yield ("", "", each.adjustment, -each.amount, each.rule, each.parameter, each.source)
        remarks = f"remarks {' '.join(unit.remarks)}" if unit.remarks else ""
        yield ("", "", "Paid", unit.paid, "", f"allowed {unit.allowed:,}", remarks)


def changed_rows(changed: Iterable[Change]) -> Iterator[tuple[object, ...]]:
    """Yield what a correction has otherwise."""
    for each in changed:
        yield (each.line or "", each.what, each.before, each.after)


def near_rows(near: Iterable[Nearness]) -> Iterator[tuple[object, ...]]:
    """Yield how near rules were to their limits."""
    for each in near:
        yield (each.line or "", each.rule, each.text)


def step_rows(trail: Iterable[TrailStep]) -> Iterator[tuple[object, ...]]:
    """Yield the steps of a trail."""
    for step in trail:
        inputs = ", ".join(f"{name} {value}" for name, value in step.inputs if value)
        amounts = ", ".join(f"{name} {amount:,}" for name, amount in step.amounts)
        yield (step.stage, step.rule, step.line or "", step.parameter, step.source, inputs, amounts)


def accumulator_rows(trail: Iterable[TrailStep]) -> Iterator[tuple[object, ...]]:
    """Yield the accumulators before and after each step that counted to them."""
    for step in trail:
        for each in step.counters:
            yield (step.line or "", each.accumulator, each.period, each.before, each.after, each.limit)
