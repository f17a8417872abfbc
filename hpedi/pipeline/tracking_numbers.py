"""Control numbers in the order in which they came: what is missing, repeated or out of sequence. Pure.

An interchange that was refused consumes no number: sent again under the same one it is no repetition. A partner that
does not count one by one leaves more numbers out than it uses; that is said once, and no gaps are listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from hpedi.claims.model import Model

Level: TypeAlias = Literal["ISA13", "GS06", "ST02"]

LISTED: Final = 20
"""Gaps of one partner that are listed; the last row sums up the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A unit with its control number, in the order of arrival.

    Attributes:
        whose: What is counted together: partner, and of a set its interchange and group.
        usage: ISA15: the same number for test and production is no repetition, and one counter may serve both.
        about: Where it came, by our identifiers.
        is_consumed: Its number is used up: it was not refused.
    """

    level: Level
    whose: tuple[str, ...]
    usage: str
    number: str
    at: datetime
    about: str
    is_consumed: bool = True


class NumberFinding(Model, frozen=True, kw_only=True):
    """Something about control numbers.

    Attributes:
        level: ISA13, GS06 or ST02.
        partner: Our id; empty for senders that we do not know.
        usage: ISA15; empty of what is missing.
        kind: missing, repeated, out of sequence, or not counted one by one.
        first: The number, or the first of those missing.
        last: The last of those missing; otherwise the same.
        count: How many.
        at: When it came; None for what is missing.
        about: Where: receipt or file.
    """

    level: Level
    partner: str
    usage: str
    kind: str
    first: str
    last: str
    count: int = 1
    at: datetime | None = None
    about: str = ""


def check_numbers(units: Iterable[Numbered]) -> tuple[NumberFinding, ...]:
    """Return what is missing, repeated or out of sequence, by whose numbers they are."""
    by_owner: dict[tuple[Level, tuple[str, ...]], list[Numbered]] = {}
    for each in units:
        by_owner.setdefault((each.level, each.whose), []).append(each)
    return tuple(found for _owner, owned in sorted(by_owner.items()) for found in _of_owner(owned))


def _of_owner(owned: Sequence[Numbered]) -> Iterator[NumberFinding]:
    yield from _missing(owned)
    consumed: set[tuple[str, str]] = set()
    highest = 0
    for each in owned:
        if (each.usage, each.number) in consumed:
            yield _told(each, "repeated")
        elif each.number.isdigit() and int(each.number) < highest:
            yield _told(each, "out of sequence")
        highest = max(highest, int(each.number) if each.number.isdigit() else 0)
        if each.is_consumed:
            consumed.add((each.usage, each.number))


def _missing(owned: Sequence[Numbered]) -> Iterator[NumberFinding]:
    first = owned[0]
    seen = sorted({int(each.number) for each in owned if each.number.isdigit()})
    gaps = [(one + 1, other - 1) for one, other in pairwise(seen) if other - one > 1]
    absent = sum(last - start + 1 for start, last in gaps)
    width = len(first.number)
    if absent > len(seen) and len(seen) > 1:
        yield _gap(first, "not counted one by one", str(seen[0]).zfill(width), str(seen[-1]).zfill(width), absent)
        return
    for start, last in gaps[:LISTED]:
        yield _gap(first, "missing", str(start).zfill(width), str(last).zfill(width), last - start + 1)
    if gaps[LISTED:]:
        start, last = gaps[LISTED][0], gaps[-1][1]
        more = sum(end - begin + 1 for begin, end in gaps[LISTED:])
        yield _gap(first, "missing", str(start).zfill(width), str(last).zfill(width), more)


def _gap(of: Numbered, kind: str, first: str, last: str, count: int) -> NumberFinding:
    partner = of.whose[0]
    return NumberFinding(level=of.level, partner=partner, usage="", kind=kind, first=first, last=last, count=count)


def _told(each: Numbered, kind: str) -> NumberFinding:
    return NumberFinding(
        level=each.level,
        partner=each.whose[0],
        usage=each.usage,
        kind=kind,
        first=each.number,
        last=each.number,
        at=each.at,
        about=each.about,
    )
