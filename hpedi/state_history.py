"""States that a thing goes through: since when, by whom and why. One is only ever added, none is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)


class WrongState(ValueError):
    """A thing cannot go from where it stands to where it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateEvent(Generic[State]):
    """A state of a thing: since when, by whom (principal id), why, and the last day where it ends."""

    state: State
    at: datetime
    by: str
    why: str = ""
    last_day: date | None = None


class HasHistory(Generic[State]):
    """What has a history: every state that it had, oldest first; never empty."""

    __slots__ = ()

    history: tuple[StateEvent[State], ...]

    @property
    def state(self) -> State:
        """Where it stands in its history."""
        return self.history[-1].state

    @property
    def last_day(self) -> date | None:
        """The last day; None is open."""
        return self.history[-1].last_day

    @property
    def asked_by(self) -> str:
        """Who asked for it (principal id)."""
        return self.history[0].by


def check_way(thing: str, stands: State, to: State, ways: Mapping[State, frozenset[State]]) -> None:
    """Let a thing go to a state.

    Args:
        thing: Its name in the message: what it is, and its number.
        stands: Where it stands.
        to: Where it is sent.
        ways: Where such a thing may go from where it stands.

    Raises:
        WrongState: It cannot go there.
    """
    if to not in ways[stands]:
        raise WrongState(f"{thing} is {stands}")
