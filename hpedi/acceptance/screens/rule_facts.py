"""Rules as far as a screen needs them: what they ask of values, and whether the answers decide their outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from hpedi.acceptance.checks.codes import CodeCheck, PairCheck
from hpedi.acceptance.loops import LoopInstance
from hpedi.acceptance.rules.clauses import Clause, Resolve, compile_clause
from hpedi.acceptance.rules.compile import CodeChecks
from hpedi.acceptance.rules.paths import Path
from hpedi.acceptance.rules.rule import Rule, Verb
from hpedi.acceptance.screens.questions import Question, is_any, itself, questions_of, sign
from hpedi.acceptance.screens.value_checks import Asks
from hpedi.guides.nodes import SegmentNode

_OR: Final = " or "
OTHER_PATH: Final = "path:"
UNIQUE: Final = "unique"
_SIGNS: Final = frozenset({"<", "<=", ">", ">="})
_PRESENCE: Final = frozenset({"present", "absent", "count"})
Asked = list[tuple[SegmentNode, Question]]


class Made(NamedTuple):
    """What hangs on the day a set was made.

    Attributes:
        values: What named checks ask of values.
        days: Some time until then, in which most dates of the set lie; None where the day is not known.
    """

    values: Mapping[str, Asks]
    days: tuple[date, date] | None


class Item(NamedTuple):
    """A condition of a rule: one of the clauses must hold. `is_decided`: the answers tell whether one does."""

    clauses: tuple[Clause, ...]
    is_decided: bool


class RuleFacts(NamedTuple):
    """A rule.

    Attributes:
        rule: The rule.
        items: Its conditions.
        needed: Paths of which something must be there.
        is_decided: Whether the answers decide its outcome where it applies.
        asked: The clause of `that`.
        other: The path that this is compared with.
        codes: The path of its codes.
        passes: Says of a code whether it is right whatever the day.
        asks: What a named check asks of values.
    """

    rule: Rule
    items: tuple[Item, ...]
    needed: tuple[Path, ...]
    is_decided: bool
    asked: Clause | None = None
    other: Path | None = None
    codes: Path | None = None
    passes: Callable[[str], bool] | None = None
    asks: Asks | None = None

    def may_apply(self, loop: LoopInstance) -> bool:
        """Say whether its conditions may hold for an instance."""
        return all(path.is_there(loop) for path in self.needed) and all(
            not item.is_decided or any(clause.holds(loop) for clause in item.clauses) for item in self.items
        )


def rule_facts(rule: Rule, to_path: Resolve, code_checks: CodeChecks, made: Made, asked: Asked) -> RuleFacts:
    """Return the facts of a rule for one loop, adding to `asked` what it asks of the values at its paths."""
    items = tuple(_item(text, rule, to_path, asked) for text in rule.when)
    needed = tuple(to_path(text) for text in rule.needs)
    for path in needed:
        asked += questions_of(path, [is_any])
    facts = RuleFacts(rule, items, needed, all(item.is_decided for item in items))
    if rule.verb is Verb.THAT:
        return _that(facts, to_path, asked)
    if rule.codes is not None:
        return _codes(facts, to_path(rule.codes.path), code_checks(rule.codes.set, rule.codes.on), made, asked)
    if rule.verb is Verb.CHECK:
        asks = made.values.get(rule.asked)
        if asks is not None and rule.arguments and not asks.whatever_given:
            asks = None
        return facts._replace(asks=asks, is_decided=facts.is_decided and asks is not None and asks.decides)
    for text in rule.asked.split(_OR):
        if " " in text:
            facts = facts._replace(is_decided=_clause(text, rule, to_path, asked)[1] and facts.is_decided)
        else:
            asked += questions_of(to_path(text), [is_any])
    return facts


def _that(facts: RuleFacts, to_path: Resolve, asked: Asked) -> RuleFacts:
    clause, is_decided = _clause(facts.rule.asked, facts.rule, to_path, asked)
    operand = facts.rule.asked.split(" ", 2)[-1]
    other = to_path(operand.removeprefix(OTHER_PATH)) if operand.startswith(OTHER_PATH) else None
    return facts._replace(asked=clause, other=other, is_decided=is_decided and facts.is_decided)


def _codes(facts: RuleFacts, path: Path, check: object, made: Made, asked: Asked) -> RuleFacts:
    """Add what a rule of codes asks: of each code whether it is right on any day, or on any since some time."""
    if isinstance(check, PairCheck):
        pair = path if path.element is None else replace(path, element=check.beside)
        asked += [*questions_of(path, [check.kind_of]), *questions_of(pair, [itself])]
        return facts
    if not isinstance(check, CodeCheck):
        return facts._replace(is_decided=False)
    on = facts.rule.codes.on if facts.rule.codes is not None else ""
    asks, passes = made.values.get(f"codes on {on}"), check.passes
    if asks is not None and made.days is not None:
        passes = partial(_is_right, check, made.days)
    asked += questions_of(path, [passes])
    return facts._replace(codes=path, passes=passes, asks=asks, is_decided=False)


def _is_right(check: CodeCheck, days: tuple[date, date], code: str) -> bool:
    return check.passes(code) or check.passes_throughout(code, *days)


def _item(text: str, rule: Rule, to_path: Resolve, asked: Asked) -> Item:
    clauses = [_clause(each, rule, to_path, asked) for each in text.split(_OR)]
    return Item(tuple(clause for clause, _ in clauses), all(is_decided for _, is_decided in clauses))


def _clause(text: str, rule: Rule, to_path: Resolve, asked: Asked) -> tuple[Clause, bool]:
    clause = compile_clause(text, to_path, rule.lists)
    _, verb, *operand = text.split(" ", 2)
    if verb == UNIQUE or (operand and operand[0].startswith(OTHER_PATH)):
        asked += questions_of(clause.path, [is_any])
        return clause, False
    if verb in _SIGNS and operand == ["0"]:
        asked += questions_of(clause.path, [sign])
        return clause, True
    answers = [is_any] if verb in _PRESENCE else [test for test in (clause.test, clause.passes) if test is not None]
    asked += questions_of(clause.path, answers)
    return clause, True
