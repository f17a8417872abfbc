"""Case rate: the first service of an episode is paid the rate, the others in it nothing, those beyond by a schedule.

An episode is a member's, at a provider, for a principal diagnosis, under a rate of a contract. It begins with its
first service and ends with its window; the next service begins another one. Services that are billed late count with
the episode whose window holds their day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2s

from hpedi.adjudication.decision import EPISODE_BYTES
from hpedi.reference.contracts import ContractRate, EpisodeField

INCLUDED = "case_rate_included"
"""The payer's reason for a service that the case rate covers."""
DEFAULT_KEY: tuple[EpisodeField, ...] = ("member", "billing_provider", "principal_dx")


@dataclass(frozen=True, slots=True)
class Service:
    """A service of an episode: its day and units."""

    day: date
    units: Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service stands in its episode.

    Attributes:
        is_first: It begins the episode.
        before: Units of the episode before it.
        beyond: Its units above the most that the rate covers.
    """

    is_first: bool
    before: Decimal
    beyond: Decimal


def episode_of(contract: str, rate: ContractRate, values: dict[EpisodeField, str]) -> str:
    """Return what names the episodes of a member, provider and diagnosis under a rate: a digest, which tells nothing.

    Args:
        contract: Contract id.
        rate: The rate, which may say what makes its episodes.
        values: Member, billing provider and principal diagnosis.
    """
    parts = [contract, rate.id, *(values[name] for name in rate.episode_key or DEFAULT_KEY)]
    return blake2s("\x1f".join(parts).encode(), digest_size=EPISODE_BYTES).hexdigest()


def place_in_episode(service: Service, earlier: Sequence[Service], rate: ContractRate) -> Place:
    """Return where a service stands among those decided before it.

    Args:
        service: The service.
        earlier: Services of the same key decided before, in any order.
        rate: Its case rate, with the window in days from the first service (both included) and the most services.
    """
    window, most = rate.window_days or 0, rate.max_services or 0
    same = _same_episode(service.day, earlier, window)
    before = sum((each.units for each in same), Decimal(0))
    return Place(not same, before, max(before + service.units - max(Decimal(most), before), Decimal(0)))


def _same_episode(day: date, earlier: Iterable[Service], window: int) -> list[Service]:
    episode: list[Service] = []
    for service in sorted(earlier, key=lambda each: each.day):
        if episode and (service.day - episode[0].day).days > window:
            if _holds(day, episode[0].day, window):
                return episode
            episode = []
        episode.append(service)
    return episode if episode and _holds(day, episode[0].day, window) else []


def _holds(day: date, first: date, window: int) -> bool:
    return abs((day - first).days) <= window
