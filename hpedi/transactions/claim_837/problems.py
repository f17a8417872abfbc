"""What in a claim could not be read, gathered as findings; nothing of it is ever raised and no value is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where


class Problems:
    """The findings of the claim under way."""

    __slots__ = ("_byte_offset", "_findings", "_source", "_where")

    def __init__(self, where: Where, byte_offset: Callable[[int], int | None], source: str) -> None:
        """Begin with none.

        Args:
            where: The set, as far as it is known.
            byte_offset: From a position in the set to the offset in the file, where that is still known.
            source: The guide.
        """
        self._where = where
        self._byte_offset = byte_offset
        self._source = source
        self._findings: list[Finding] = []

    def __bool__(self) -> bool:
        """Say whether anything could not be read."""
        return bool(self._findings)

    def add(self, kind: str, position: int, *, loop: str, segment_id: str, element: int | None = None) -> None:
        """Note that an element, or with `element` None a whole segment, is missing or cannot be read."""
        where = replace(
            self._where,
            segment=position,
            byte_offset=self._byte_offset(position),
            loop=loop,
            segment_id=segment_id,
            element=element,
        )
        self._findings.append(found(kind, where, source=self._source))

    def taken(self) -> tuple[Finding, ...]:
        """Return the findings and begin anew."""
        findings = tuple(self._findings)
        self._findings.clear()
        return findings
