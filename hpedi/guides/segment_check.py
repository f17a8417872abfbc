"""Checks the elements of segments at one node, as fast as its segments allow.

A right segment is found right by one regular expression (`patterns`), or by being equal to one that was: each node
learns from its first segments whether they repeat, and only then keeps a bounded memo of them. What is wrong with the
others, `element_checks` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from hpedi.guides.element_checks import Fault, segment_faults
from hpedi.guides.nodes import SegmentNode
from hpedi.guides.patterns import segment_pattern
from hpedi.guides.values import Alphabet
from hpedi.x12.events import Delimiters

Accepts: TypeAlias = Callable[[str], object]
"""Returns None for a segment that was not found right; what else it returns has no meaning."""

_MEMO_SIZE: Final = 1024
_LEARNING: Final = 512
_WORTH_IT: Final = 4


@dataclass(slots=True)
class MemoCount:
    """How often a segment was known from the memo, for benchmarks."""

    checks: int = 0
    hits: int = 0


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the checks of all nodes share.

    Attributes:
        delimiters: Of the interchange.
        alphabet: Of the interchange.
        memo: Whether right segments may be remembered.
        count: Counts, which is slow; None for not counting.
    """

    delimiters: Delimiters
    alphabet: Alphabet
    memo: bool = True
    count: MemoCount | None = None


class SegmentCheck:
    """The check of one node.

    Attributes:
        node: The node.
        accepts: The fast check; it changes with what is learned, so it is read anew for each segment.
        remembers: Whether right segments are kept, because they repeat.
    """

    __slots__ = ("_fullmatch", "_hits", "_memo", "_options", "_visits", "accepts", "node", "remembers")

    def __init__(self, node: SegmentNode, options: CheckOptions) -> None:
        """Compile nothing yet."""
        self.node = node
        self.accepts: Accepts = self._first
        self.remembers = False
        self._options = options
        self._fullmatch: Callable[[str], re.Match[str] | None]
        self._memo: dict[str, bool] = {}
        self._visits = self._hits = 0

    def faults(self, text: str) -> tuple[Fault, ...]:
        """Say what is wrong with a segment that `accepts` did not take; nothing if it was only new to the memo."""
        if self._fullmatch(text) is None:
            return segment_faults(self.node, text, self._options.delimiters, self._options.alphabet)
        if self.remembers:
            self._remember(text)
        return ()

    def _first(self, text: str) -> object:
        self._fullmatch = segment_pattern(self.node, self._options.delimiters).fullmatch
        self._use(self._learn if self._options.memo else self._fullmatch)
        return self.accepts(text)

    def _use(self, way: Accepts) -> None:
        count = self._options.count
        if count is None:
            self.accepts = way
            return

        def counted(text: str) -> object:
            count.checks += 1
            count.hits += text in self._memo
            return way(text)

        self.accepts = counted

    def _learn(self, text: str) -> object:
        """Check segments one by one, counting how many were seen before; then choose the faster way."""
        self._visits += 1
        known = self._memo.get(text)
        if known:
            self._hits += 1
        elif self._fullmatch(text) is not None:
            known = self._memo[text] = True
        if self._visits >= _LEARNING:
            self.remembers = self._hits * _WORTH_IT >= self._visits
            self._visits = self._hits = 0
            if not self.remembers:
                self._memo.clear()
            self._use(self._memo.get if self.remembers else self._fullmatch)
        return known

    def _remember(self, text: str) -> None:
        """Keep a right segment; when there are too many, forget them all and learn anew whether they repeat."""
        if len(self._memo) >= _MEMO_SIZE:
            self._memo.clear()
            self.remembers = False
            self._use(self._learn)
        self._memo[text] = True
