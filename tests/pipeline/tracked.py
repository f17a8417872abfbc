"""A workspace in which the clearinghouse's claims are paid, and people who follow them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Final

from hpedi.access.grants import Area, Grant, GrantState, ProviderId
from hpedi.access.organisations import Organisation, OrganisationKind
from hpedi.access.rules import FOUNDER
from hpedi.commands.jobs import Jobs
from hpedi.commands.tracking import following
from hpedi.pipeline.tracking import Track, Tracker, track
from hpedi.pipeline.tracking_search import Word, find
from hpedi.run_context import Principal, RunContext
from hpedi.state_history import StateEvent
from tests.pipeline.conftest import Demo

HARBOR: Final = ProviderId("410000202", "1000002018")


def somebody(demo: Demo, *roles: str, organisation: str = "") -> RunContext:
    """Return a run of a person with roles; without any of the built-in operator of a workspace without accounts."""
    who = Principal("person:kim", "person", "Kim", frozenset(roles or {FOUNDER}), organisation)
    return replace(demo.jobs.context, principal=who)


@contextmanager
def followed_by(demo: Demo, *roles: str, organisation: str = "") -> Iterator[Tracker]:
    """Open a question of somebody."""
    with following(Jobs(demo.workspace, somebody(demo, *roles, organisation=organisation))) as tracker:
        yield tracker


def tracks(demo: Demo, word: str, *roles: str, organisation: str = "") -> tuple[Track, ...]:
    """Return what somebody is told of what a word names."""
    with followed_by(demo, *roles, organisation=organisation) as tracker:
        return tuple(track(tracker, each) for each in find(tracker, Word(text=word, name=word)))


def happened(followed: Track) -> list[str]:
    """Return what happened, in order."""
    return [each.what for each in followed.events]


def register(demo: Demo, organisation: str, partner: str) -> None:
    """Register a third party that sends as a trading partner."""
    with demo.workspace.books.writing(demo.jobs.context) as work:
        made = Organisation(
            id=organisation, name=organisation.title(), kind=OrganisationKind.THIRD_PARTY, partner=partner
        )
        work.accounts.register(made, demo.jobs.context.instant)


def grant(demo: Demo, organisation: str, provider: ProviderId, *areas: Area) -> None:
    """Let an organisation act for a provider."""
    at = demo.jobs.context.instant
    states = (GrantState.REQUESTED, GrantState.APPROVED)
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.grants.request(
            Grant(
                id=0,
                organisation=organisation,
                provider=provider,
                is_own=False,
                areas=frozenset(areas),
                usage="P",
                start=date(2026, 1, 1),
                end=None,
                history=tuple(StateEvent(state=state, at=at, by="person:maja") for state in states),
            )
        )
