"""Files that come while a schedule decides many claims, or pays them: each is answered within seconds all the same.

Beforehand a backlog is received by hand. Then a watcher works it off by its schedules, while one file after the other
is laid into an inbox, each some time after the one before it was answered.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import select

from hpedi.store.gateway_tables import schedule_run
from tests.databases import engine_of
from tests.gateway.accounts import faults, unanswered
from tests.gateway.arriving import make_home
from tests.gateway.parties import Home, running, wait_until
from tests.gateway.world import Sending

CLAIMS: Final = 100
FILES_MEANWHILE: Final = 200
"""More than come while the schedules work."""
SECONDS_BETWEEN: Final = 1.0
WITHIN_SECONDS: Final = 10.0
MOST_SECONDS: Final = 600
SCHEDULES: Final = ("adjudicate", "pay")


@dataclass(slots=True)
class Meanwhile:
    """How long each schedule worked, what came of it, how long each file waited for its answer, and what is wrong."""

    results: dict[str, str] = field(default_factory=dict)
    waited: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def told(self) -> Iterator[str]:
        """Yield it in words."""
        for name, waited in self.waited.items():
            seconds = f"{max(waited):.1f} s at most, {sum(waited) / len(waited):.1f} s on average" if waited else "none"
            yield f"{name}: {self.results[name]}; {len(waited)} files meanwhile, answered after {seconds}"


def answer_meanwhile(place: Path, claims: int) -> Meanwhile:
    """Have so many claims decided and paid by schedules, and files come meanwhile; return how these were answered."""
    backlog = -(-claims // CLAIMS)
    home, sent = make_home(place, backlog + FILES_MEANWHILE, CLAIMS)
    before, coming = sent[:backlog], iter(sent[backlog:])
    for each in before:
        (place / each.name).write_bytes(each.content)
    home.run("receive", *(str(place / each.name) for each in before))
    home.run("deliver")
    found, came = Meanwhile(), list[Sending]()
    for name in SCHEDULES:
        _schedule(home, name)
        with running(home, "watch"):
            found.waited[name] = list(_while_it_works(home, name, coming, came))
        found.results[name] = _result(home, name) or "did not end"
        found.wrong += _slow(name, found.waited[name])
    home.run("deliver")
    everything = [*before, *came]
    found.wrong += faults(home.workspace, everything, {each.site for each in everything})
    home.run("ledger", "proof", most=0)
    return found


def _schedule(home: Home, name: str) -> None:
    """Let one schedule be due as soon as somebody watches, and no other."""
    config = home.workspace / "hpedi.toml"
    kept = config.read_text().partition("\n[schedules]")[0]
    said = {"adjudicate": "never", "pay": "never", "prenote": "never", "deliver": "never", name: "every 24 hours"}
    config.write_text("\n".join([kept, "[schedules]", *(f'{each} = "{when}"' for each, when in said.items()), ""]))


def _while_it_works(home: Home, name: str, coming: Iterable[Sending], came: list[Sending]) -> Iterator[float]:
    """Lay in one file after the other while a schedule works; yield the seconds until each was answered."""
    wait_until(lambda: _result(home, name) is not None, MOST_SECONDS, every=0.05)
    for each in coming:
        if _result(home, name):
            return
        came.append(each)
        _drop(home, each)
        began = time.monotonic()
        wait_until(lambda: not unanswered(home.workspace, [came[-1]]), MOST_SECONDS, every=0.05)
        yield time.monotonic() - began
        time.sleep(SECONDS_BETWEEN)


def _drop(home: Home, sending: Sending) -> None:
    inbox = home.workspace / "inbox" / sending.site.id
    inbox.mkdir(parents=True, exist_ok=True)
    coming = inbox / f".{sending.name}"
    coming.write_bytes(sending.content)
    coming.rename(inbox / sending.name)


def _result(home: Home, name: str) -> str | None:
    """Return what came of a schedule's last run: nothing yet while it works, None before it began."""
    with engine_of(home.workspace) as engine, engine.connect() as books:
        return books.execute(select(schedule_run.c.result).where(schedule_run.c.name == name)).scalars().first()


def _slow(name: str, waited: list[float]) -> Iterator[str]:
    if not waited:
        yield f"{name}: no file came while it worked"
    for seconds in waited:
        if seconds > WITHIN_SECONDS:
            yield f"{name}: a file was answered after {seconds:.1f} s"
