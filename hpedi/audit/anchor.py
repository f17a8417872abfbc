"""A line of the anchor: what a seal's digest was, told to a place that whoever changes the books cannot write to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from hpedi.audit.entry import instant_text
from hpedi.audit.seal import Seal

_ENCODE: Final = msgspec.json.Encoder().encode


class AnchorLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seal `seal` of a workspace had this digest."""

    workspace: str
    seal: int
    at: str
    digest: str


@dataclass(slots=True)
class Anchored:
    """What an anchor says about the seals of one workspace.

    Attributes:
        digests: By number of the seal; several where it says several things.
        unreadable: Numbers of lines, from 1, that are neither a line nor the beginning of the line after them.
    """

    digests: dict[int, set[str]] = field(default_factory=dict)
    unreadable: list[int] = field(default_factory=list)

    @property
    def highest(self) -> int:
        """The highest number of a seal; 0 if there is none."""
        return max(self.digests, default=0)

    def differs(self, seal: Seal) -> bool:
        """Say whether it tells anything else of a seal than its digest."""
        return bool(self.digests.get(seal.number, set()) - {seal.digest()})

    def contradicts(self, head: Seal | None) -> bool:
        """Say whether the newest seal is other than, or older than, the anchor says."""
        return self.highest > (head.number if head else 0) or (head is not None and self.differs(head))


def anchor_line(workspace: str, seal: Seal) -> str:
    """Return the line for a seal, always the same one."""
    line = AnchorLine(workspace=workspace, seal=seal.number, at=instant_text(seal.at), digest=seal.digest())
    return _ENCODE(line).decode()


def read_anchor(lines: Iterable[str], workspace: str) -> Anchored:
    """Read the lines about a workspace; a line that a kill tore is followed by the whole one, or is the last."""
    read = Anchored()
    torn: tuple[int, str] | None = None
    for number, line in enumerate(lines, 1):
        if torn is not None and not line.startswith(torn[1]):
            read.unreadable.append(torn[0])
        torn = None
        try:
            told = msgspec.json.decode(line, type=AnchorLine)
        except msgspec.MsgspecError:
            torn = (number, line)
            continue
        if told.workspace == workspace:
            read.digests.setdefault(told.seal, set()).add(told.digest)
    return read
