"""Many files from many partners at once, by real clients, some of them over connections that break off.

Each must be received exactly once and answered in its sender's own outbox; what was only partly sent is never taken.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from tests.gateway.accounts import faults, unanswered
from tests.gateway.parties import (
    CLIENTS,
    Home,
    Server,
    resume_by_openssh,
    running,
    send_anew_by_openssh,
    send_cut_off,
    wait_until,
)
from tests.gateway.world import PARTNERS, Sending, make_sites, sendings, write_payer

Client: TypeAlias = Callable[[Server, Sending, Path], bool]

AT_ONCE: Final = 10
TRIES: Final = 5
MOST_CUTS: Final = 3
HANDSHAKE_BYTES: Final = 3_500
"""About what a client sends before the first byte of a file."""
ANSWER_SECONDS_A_FILE: Final = 3.0
LEAST_ANSWER_SECONDS: Final = 60.0


@dataclass(slots=True)
class Arrivals:
    """What was sent how, and what is wrong now."""

    sent: Counter[str] = field(default_factory=Counter)
    cuts: int = 0
    bytes: int = 0
    seconds_to_send: float = 0.0
    seconds_to_answer: float = 0.0
    wrong: list[str] = field(default_factory=list)


def make_home(place: Path, files: int, claims: int, partners: int = PARTNERS) -> tuple[Home, list[Sending]]:
    """Make a workspace whose payer knows the partners, and the files that they will send."""
    home = Home(place)
    sites = make_sites(place, partners)
    write_payer(place / "payer", sites, files * claims)
    home.run("init")
    home.run("load", str(place / "payer"))
    return home, list(sendings(sites, files, claims))


def let_arrive(place: Path, files: int, claims: int, watchers: int = 2, seed: int = 94267) -> Arrivals:
    """Send files at once from ten partners to a server with some watchers; return what became of them."""
    home, sent = make_home(place, files, claims)
    local = place / "local"
    local.mkdir()
    arrivals = Arrivals(bytes=sum(len(each.content) for each in sent))
    with running(home, "sftp", "--port", "0") as gate:
        server = Server(gate.wait_listening())
        minders = [running(home, "watch") for _each in range(watchers)]
        for each in minders:
            each.__enter__()
        try:
            _send_all(server, sent, local, arrivals, random.Random(seed))  # noqa: S311 - where to cut, no secret
            began = time.monotonic()
            patience = max(LEAST_ANSWER_SECONDS, ANSWER_SECONDS_A_FILE * files)
            wait_until(lambda: not unanswered(home.workspace, sent), patience, every=1.0)
            arrivals.seconds_to_answer = time.monotonic() - began
        finally:
            for each in minders:
                each.__exit__(None, None, None)
    if arrivals.sent["failed"]:
        arrivals.wrong.append(f"{arrivals.sent['failed']} files could not be sent")
    arrivals.wrong += faults(home.workspace, sent, {each.site for each in sent})
    return arrivals


def _send_all(server: Server, sent: Sequence[Sending], local: Path, arrivals: Arrivals, dice: random.Random) -> None:
    plans = [
        (
            each,
            CLIENTS[index % len(CLIENTS)],
            [HANDSHAKE_BYTES + dice.randrange(len(each.content)) for _ in range(dice.randrange(MOST_CUTS))],
        )
        for index, each in enumerate(sent)
    ]
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as at_once:
        for how, cuts in at_once.map(lambda plan: _send(server, *plan, local), plans):
            arrivals.sent[how] += 1
            arrivals.cuts += cuts
    arrivals.seconds_to_send = time.monotonic() - began


def _send(server: Server, sending: Sending, client: Client, cuts: Sequence[int], local: Path) -> tuple[str, int]:
    """Send a file after some broken attempts; return how it went at last, and how many attempts broke."""
    for after in cuts:
        send_cut_off(server, sending, local, after)
    if cuts and resume_by_openssh(server, sending, local):
        return "resumed", len(cuts)
    if not cuts and client(server, sending, local):
        return client.__name__.removeprefix("send_by_"), len(cuts)
    for _try in range(TRIES):
        if send_anew_by_openssh(server, sending, local):
            return "sent anew", len(cuts)
    return "failed", len(cuts)
