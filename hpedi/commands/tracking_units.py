"""Units with control numbers, as receipts keep them, and as files that are read again have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from hpedi.findings import shown_control_number
from hpedi.pipeline.received import summary_of
from hpedi.pipeline.tracking_numbers import Level, Numbered
from hpedi.x12.events import GroupStart, InterchangeStart, SetStart
from hpedi.x12.reader import read_x12

if TYPE_CHECKING:
    from hpedi.commands.workspace import Workspace
    from hpedi.pipeline.tracking_ports import ControlNumberTaken

_REPEATED: Final[Mapping[str, Level]] = {
    "group-control-number-repeated": "GS06",
    "set-control-number-repeated": "ST02",
}
"""Findings of a receipt that tell of repetitions within an interchange."""


def units_of(taken: Iterable[ControlNumberTaken], files: Mapping[int, str], workspace: Workspace) -> Iterator[Numbered]:
    """Yield the interchanges, and of files that are named by their digests the groups and sets in them, too."""
    by_place: dict[int, list[ControlNumberTaken]] = {}
    for each in taken:
        by_place.setdefault(each.file, []).append(each)
        yield Numbered(
            level="ISA13",
            whose=(each.partner,),
            usage=each.usage,
            number=each.control_number,
            at=each.received_at,
            about=f"receipt {each.receipt}",
            is_consumed=each.verdict != "rejected",
        )
        if each.file not in files:
            yield from _told(each)
    for file, digest in files.items():
        yield from _read(by_place[file], workspace, digest)


def _told(each: ControlNumberTaken) -> Iterator[Numbered]:
    """Yield each number that stands twice in an interchange as often; the receipt does not keep which it was."""
    summary = summary_of(each.summary)
    whose = (each.partner, f"{each.receipt}")
    for code in summary.told.keys() & _REPEATED.keys():
        level = _REPEATED[code]
        for _time in range(summary.told[code] + 1):
            about = f"receipt {each.receipt}"
            yield Numbered(level=level, whose=whose, usage=each.usage, number="?", at=each.received_at, about=about)


def _read(taken: list[ControlNumberTaken], workspace: Workspace, digest: str) -> Iterator[Numbered]:
    """Yield the groups and sets of a file: groups are counted on from file to file, sets within their group."""
    interchanges = iter(taken)
    current: ControlNumberTaken | None = None
    group = ""
    for event in read_x12(workspace.files.chunks(digest), workspace.limits):
        if isinstance(event, InterchangeStart):
            current = next(interchanges, None)
        elif isinstance(event, GroupStart) and current is not None:
            group = event.elements[6]
            yield _unit("GS06", current, (current.partner,), group)
        elif isinstance(event, SetStart) and current is not None:
            yield _unit("ST02", current, (current.partner, f"{current.receipt}", group), event.elements[2])


def _unit(level: Level, of: ControlNumberTaken, whose: tuple[str, ...], number: str) -> Numbered:
    unit = "group" if level == "GS06" else "transaction_set"
    return Numbered(
        level=level,
        whose=whose,
        usage=of.usage,
        number=shown_control_number(unit, number),
        at=of.received_at,
        about=f"receipt {of.receipt}",
        is_consumed=of.verdict != "rejected",
    )
