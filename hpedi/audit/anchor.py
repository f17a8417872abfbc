"""Lines of the anchor: what a seal's digest was, told to a place that whoever changes the books cannot write to."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
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


class TakeoverLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A workspace was restored from a backup and has taken the place of the one that is named here."""

    workspace: str
    taken_over_by: str
    at: str


@dataclass(slots=True)
class Anchored:
    """What an anchor says about the seals of one workspace.

    Attributes:
        digests: By number of the seal; several where it says several things.
        taken_over: Which restored workspace took this one's place; None where none did.
        unreadable: Numbers of lines, from 1, that are neither a line nor the beginning of the line after them.
    """

    digests: dict[int, set[str]] = field(default_factory=dict)
    taken_over: TakeoverLine | None = None
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


def takeover_line(workspace: str, by: str, at: datetime) -> str:
    """Return the line that says which restored workspace takes the place of another."""
    return _ENCODE(TakeoverLine(workspace=workspace, taken_over_by=by, at=instant_text(at))).decode()


def read_anchor(lines: Iterable[str], workspace: str) -> Anchored:
    """Read the lines about a workspace; a line that a kill tore is followed by the whole one, or is the last."""
    read = Anchored()
    torn: tuple[int, str] | None = None
    for number, line in enumerate(lines, 1):
        if torn is not None and not line.startswith(torn[1]):
            read.unreadable.append(torn[0])
        torn = None
        told = _read_line(line)
        if told is None:
            torn = (number, line)
        elif told.workspace != workspace:
            continue
        elif isinstance(told, AnchorLine):
            read.digests.setdefault(told.seal, set()).add(told.digest)
        else:
            read.taken_over = told
    return read


def _read_line(line: str) -> AnchorLine | TakeoverLine | None:
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(line, type=AnchorLine)
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(line, type=TakeoverLine)
    return None
