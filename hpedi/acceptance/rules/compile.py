"""Rules compiled for the loops of one guide: each to a check with a cheap filter by what an instance holds at all."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple, Protocol, TypeAlias

from hpedi.acceptance.checks import NamedCheck
from hpedi.acceptance.loops import LoopInstance, Segment, Spot
from hpedi.acceptance.rules.clauses import Clause, Resolve, ValueTest, compile_clause, no_values
from hpedi.acceptance.rules.paths import Path, resolve
from hpedi.acceptance.rules.rule import CodeUse, Moment, Rule, Verb
from hpedi.findings import FindingKind, Sent, Severity
from hpedi.guides.nodes import LoopNode

_OR: Final = " or "


class Trigger(NamedTuple):
    """What makes a situational rule apply: a segment, and the element of it if there is one."""

    segment: Segment
    element: int | None = None
    component: int | None = None


class Fault(NamedTuple):
    """Where an instance breaks a rule.

    Attributes:
        kind: The kind of finding.
        severity: Its weight.
        source: Rule and who says so.
        spot: Where.
        missing: Id and loop of the segment that is missing there; None where the segment of the spot is at fault.
        trigger: What makes the rule apply, where that is known.
    """

    kind: FindingKind
    severity: Severity
    source: str
    spot: Spot
    missing: tuple[str, str] | None
    trigger: Trigger | None


Spots: TypeAlias = Callable[[LoopInstance], Iterator[Spot]]


class CodeCheck(Protocol):
    """The check of the codes of a set."""

    def passes(self, code: str, /) -> bool:
        """Say whether a code is right whatever stands around it."""
        ...

    def __call__(self, loop: LoopInstance, segment: Segment, code: str, /) -> str | None:
        """Say what is wrong with a code, without naming it; None where nothing is, or nothing is known."""
        ...


CodeChecks: TypeAlias = Callable[[str, str], CodeCheck]
"""From the name of a code set and the way to the date to the check of its codes."""


class Probe(NamedTuple):
    """A question to one value, asked once for all rules that ask it.

    Attributes:
        text: What tells it from others.
        path: Where the values stand; it holds if it does of any of them.
        test: The question.
    """

    text: str
    path: Path
    test: ValueTest


class Condition(NamedTuple):
    """What must hold for a rule to be broken: one of the probes, or of what `LoopInstance.seen` tells; or none of them.

    Attributes:
        probes: Questions to values.
        presence: Pairs of bits and whether one of them must be there, or none of them.
        wanted: Whether one of all these must hold, or none.
    """

    probes: tuple[Probe, ...] = ()
    presence: tuple[tuple[int, bool], ...] = ()
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """A rule compiled for one loop of a guide.

    Attributes:
        rule: The rule.
        moment: When instances are checked.
        conditions: All must hold before `faults` is asked.
        faults: Goes through the faults of an instance of which they hold.
    """

    rule: Rule
    moment: Moment
    conditions: tuple[Condition, ...]
    faults: Callable[[LoopInstance], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a rule asks for, compiled: what must be there for it to fail, and where it fails."""

    conditions: tuple[Condition, ...]
    paths: tuple[Path, ...]
    spots: Spots
    missing: Path | None = None


class Compiler:
    """Compiles rules for one guide."""

    def __init__(
        self, dropped: Container[LoopNode], named_checks: Mapping[str, NamedCheck], code_checks: CodeChecks
    ) -> None:
        """Take what rules refer to.

        Args:
            dropped: The loops whose instances are not kept in the loop around them.
            named_checks: The checks by name.
            code_checks: Gives the check of a code set.
        """
        self._dropped = dropped
        self._named_checks = named_checks
        self._code_checks = code_checks

    def check(self, rule: Rule, at: LoopNode) -> Check:
        """Compile a rule for a loop.

        Raises:
            ValueError: The rule names what is not there.
        """
        try:
            return self._check(rule, at)
        except ValueError as error:
            raise ValueError(f"rule {rule.id}, loop {at.path or 'set'}: {error}") from error

    def _check(self, rule: Rule, at: LoopNode) -> Check:
        to_path = partial(resolve, at=at, dropped=self._dropped)
        items = [_clauses(item, to_path, rule.lists) for item in rule.when]
        needed = [to_path(text) for text in rule.needs]
        asked = self._asked(rule, to_path)
        told = [(clauses, _condition(clauses)) for clauses in items]
        others = [clauses for clauses, condition in told if condition is None]
        far = [path for path in needed if not path.bits]
        spots, make = asked.spots, _fault_maker(rule, asked, _trigger(rule, to_path, items))

        def faults(loop: LoopInstance) -> Iterator[Fault]:
            for clauses in others:
                if not any(clause.holds(loop) for clause in clauses):
                    return
            for path in far:
                if not path.is_there(loop):
                    return
            for spot in spots(loop):
                yield make(loop, spot)

        paths = [*(clause.path for clauses in items for clause in clauses), *needed, *asked.paths]
        return Check(
            rule=rule,
            moment=Moment.END if any(_comes_late(path, at, self._dropped) for path in paths) else rule.moment,
            conditions=(
                *(Condition(presence=pairs) for clauses in items if (pairs := _implied(clauses))),
                *(condition for _, condition in told if condition is not None),
                *(Condition(presence=((path.bits, True),)) for path in needed if path.bits),
                *asked.conditions,
            ),
            faults=faults,
        )

    def _asked(self, rule: Rule, to_path: Resolve) -> _Asked:
        if rule.verb is Verb.REQUIRE and _is_clause(rule.asked):
            return _satisfied(_clauses(rule.asked, to_path, rule.lists))
        if rule.verb is Verb.REQUIRE:
            return _required([to_path(text) for text in rule.asked.split(_OR)])
        if rule.verb is Verb.FORBID:
            return _forbidden(to_path(rule.asked))
        if rule.verb is Verb.THAT:
            return _that(compile_clause(rule.asked, to_path, rule.lists))
        if rule.codes is not None:
            return _coded(to_path(rule.codes.path), rule.codes, self._code_checks(rule.codes.set, rule.codes.on))
        if rule.asked not in self._named_checks:
            raise ValueError(f"there is no check {rule.asked}")
        return _Asked((), (), partial(self._named_checks[rule.asked], **rule.arguments))


def _clauses(item: str, to_path: Resolve, lists: Mapping[str, frozenset[str]]) -> list[Clause]:
    return [compile_clause(text, to_path, lists) for text in item.split(_OR)]


def _condition(clauses: list[Clause]) -> Condition | None:
    """Return alternatives as a condition; None where one of them needs more than values and what was seen."""
    probes = tuple(Probe(clause.text, clause.path, clause.test) for clause in clauses if clause.test is not None)
    presence = tuple(
        clause.presence for clause in clauses if clause.is_told_by_presence and clause.presence is not None
    )
    return Condition(probes, presence) if len(probes) + len(presence) == len(clauses) else None


def _implied(clauses: list[Clause]) -> tuple[tuple[int, bool], ...]:
    """Return what must be seen for one of some alternatives to hold; nothing where that is not known of all."""
    pairs = tuple(clause.presence for clause in clauses if clause.presence is not None)
    return pairs if len(pairs) == len(clauses) else ()


def _comes_late(path: Path, at: LoopNode, dropped: Container[LoopNode]) -> bool:
    """Say whether a path ends at segments that stand after the loops which are dropped."""
    first = min((child.rank for child in at.children if child in dropped), default=None)
    if first is None or path.up:
        return False
    ends = [chain[0].rank for chain in path.chains if chain] or [node.rank for node in path.nodes]
    return any(rank > first for rank in ends)


def _is_clause(asked: str) -> bool:
    return any(" " in part for part in asked.split(_OR))


def _satisfied(clauses: list[Clause]) -> _Asked:
    """Ask that one of some clauses holds; told where what the first is about stands, else as missing."""
    path = clauses[0].path

    def spots(loop: LoopInstance) -> Iterator[Spot]:
        if not any(clause.holds(loop) for clause in clauses):
            segment = next(path.segments(loop), None)
            if segment is None or not path.element:
                yield Spot(loop.trigger)
            else:
                yield Spot(segment, path.element, path.component)

    condition = _condition(clauses)
    conditions = () if condition is None else (condition._replace(wanted=False),)
    return _Asked(conditions, tuple(clause.path for clause in clauses), spots, path)


def _required(paths: list[Path]) -> _Asked:
    lacks = [_lacks(path) for path in paths]
    by_value = [path for path, lacked in zip(paths, lacks, strict=True) if lacked is None]
    element_of = next((path for path in paths if path.element), None)

    def spots(loop: LoopInstance) -> Iterator[Spot]:
        if any(path.is_there(loop) for path in by_value):
            return
        if element_of is not None:
            for segment in element_of.segments(loop):
                yield Spot(segment, element_of.element, element_of.component)
                return
        yield Spot(loop.trigger)

    conditions = tuple(Condition(presence=(pair,)) for pair in lacks if pair is not None)
    return _Asked(conditions, tuple(paths), spots, paths[0])


def _lacks(path: Path) -> tuple[int, bool] | None:
    """Return what tells that nothing of a path is there; None where only values tell."""
    return (path.bits, False) if path.bits and path.element is None and not path.qualifiers else None


def _forbidden(path: Path) -> _Asked:
    def spots(loop: LoopInstance) -> Iterator[Spot]:
        if path.element is not None:
            for value in path.values(loop):
                yield Spot(value.segment, value.element, value.component)
        elif path.nodes:
            for segment in path.segments(loop):
                yield Spot(segment)
        else:
            for instance in path.loops(loop):
                yield Spot(instance.trigger)

    return _Asked(_has(path), (path,), spots)


def _that(clause: Clause) -> _Asked:
    if clause.failing is no_values:

        def lacking(loop: LoopInstance) -> Iterator[Spot]:
            if not clause.holds(loop):
                yield Spot(next(clause.path.segments(loop), loop.trigger) if clause.path.nodes else loop.trigger)

        return _Asked((), (clause.path,), lacking)
    failing, passes = clause.failing, clause.passes

    def spots(loop: LoopInstance) -> Iterator[Spot]:
        for value in failing(loop):
            yield Spot(value.segment, value.element, value.component)

    conditions = _has(clause.path)
    if passes is not None:
        conditions = (Condition((Probe(f"not {clause.text}", clause.path, lambda value: not passes(value)),)),)
    return _Asked(conditions, (clause.path,), spots)


def _coded(path: Path, use: CodeUse, check: CodeCheck) -> _Asked:
    values, passes = path.values, check.passes

    def spots(loop: LoopInstance) -> Iterator[Spot]:
        for text, segment, element, component in values(loop):
            reason = check(loop, segment, text)
            if reason is not None:
                yield Spot(segment, element, component, reason)

    probe = Probe(f"not of {use.set} {path.text}", path, lambda value: not passes(value))
    return _Asked((Condition((probe,)),), (path,), spots)


def _has(path: Path) -> tuple[Condition, ...]:
    return (Condition(presence=((path.bits, True),)),) if path.bits else ()


def _trigger(
    rule: Rule, to_path: Resolve, conditions: list[list[Clause]]
) -> Callable[[LoopInstance], Trigger | None] | None:
    if rule.trigger:
        path = to_path(rule.trigger)
    elif conditions:
        path = conditions[0][0].path
    else:
        return None

    def trigger(loop: LoopInstance) -> Trigger | None:
        if path.element is not None:
            value = next(path.values(loop), None)
            return None if value is None else Trigger(value.segment, value.element, value.component)
        if path.nodes:
            segment = next(path.segments(loop), None)
            return None if segment is None else Trigger(segment)
        return next((Trigger(each.trigger) for each in path.loops(loop)), None)

    return trigger


def _as_weighed(kind: FindingKind, severity: Severity) -> FindingKind:
    """Return a kind as a rule weighs it: a warning is reported to who asks, but no answer is sent for it."""
    return kind if severity is Severity.ERROR else replace(kind, severity=severity, sent=Sent())


def _fault_maker(
    rule: Rule, asked: _Asked, trigger: Callable[[LoopInstance], Trigger | None] | None
) -> Callable[[LoopInstance, Spot], Fault]:
    severity, source, missing = rule.severity or Severity.WARNING, rule.source, asked.missing
    of_segment, of_element = (_as_weighed(kind, severity) for kind in (rule.kinds.of_segment, rule.kinds.of_element))

    def make(loop: LoopInstance, spot: Spot) -> Fault:
        is_missing = missing is not None and spot.element is None
        found_by = Trigger(spot.trigger) if spot.trigger is not None else trigger(loop) if trigger is not None else None
        return Fault(
            kind=of_segment if spot.element is None else of_element,
            severity=severity,
            source=source,
            spot=spot,
            missing=(missing.segment_id, missing.loop_id) if is_missing and missing is not None else None,
            trigger=found_by,
        )

    return make
