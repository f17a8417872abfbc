"""Which checks an instance of a loop needs at all, told by one look at its segments.

Every question that rules ask of single values is a bit. One pass over an instance's segments gathers the bits that
hold, each value asked once for all rules and remembered; with what the instance has seen they name the checks that may
find something. A right claim so costs a look at its values, not a run of every rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from hpedi.acceptance.loops import LoopInstance
from hpedi.acceptance.rules.clauses import ValueTest
from hpedi.acceptance.rules.compile import Check, Condition, Fault, Probe
from hpedi.acceptance.rules.paths import Path
from hpedi.guides.nodes import SegmentNode

_REMEMBERED: Final = 8192


class _Need(NamedTuple):
    """A condition in bits: one of them must hold, or something must be seen or not seen; or none of all that."""

    bits: int
    presence: tuple[tuple[int, bool], ...]
    wanted: bool

    def is_met(self, seen: int, known: int, possible: int) -> bool:
        """Say whether it can be met, by the bits that are known to hold and those that may."""
        holding = possible if self.wanted else known
        is_one = bool(self.bits & holding) or any(bool(seen & bits) is wanted for bits, wanted in self.presence)
        return is_one is self.wanted


class _ElementProbe:
    """The questions to one element of a segment, remembered by its text."""

    __slots__ = ("_questions", "_separator", "element", "known")

    def __init__(self, element: int, separator: str) -> None:
        self.element = element
        self.known: dict[str, int] = {}
        self._separator = separator
        self._questions: list[tuple[int | None, ValueTest, int]] = []

    def add(self, component: int | None, test: ValueTest, bit: int) -> None:
        self._questions.append((component, test, bit))

    def ask(self, text: str) -> int:
        """Ask all questions of a text that is not known yet."""
        components = text.split(self._separator)
        bits = 0
        for component, test, bit in self._questions:
            value = text if component is None else components[component - 1] if component <= len(components) else ""
            if value and test(value):
                bits |= bit
        if len(self.known) >= _REMEMBERED:
            self.known.clear()
        self.known[text] = bits
        return bits


class _Selected(NamedTuple):
    """The checks that may find something, and the questions to other loops that are still to ask for them."""

    checks: tuple[Check, ...]
    far: tuple[tuple[Path, ValueTest, int], ...]
    by_far: dict[int, tuple[Check, ...]]


class LoopChecks:
    """The checks of one loop at one moment."""

    def __init__(self, checks: Sequence[Check], separator: str) -> None:
        """Sort the questions of the checks.

        Args:
            checks: The checks.
            separator: Between components, in the interchange.
        """
        self._near: dict[SegmentNode, list[_ElementProbe]] = {}
        self._far: dict[str, tuple[Path, ValueTest, int]] = {}
        self._bits: dict[str, int] = {}
        self._separator = separator
        self._checks = [(check, [self._need(condition) for condition in check.conditions]) for check in checks]
        self._far_bits = sum(bit for _, _, bit in self._far.values())
        self._selected: dict[tuple[int, int], _Selected] = {}

    def faults(self, loop: LoopInstance) -> list[Fault]:
        """Return the faults of an instance."""
        near, holding = self._near, 0
        for segment in loop.segments:
            probes = near.get(segment.node)
            if probes is not None:
                elements = segment.elements
                for probe in probes:
                    text = elements[probe.element] if probe.element < len(elements) else ""
                    if text:
                        bits = probe.known.get(text)
                        holding |= probe.ask(text) if bits is None else bits
        selected = self._selected.get((loop.seen, holding))
        if selected is None:
            selected = self._select(loop.seen, holding)
        checks = self._with_far(loop, selected, holding) if selected.far else selected.checks
        return [fault for check in checks for fault in check.faults(loop)] if checks else []

    def _need(self, condition: Condition) -> _Need:
        bits = 0
        for probe in condition.probes:
            bits |= self._bit(probe)
        return _Need(bits, condition.presence, condition.wanted)

    def _bit(self, probe: Probe) -> int:
        bit = self._bits.get(probe.text)
        if bit is not None:
            return bit
        bit = self._bits[probe.text] = 1 << len(self._bits)
        path = probe.path
        if not path.is_near:
            self._far[probe.text] = (path, probe.test, bit)
            return bit
        for node in path.nodes:
            self._element_probe(node, path.element or 0).add(path.component, probe.test, bit)
        return bit

    def _element_probe(self, node: SegmentNode, element: int) -> _ElementProbe:
        probes = self._near.setdefault(node, [])
        for probe in probes:
            if probe.element == element:
                return probe
        probes.append(_ElementProbe(element, self._separator))
        return probes[-1]

    def _select(self, seen: int, holding: int) -> _Selected:
        """Choose the checks by what was seen and holds near, as if all that is asked far held."""
        if len(self._selected) >= _REMEMBERED:
            self._selected.clear()
        chosen = _met(self._checks, seen, holding, holding | self._far_bits)
        asked = _asked_of(needs for _, needs in chosen) & self._far_bits
        far = tuple(question for question in self._far.values() if question[2] & asked)
        selected = _Selected(tuple(check for check, _ in chosen), far, {})
        self._selected[seen, holding] = selected
        return selected

    def _with_far(self, loop: LoopInstance, selected: _Selected, holding: int) -> tuple[Check, ...]:
        """Ask the questions to other loops, and leave out the checks for which they do not hold."""
        bits = 0
        for path, test, bit in selected.far:
            if any(test(value.text) for value in path.values(loop)):
                bits |= bit
        checks = selected.by_far.get(bits)
        if checks is None:
            chosen = _met(self._checks, loop.seen, holding | bits, holding | bits)
            checks = selected.by_far[bits] = tuple(check for check, _ in chosen)
        return checks


def _met(
    checks: Iterable[tuple[Check, list[_Need]]], seen: int, known: int, possible: int
) -> list[tuple[Check, list[_Need]]]:
    return [(check, needs) for check, needs in checks if all(need.is_met(seen, known, possible) for need in needs)]


def _asked_of(needs: Iterable[Iterable[_Need]]) -> int:
    bits = 0
    for need in (each for several in needs for each in several):
        bits |= need.bits
    return bits
