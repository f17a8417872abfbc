"""What is known of the units of a guide's sets: which are certainly right, told by their segments and values.

A unit is a claim, an HL level, or whatever else a set may hold any number of. Its key is its segments' nodes with the
class of each value that a rule asks about, and the key of the level around it. The first unit of a key is judged by its
rules; where these find nothing, all later ones of the key need only the checks whose outcome the key does not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import lru_cache, partial
from typing import Final, NamedTuple, TypeAlias

from hpedi.acceptance.loops import LoopInstance
from hpedi.acceptance.rules.paths import resolve
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.rules.rule import Moment, Verb
from hpedi.acceptance.screens.flat_checks import FLAT_CHECKS, FlatCheck, Shape, differing, unlike
from hpedi.acceptance.screens.questions import Numbers, Question, SegmentClasses
from hpedi.acceptance.screens.rule_facts import UNIQUE, Asked, Made, RuleFacts, rule_facts
from hpedi.acceptance.screens.value_checks import KNOWN_EARLY, value_checks, window_of
from hpedi.guides.nodes import LoopNode, SegmentNode, triggers
from hpedi.service_dates import read_d8
from hpedi.x12.events import Delimiters

Key: TypeAlias = tuple[Hashable, ...]

_MOST_KEYS: Final = 16_384
_MOST_SHAPES: Final = 2_048


class Verdict(NamedTuple):
    """What is known of the units of a key.

    Attributes:
        is_clean: Whether nothing is found but by the checks that are left.
        checks: What is left: the checks that the key does not decide.
    """

    is_clean: bool
    checks: tuple[FlatCheck, ...] = ()


NOT_CLEAN: Final = Verdict(is_clean=False)


class ShapeFacts(NamedTuple):
    """A shape: its number, and of each segment that is asked anything its index, classes known, who tells others."""

    number: int
    asked: tuple[tuple[int, dict[str, int], Callable[[str], int]], ...]


class Screening:
    """What is known of a guide's units, for some delimiters and sets made on one day.

    Attributes:
        bounds: The segments that begin a unit, or stand behind all of them.
        units: Those that begin a unit.
    """

    def __init__(self, plan: CheckPlan, delimiters: Delimiters, made: str) -> None:
        """Gather what the rules ask; nothing is known yet."""
        self._component = delimiters.component
        window = window_of(made)
        days = None if window is None else (read_d8(window[0]), read_d8(window[1]))
        of_day = Made(value_checks(made), days)
        asked: Asked = []
        self._facts: dict[LoopNode, tuple[RuleFacts, ...]] = {
            loop: tuple(
                rule_facts(rule, partial(resolve, at=loop, dropped=plan.dropped), plan.code_checks, of_day, asked)
                for rule in plan.rules_at(loop)
            )
            for loop in plan.loops
        }
        every = [facts for several in self._facts.values() for facts in several]
        nodes = [child for loop in plan.loops for child in loop.children if isinstance(child, SegmentNode)]
        for asks in {facts.asks for facts in every if facts.asks is not None}:
            asked += [(node, question) for spec, question in asks.questions for node in nodes if _is_of(node, spec)]
        self._ends = {loop: tuple(c for c in plan.checks(loop) if c.moment is Moment.END) for loop in plan.loops}
        self._numbers = Numbers()
        by_node: dict[SegmentNode, list[Question]] = {}
        for node, question in asked:
            by_node.setdefault(node, []).append(question)
        self._classes = {node: SegmentClasses(each, delimiters, self._numbers) for node, each in by_node.items()}
        self._shapes: dict[tuple[SegmentNode | None, ...], ShapeFacts] = {}
        self._verdicts: dict[Key, Verdict] = {}
        self.units = frozenset(loop.first for loop in plan.dropped)
        self.bounds = self.units | frozenset(_behind_units(plan))

    def shape(self, nodes: tuple[SegmentNode | None, ...]) -> ShapeFacts:
        """Return the facts of a shape."""
        facts = self._shapes.get(nodes)
        if facts is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self._forget()
            classes = ((index, self._classes.get(node)) for index, node in enumerate(nodes) if node is not None)
            asked = tuple((index, each.known, each.classify) for index, each in classes if each is not None)
            facts = self._shapes[nodes] = ShapeFacts(self._numbers.of(nodes), asked)
        return facts

    def known(self, key: Key) -> Verdict | None:
        """Return what is known of a key."""
        return self._verdicts.get(key)

    def learn(self, key: Key, verdict: Verdict) -> None:
        """Remember what was found out about a key."""
        if len(self._verdicts) >= _MOST_KEYS:
            self._forget()
        self._verdicts[key] = verdict

    def number(self, key: Key) -> int:
        """Return a number for the key of a level, to stand in the keys of what is in it."""
        return self._numbers.of(key)

    def ends_right(self, loop: LoopInstance) -> bool:
        """Say whether it is known already that a level whose first unit begins is right at its end."""
        return all(
            check.rule.verb is Verb.CHECK and check.rule.asked in KNOWN_EARLY and not any(check.faults(loop))
            for check in self._ends[loop.node]
        )

    def left(self, loop: LoopInstance, shape: Shape) -> tuple[FlatCheck, ...] | None:
        """Return the checks that the key of a unit does not decide; None where one cannot be made of flat segments.

        Args:
            loop: The unit, in the tree, complete.
            shape: Its shape.
        """
        made: dict[object, FlatCheck] = {}
        for instance in (loop, *loop.within()):
            for facts in self._facts[instance.node]:
                if not facts.is_decided and facts.may_apply(instance) and not _is_harmless(facts, instance, loop):
                    maker, check = self._flat(facts, shape)
                    if check is None:
                        return None
                    made[maker] = check
        return tuple(made.values())

    def _flat(self, facts: RuleFacts, shape: Shape) -> tuple[object, FlatCheck | None]:
        rule, clause = facts.rule, facts.asked
        if any(not item.is_decided for item in facts.items):
            return rule.id, None
        if rule.verb is Verb.CHECK:
            make = FLAT_CHECKS.get(rule.asked)
            return make, None if make is None else make(shape, rule.arguments)
        if clause is None:
            return rule.id, None
        verb = clause.text.split(" ", 2)[1]
        if verb == UNIQUE:
            return rule.id, differing(clause.path, shape, self._component)
        if verb == "!=" and facts.other is not None:
            return rule.id, unlike(clause.path, facts.other, shape)
        return rule.id, None

    def _forget(self) -> None:
        """Forget all keys, so that they stay bounded; what was found out of a level is found out anew."""
        self._shapes.clear()
        self._verdicts.clear()


@lru_cache(maxsize=16)
def screening_of(plan: CheckPlan, delimiters: Delimiters, made: str) -> Screening:
    """Return what is known for the sets made on a day (BHT04), kept for later sets."""
    return Screening(plan, delimiters, made)


def _behind_units(plan: CheckPlan) -> Iterator[SegmentNode]:
    """Go through the segments that a loop has behind units within it."""
    for loop in plan.loops:
        ranks = [child.rank for child in loop.children if isinstance(child, LoopNode) and _holds_unit(child, plan)]
        if ranks:
            yield from (triggers(child) for child in loop.children if child.rank > min(ranks))


def _holds_unit(loop: LoopNode, plan: CheckPlan) -> bool:
    return loop in plan.dropped or any(
        _holds_unit(child, plan) for child in loop.children if isinstance(child, LoopNode)
    )


def _is_of(node: SegmentNode, spec: str) -> bool:
    """Say whether a segment is one of a spec: an id, with qualifiers in brackets if only some are meant."""
    segment_id, _, qualifiers = spec.rstrip("]").partition("[")
    if node.segment_id != segment_id:
        return False
    return not qualifiers or node.selector is None or bool(node.selector.codes & set(qualifiers.split("|")))


def _is_harmless(facts: RuleFacts, instance: LoopInstance, unit: LoopInstance) -> bool:
    """Say whether an undecided rule finds nothing because every value that it asks about is harmless."""
    if facts.codes is not None:
        passes = facts.passes
        if passes is None or not all(passes(value.text) for value in facts.codes.values(instance)):
            return False
        if facts.asks is None:
            return True
    if facts.asked is not None and facts.rule.verb is Verb.THAT:
        return not any(True for _ in facts.asked.path.values(instance))
    if facts.asks is None:
        return False
    return all(
        question.answer(text)
        for spec, question in facts.asks.questions
        for loop in _around(unit)
        for segment in loop.segments
        if _is_of(segment.node, spec) and (text := segment.value(question.element, question.component))
    )


def _around(unit: LoopInstance) -> Iterator[LoopInstance]:
    top: LoopInstance | None = unit
    while top is not None:
        yield top
        yield from top.within()
        top = top.parent
