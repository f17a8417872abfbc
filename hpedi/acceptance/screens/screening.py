"""What is known of the units of a guide's sets: which are certainly right, told by their segments and values.

A unit is a claim, an HL level, or whatever else a set may hold any number of. Its key is its segments' nodes with the
class of each value that a rule asks about, and the key of the level around it. The first unit of a key is judged by its
rules; where these find nothing, all later ones of the key need only the checks whose outcome the key does not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from hpedi.acceptance.checks.screen import (
    ALWAYS,
    Around,
    Columns,
    Day,
    FlatCheck,
    Question,
    Screened,
    Shape,
    Values,
)
from hpedi.acceptance.loops import LoopInstance
from hpedi.acceptance.rules.paths import resolve
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.rules.rule import Moment, Rule, Verb
from hpedi.acceptance.screens.comparisons import differing, unlike
from hpedi.acceptance.screens.forms import Form
from hpedi.acceptance.screens.questions import Numbers
from hpedi.acceptance.screens.rule_facts import UNIQUE, Asked, Known, RuleFacts, rule_facts
from hpedi.acceptance.screens.unit_pattern import Reading, UnitPattern
from hpedi.guides.nodes import LoopNode, SegmentNode, triggers
from hpedi.service_dates import read_d8, write_d8
from hpedi.x12.events import Delimiters

Key: TypeAlias = tuple[Hashable, ...]

_MOST_KEYS: Final = 16_384
_MOST_SHAPES: Final = 1_024
_SIGHTED: Final = 8
"""So often a shape of claims is seen before its expression is compiled: that takes as long as some trees."""
_READ_AT_ONCE: Final = 64
"""So many expressions are compiled as they are asked for; further ones only as fast as units come."""
_MOST_SEGMENTS: Final = 400
"""Larger units are not screened."""
_SOME_TIME: Final = timedelta(days=730)


class Verdict(NamedTuple):
    """What is known of the units of a key.

    Attributes:
        is_clean: Whether nothing is found but by the checks that are left.
        holds: What is left: the checks that the key does not decide.
        books: What those of them keep that keep anything.
    """

    is_clean: bool
    holds: tuple[Callable[[Values, Around], bool], ...] = ()
    books: tuple[Callable[[Values, Around], None], ...] = ()


NOT_CLEAN: Final = Verdict(is_clean=False)


def clean_but_for(checks: Iterable[FlatCheck]) -> Verdict:
    """Return the verdict of units in which nothing is found but by some checks."""
    every = tuple(checks)
    return Verdict(
        is_clean=True,
        holds=tuple(each.holds for each in every),
        books=tuple(each.book for each in every if each.book is not None),
    )


class ShapeFacts:
    """A shape.

    Attributes:
        number: Stands for it in keys.
        reading: Its expression; None for one that was not seen often.
        checks: Its flat checks by rule, each after what it was made by; None where one cannot be made.
        sighted: How often it was seen before that.
    """

    __slots__ = ("checks", "number", "reading", "sighted")

    def __init__(self, number: int) -> None:
        """See it for the first time."""
        self.number = number
        self.reading: Reading | None = None
        self.checks: Mapping[str, tuple[object, FlatCheck | None]] = _NO_CHECKS
        self.sighted = 0


_NO_CHECKS: Final[Mapping[str, tuple[object, FlatCheck | None]]] = MappingProxyType({})


class Screening:
    """What is known of a guide's units, for some delimiters and sets made on one day.

    Attributes:
        bounds: The segments that begin a unit, or stand behind all of them.
        units: Those that begin a unit.
    """

    def __init__(self, plan: CheckPlan, delimiters: Delimiters, made: str) -> None:
        """Gather what the rules ask; nothing is known yet."""
        self._delimiters = delimiters
        self._named_checks = plan.named_checks
        known = Known(plan.named_checks, plan.code_checks, _day(made))
        asked: Asked = []
        self._facts: dict[LoopNode, tuple[RuleFacts, ...]] = {
            loop: tuple(
                rule_facts(rule, partial(resolve, at=loop, dropped=plan.dropped), known, asked)
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
        by_node: dict[SegmentNode, list[Question]] = {node: [] for node in nodes}
        for node, question in asked:
            by_node[node].append(question)
        self._forms = {node: Form(node, each, delimiters, self._numbers) for node, each in by_node.items()}
        self._shapes: dict[tuple[SegmentNode | None, ...], ShapeFacts] = {}
        self._verdicts: dict[Key, Verdict] = {}
        self._unread = self._read_so_far = 0
        self.units = frozenset(loop.first for loop in plan.dropped)
        self._levels = frozenset(
            loop for loop in plan.loops for c in loop.children if isinstance(c, LoopNode) and _holds_unit(c, plan)
        )
        self.bounds = self.units | frozenset(_behind_units(plan))

    def shape(self, nodes: tuple[SegmentNode | None, ...], loop: LoopNode) -> ShapeFacts:
        """Return the facts of a shape; of a level they are known at once, for all that stands in it hangs on them."""
        facts = self._shapes.get(nodes)
        if facts is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self._forget()
            facts = self._shapes[nodes] = ShapeFacts(self._numbers.of(nodes))
        if facts.reading is None:
            facts.sighted += 1
            self._unread += 1
            is_due = loop in self._levels or facts.sighted >= _SIGHTED
            if is_due and self._read_so_far < _READ_AT_ONCE + self._unread // _SIGHTED:
                self._read(facts, nodes)
        return facts

    def _read(self, facts: ShapeFacts, nodes: tuple[SegmentNode | None, ...]) -> None:
        """Compile the expression of a shape, and make its flat checks."""
        shape = [node for node in nodes if node is not None]
        if len(shape) != len(nodes) or len(nodes) > _MOST_SEGMENTS:
            return
        self._read_so_far += 1
        pattern = UnitPattern(shape, self._forms, self._delimiters)
        facts.checks = {
            each.rule.id: self._flat(each, shape, pattern)
            for loop in dict.fromkeys(node.loop for node in shape)
            for each in self._facts[loop]
            if not each.is_decided
        }
        facts.reading = pattern.done()

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
        return all(self._is_known_early(check.rule) and not any(check.faults(loop)) for check in self._ends[loop.node])

    def _is_known_early(self, rule: Rule) -> bool:
        named = self._named_checks.get(rule.asked) if rule.verb is Verb.CHECK else None
        return isinstance(named, Screened) and named.is_known_early

    def left(self, loop: LoopInstance, shape: ShapeFacts) -> tuple[FlatCheck, ...] | None:
        """Return the checks that the key of a unit does not decide; None where one cannot be made of flat segments.

        Args:
            loop: The unit, in the tree, complete.
            shape: Its shape, whose expression is there.
        """
        made: dict[object, FlatCheck] = {}
        for instance in (loop, *loop.within()):
            for facts in self._facts[instance.node]:
                if not facts.is_decided and facts.may_apply(instance) and not _is_harmless(facts, instance, loop):
                    maker, check = shape.checks.get(facts.rule.id, (None, None))
                    if check is None:
                        return None
                    made[maker] = check
        return tuple(check for check in made.values() if check is not ALWAYS)

    def _flat(self, facts: RuleFacts, shape: Shape, columns: Columns) -> tuple[object, FlatCheck | None]:
        """Make the flat check of a rule, where there is one; rules with the same maker share it."""
        rule, clause = facts.rule, facts.asked
        if any(not item.is_decided for item in facts.items):
            return rule.id, None
        if rule.verb is Verb.CHECK:
            make = facts.flat
            return make, None if make is None else make(shape, rule.arguments, columns)
        if clause is None:
            return rule.id, None
        verb = clause.text.split(" ", 2)[1]
        if verb == UNIQUE:
            return rule.id, differing(clause.path, shape, columns)
        if verb == "!=" and facts.other is not None:
            return rule.id, unlike(clause.path, facts.other, shape, columns)
        return rule.id, None

    def _forget(self) -> None:
        """Forget all keys, so that they stay bounded; what was found out of a level is found out anew."""
        self._shapes.clear()
        self._verdicts.clear()


@lru_cache(maxsize=16)
def screening_of(plan: CheckPlan, delimiters: Delimiters, made: str) -> Screening:
    """Return what is known for the sets made on a day (BHT04), kept for later sets."""
    return Screening(plan, delimiters, made)


def _day(made: str) -> Day | None:
    """Return the day a set was made; None where it is none."""
    try:
        return Day(made, write_d8(read_d8(made) - _SOME_TIME))
    except ValueError:
        return None


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
    """Say whether a segment is one of a spec: an id, with a loop before or qualifiers behind if only some are meant."""
    loop_id, _, segment = spec.rpartition("/")
    segment_id, _, qualifiers = segment.rstrip("]").partition("[")
    if node.segment_id != segment_id or (loop_id and node.loop_id != loop_id):
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
        if _is_of(segment.node, spec)
        for element in ((question.element,) if question.element else range(1, len(segment.elements)))
        if (text := segment.value(element, question.component))
    )


def _around(unit: LoopInstance) -> Iterator[LoopInstance]:
    top: LoopInstance | None = unit
    while top is not None:
        yield top
        yield from top.within()
        top = top.parent
