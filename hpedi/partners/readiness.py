"""Whether a partner in testing is ready to go live: what it sent, measured against a checklist that is data.

What a measure means is here; how much of it is enough is in mappings/partners/checklist.yaml. It reads no receipts: the
pipeline counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

import msgspec
import yaml

from hpedi.reference.dated import Entry
from hpedi.reference.partners import Partner

_PLACES: Final = Decimal("0.0001")


class ChecklistItem(Entry, frozen=True, kw_only=True):
    """One thing to be shown.

    Attributes:
        id: Its name.
        title: What is to be shown.
        measure: What is measured: a key of `MEASURES`.
        at_least: The least that is enough.
        at_most: The most that is taken.
        only_with: It is asked of partners that send one of these sets only; of all if empty.
        required: Whether the partner is not ready without it; else it is advice.
        remedy: What to do.
        source: Who says so.
    """

    id: str
    title: str
    measure: str
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    only_with: tuple[str, ...] = ()
    required: bool = True
    remedy: str
    source: str


class _Checklist(Entry, frozen=True, kw_only=True):
    checklist: tuple[ChecklistItem, ...]


class SetsTested(NamedTuple):
    """Test sets of one kind: how many came, and how many were refused."""

    sets: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTraffic:
    """What a partner sent with ISA15 = T, and how it fared.

    Attributes:
        interchanges: How many came; one that repeats another byte for byte does not count.
        accepted: How many were not refused and refused no part.
        sets: By the short names of their guides.
        claims: How many claims came.
        claims_refused: How many of them were refused.
        findings: How often each finding was told, by code.
        last_accepted: Whether the last interchange was accepted whole.
    """

    interchanges: int = 0
    accepted: int = 0
    sets: Mapping[str, SetsTested] = field(default_factory=dict)
    claims: int = 0
    claims_refused: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    last_accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item of the checklist, what was measured, and whether it is enough."""

    item: ChecklistItem
    measured: Decimal
    is_enough: bool


Measure: TypeAlias = Callable[[Partner, TrialTraffic, date], Decimal | int]


def _sets_not_shown(partner: Partner, traffic: TrialTraffic, _day: date) -> int:
    shown = {name for name, tested in traffic.sets.items() if tested.sets > tested.refused}
    return len(set(partner.sends) - shown)


def _claims_refused_share(_partner: Partner, traffic: TrialTraffic, _day: date) -> Decimal:
    return (Decimal(traffic.claims_refused) / Decimal(traffic.claims or 1)).quantize(_PLACES)


MEASURES: Final[Mapping[str, Measure]] = {
    "contacts": lambda partner, _traffic, _day: len(partner.contacts),
    "sets_agreed": lambda partner, _traffic, _day: len(partner.sends),
    "application_senders": lambda partner, _traffic, _day: len(partner.gs_ids),
    "good_keys": lambda partner, _traffic, day: sum(key.is_good(day) for key in partner.keys),
    "interchanges_accepted": lambda _partner, traffic, _day: traffic.accepted,
    "sets_not_shown": _sets_not_shown,
    "claims_accepted": lambda _partner, traffic, _day: traffic.claims - traffic.claims_refused,
    "claims_refused_share": _claims_refused_share,
    "last_accepted": lambda _partner, traffic, _day: int(traffic.last_accepted),
}
"""What an item of the checklist may measure."""


def read_checklist(content: bytes) -> tuple[ChecklistItem, ...]:
    """Read the checklist.

    Raises:
        msgspec.ValidationError: It does not have its form: a bug of mappings.
        ValueError: It measures something that is no measure, or says nothing of how much is enough.
    """
    items = msgspec.convert(yaml.safe_load(content), _Checklist).checklist
    for item in items:
        if item.measure not in MEASURES or (item.at_least is None) == (item.at_most is None):
            raise ValueError(f"item {item.id} of the checklist measures nothing, or in no way")
    return items


def readiness(
    partner: Partner, traffic: TrialTraffic, checklist: Sequence[ChecklistItem], day: date
) -> tuple[Shown, ...]:
    """Measure a partner against a checklist.

    Args:
        partner: Its profile.
        traffic: What it sent.
        checklist: What is asked for.
        day: The day on which keys must be good.
    """
    asked = [item for item in checklist if not item.only_with or set(item.only_with) & set(partner.sends)]
    return tuple(_shown(item, Decimal(MEASURES[item.measure](partner, traffic, day))) for item in asked)


def is_ready(shown: Sequence[Shown]) -> bool:
    """Say whether all that is required was shown."""
    return all(each.is_enough for each in shown if each.item.required)


def _shown(item: ChecklistItem, measured: Decimal) -> Shown:
    is_low = item.at_least is not None and measured < item.at_least
    is_high = item.at_most is not None and measured > item.at_most
    return Shown(item=item, measured=measured, is_enough=not (is_low or is_high))
