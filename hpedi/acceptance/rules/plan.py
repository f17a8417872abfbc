"""The rules of a guide, compiled for each of its loops when the loop is first met."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from hpedi.acceptance.checks import NAMED_CHECKS, NamedCheck
from hpedi.acceptance.loops import LoopInstance
from hpedi.acceptance.rules.compile import Check, CodeChecks, Compiler, Fault
from hpedi.acceptance.rules.loop_plan import LoopChecks
from hpedi.acceptance.rules.rule import Moment, Rule
from hpedi.guides.load import Guide
from hpedi.guides.nodes import LoopNode

_UNITS: Final = frozenset({"HL", "CLM", "CLP", "AK2", "INS", "ENT", "RMR"})
"""Segments that begin a loop of which a set may hold any number: its instances are dropped once they were checked."""
_NUMBERED: Final = "LX"
_CLAIM: Final = "CLM"
_REQUIRED: Final = "R"
_SEPARATORS_KEPT: Final = 8


class LoopPlan:
    """What is checked of the instances of one loop.

    Attributes:
        is_dropped: Whether instances are not kept in the loop around them.
        is_claim: Whether instances are claims.
        required: The bits (`LoopInstance.seen`) of all that the guide requires in its own part.
    """

    __slots__ = ("_end", "_head", "is_claim", "is_dropped", "required")

    def __init__(
        self, checks: Sequence[Check], separator: str, *, is_dropped: bool, is_claim: bool, required: int
    ) -> None:
        """Sort checks by moment."""
        self.is_dropped = is_dropped
        self.is_claim = is_claim
        self.required = required
        self._head = _at(Moment.HEAD, checks, separator)
        self._end = _at(Moment.END, checks, separator)

    def faults(self, loop: LoopInstance, moment: Moment) -> list[Fault]:
        """Return the faults of an instance; one that is not whole is not judged."""
        if moment is Moment.HEAD:
            return [] if self._head is None or loop.is_cut else self._head.faults(loop)
        return [] if self._end is None or loop.is_cut or loop.lacks_parts else self._end.faults(loop)


def _at(moment: Moment, checks: Sequence[Check], separator: str) -> LoopChecks | None:
    chosen = [check for check in checks if check.moment is moment]
    return LoopChecks(chosen, separator) if chosen else None


class CheckPlan:
    """The rules of one guide.

    Attributes:
        dropped: The loops whose instances are not kept in the loop around them.
        code_checks: Gives the check of a code set.
        named_checks: The checks that rules name.
    """

    def __init__(
        self,
        guide: Guide,
        rules: Iterable[Rule],
        code_checks: CodeChecks,
        named_checks: Mapping[str, NamedCheck] = NAMED_CHECKS,
    ) -> None:
        """Compile nothing yet.

        Args:
            guide: The guide.
            rules: Those that belong to it; ones that are off are left out.
            code_checks: Gives the check of a code set.
            named_checks: The checks that rules name.

        Raises:
            ValueError: A rule names a loop that the guide lacks.
        """
        self.code_checks = code_checks
        self.named_checks = named_checks
        self._root = guide.root
        self.dropped = frozenset(loop for loop in _loops(guide.root) if _is_dropped(loop))
        self._compiler = Compiler(self.dropped, named_checks, code_checks)
        by_loop: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.severity is not None:
                by_loop.setdefault(rule.at, []).append(rule)
        self._by_loop = MappingProxyType(by_loop)
        self._compiled: dict[LoopNode, tuple[Check, ...]] = {}
        self._plans: dict[str, LoopPlans] = {}
        unknown = by_loop.keys() - {loop.loop_id for loop in _loops(guide.root)} - {""}
        if unknown:
            names = ", ".join(rule.id for at in unknown for rule in by_loop[at])
            raise ValueError(f"guide {guide.id} has no loop {', '.join(sorted(unknown))}: rules {names}")

    @property
    def loops(self) -> tuple[LoopNode, ...]:
        """The transaction set and its loops."""
        return (self._root, *_loops(self._root))

    def rules_at(self, node: LoopNode) -> Sequence[Rule]:
        """Return the rules of a loop."""
        return self._by_loop.get("" if node is self._root else node.loop_id, ())

    def plans(self, separator: str) -> LoopPlans:
        """Return the plan of each loop for interchanges with this separator of components."""
        if separator not in self._plans:
            if len(self._plans) >= _SEPARATORS_KEPT:
                self._plans.clear()
            self._plans[separator] = LoopPlans(self, separator)
        return self._plans[separator]

    def plan(self, node: LoopNode, separator: str) -> LoopPlan:
        """Make the plan of a loop.

        Raises:
            ValueError: A rule names what is not there.
        """
        return LoopPlan(
            self.checks(node),
            separator,
            is_dropped=node in self.dropped,
            is_claim=node is not self._root and node.first.segment_id == _CLAIM,
            required=_required(node, self.dropped),
        )

    def checks(self, node: LoopNode) -> tuple[Check, ...]:
        """Return the checks of a loop, compiled once.

        Raises:
            ValueError: A rule names what is not there.
        """
        if node not in self._compiled:
            self._compiled[node] = tuple(self._compiler.check(rule, node) for rule in self.rules_at(node))
        return self._compiled[node]


class LoopPlans(dict[LoopNode, LoopPlan]):
    """The plan of each loop, made when the loop is first met."""

    def __init__(self, plan: CheckPlan, separator: str) -> None:
        """Make none yet."""
        super().__init__()
        self._plan = plan
        self._separator = separator

    def __missing__(self, node: LoopNode) -> LoopPlan:
        """Make the plan of a loop."""
        made = self[node] = self._plan.plan(node, self._separator)
        return made


def _loops(loop: LoopNode) -> Iterator[LoopNode]:
    for child in loop.children:
        if isinstance(child, LoopNode):
            yield child
            yield from _loops(child)


def _required(loop: LoopNode, dropped: Container[LoopNode]) -> int:
    """Return the bits of what is required before the first loop that is dropped."""
    last = min((child.rank for child in loop.children if child in dropped), default=len(loop.children))
    bits = 0
    for child in loop.children:
        if child.usage == _REQUIRED and child.rank < last:
            bits |= child.bit
    return bits


def _is_dropped(loop: LoopNode) -> bool:
    segment_id = loop.first.segment_id
    is_header_number = segment_id == _NUMBERED and loop.parent is not None and loop.parent.parent is None
    return segment_id in _UNITS or is_header_number
