"""Rules as far as a screen needs them: what they ask of values, and whether the answers decide their outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from hpedi.acceptance.checks import NamedCheck
from hpedi.acceptance.checks.codes import CodeCheck, PairCheck
from hpedi.acceptance.checks.screen import Asks, Day, Make, Question, Screened, is_any, itself
from hpedi.acceptance.loops import LoopInstance
from hpedi.acceptance.rules.clauses import Clause, Resolve, compile_clause
from hpedi.acceptance.rules.compile import CodeChecks
from hpedi.acceptance.rules.paths import Path
from hpedi.acceptance.rules.rule import Rule, Verb
from hpedi.acceptance.screens.questions import questions_of, sign
from hpedi.acceptance.screens.usual import SIGNS, usual_of
from hpedi.guides.nodes import SegmentNode
from hpedi.service_dates import read_d8

_OR: Final = " or "
OTHER_PATH: Final = "path:"
UNIQUE: Final = "unique"
_SIGNS: Final = frozenset({"<", "<=", ">", ">="})
_PRESENCE: Final = frozenset({"present", "absent", "count"})
Asked = list[tuple[SegmentNode, Question]]


class Known(NamedTuple):
    """What rules refer to, in sets made on one day.

    Attributes:
        named_checks: The checks by name.
        code_checks: Gives the check of a code set.
        day: The day; None where it is not known.
    """

    named_checks: Mapping[str, NamedCheck]
    code_checks: CodeChecks
    day: Day | None


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
        flat: Makes the named check for a shape.
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
    flat: Make | None = None

    def may_apply(self, loop: LoopInstance) -> bool:
        """Say whether its conditions may hold for an instance."""
        return all(path.is_there(loop) for path in self.needed) and all(
            not item.is_decided or any(clause.holds(loop) for clause in item.clauses) for item in self.items
        )


def rule_facts(rule: Rule, to_path: Resolve, known: Known, asked: Asked) -> RuleFacts:
    """Return the facts of a rule for one loop, adding to `asked` what it asks of the values at its paths."""
    items = tuple(_item(text, rule, to_path, asked) for text in rule.when)
    needed = tuple(to_path(text) for text in rule.needs)
    for path in needed:
        asked += questions_of(path, [is_any])
    facts = RuleFacts(rule, items, needed, all(item.is_decided for item in items))
    if rule.verb is Verb.THAT:
        return _that(facts, to_path, asked)
    if rule.codes is not None:
        return _codes(facts, to_path(rule.codes.path), known, asked)
    if rule.verb is Verb.CHECK:
        return _named(facts, known)
    for text in rule.asked.split(_OR):
        if " " in text:
            is_decided = _clause(text, rule, to_path, asked, wanted=True)[1]
            facts = facts._replace(is_decided=is_decided and facts.is_decided)
        else:
            asked += questions_of(to_path(text), [is_any])
    return facts


def _named(facts: RuleFacts, known: Known) -> RuleFacts:
    check = known.named_checks.get(facts.rule.asked)
    if not isinstance(check, Screened):
        return facts._replace(is_decided=False)
    asks = check.asked(known.day, facts.rule.arguments)
    is_decided = facts.is_decided and asks is not None and asks.decides
    return facts._replace(asks=asks, flat=check.flat, is_decided=is_decided)


def _that(facts: RuleFacts, to_path: Resolve, asked: Asked) -> RuleFacts:
    clause, is_decided = _clause(facts.rule.asked, facts.rule, to_path, asked, wanted=True)
    operand = facts.rule.asked.split(" ", 2)[-1]
    other = to_path(operand.removeprefix(OTHER_PATH)) if operand.startswith(OTHER_PATH) else None
    return facts._replace(asked=clause, other=other, is_decided=is_decided and facts.is_decided)


def _codes(facts: RuleFacts, path: Path, known: Known, asked: Asked) -> RuleFacts:
    """Add what a rule of codes asks: of each code whether it is right on any day, or on any since some time."""
    use = facts.rule.codes
    check = None if use is None else known.code_checks(use.set, use.on)
    if isinstance(check, PairCheck):
        pair = path if path.element is None else replace(path, element=check.beside)
        asked += [*questions_of(path, [check.kind_of]), *questions_of(pair, [itself])]
        return facts
    if not isinstance(check, CodeCheck):
        return facts._replace(is_decided=False)
    asks, passes = check.asked(known.day), check.passes
    if asks is not None and known.day is not None:
        passes = partial(_is_right, check, (read_d8(known.day.earlier), read_d8(known.day.made)))
    asked += questions_of(path, [passes])
    return facts._replace(codes=path, passes=passes, asks=asks, is_decided=False)


def _is_right(check: CodeCheck, days: tuple[date, date], code: str) -> bool:
    return check.passes(code) or check.passes_throughout(code, *days)


def _item(text: str, rule: Rule, to_path: Resolve, asked: Asked) -> Item:
    clauses = [_clause(each, rule, to_path, asked, wanted=False) for each in text.split(_OR)]
    return Item(tuple(clause for clause, _ in clauses), all(is_decided for _, is_decided in clauses))


def _clause(text: str, rule: Rule, to_path: Resolve, asked: Asked, *, wanted: bool) -> tuple[Clause, bool]:
    """Compile a clause, which usually holds or not, and say whether the answers about its values decide it."""
    clause = compile_clause(text, to_path, rule.lists)
    _, verb, *operands = text.split(" ", 2)
    operand = operands[0] if operands else ""
    if verb == UNIQUE or operand.startswith(OTHER_PATH):
        asked += questions_of(clause.path, [is_any])
        return clause, False
    if verb in _SIGNS and operand == "0":
        asked += questions_of(clause.path, [sign], SIGNS)
        return clause, True
    if verb == "not":
        second, _, operand = operand.partition(" ")
        verb = f"{verb} {second}"
    answers = [is_any] if verb in _PRESENCE else [test for test in (clause.test, clause.passes) if test is not None]
    asked += questions_of(clause.path, answers, usual_of(verb, operand, rule.lists, wanted=wanted))
    return clause, True
