"""`python -m benchmarks.real_time`: inquiries over HTTP to a service of its own; how many a second, and how soon.

The payer has 100,000 members; each inquiry is about another one. The service is a process, the load comes from this one
over loopback, with connections that stay open. Measured are: as many as come through; a steady rate while a batch
of claims is decided beside it; and many times more clients than are let in. Processor time is the service's alone: on
a machine that does other things too it tells more than the clock. Leaves with 1 where an answer is none.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks.adjudication_world import make_workspace, members
from hpedi.access.accounts import Account
from hpedi.access.grants import Area, Grant, GrantState, ProviderId
from hpedi.access.organisations import Organisation, OrganisationKind
from hpedi.commands.printing import Column, print_json, print_table
from hpedi.commands.workspace import Workspace, context_for
from hpedi.safekeeping.passwords import new_secret
from hpedi.state_history import StateEvent

RIVERBEND: Final = ProviderId("410000201", "1000002000")
CONNECTIONS: Final = 16
TOO_MANY: Final = 300
"""Clients of the overload, none of which pauses."""
OK, BUSY = 200, 503
_ISA = "ISA*00*          *00*          *ZZ*RIVERBEND      *ZZ*94267          *260302*0900*^*00501*{number:09d}*0*P*:"
_BODY = (
    "ST*270*0001*005010X279A1",
    "BHT*0022*13*BENCH*20260302*0900",
    "HL*1**20*1",
    "NM1*PR*2*A PAYER*****PI*94267",
    "HL*2*1*21*1",
    "NM1*1P*2*A CLINIC*****XX*1000002000",
    "HL*3*2*22*0",
    "TRN*1*T{number}*9RIVERBEND",
    "NM1*IL*1*{who.last}*{who.first}****MI*{who.card}",
    "DMG*D8*{who.birth_date:%Y%m%d}",
    "EQ*30",
    "SE*12*0001",
)
_SUBSCRIBERS: Final = [who for who in members() if who.number == who.holder]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request: status, how long it took (seconds), whether it is a whole answer or a refusal."""

    status: int
    seconds: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure."""

    job: str
    value: float
    unit: str


def inquiry(number: int) -> bytes:
    """Return an inquiry about a member."""
    who = _SUBSCRIBERS[number * 61_803 % len(_SUBSCRIBERS)]
    head = (_ISA, "GS*HS*RIVERBEND*94267*20260302*0900*1*X*005010X279A1")
    segments = (*head, *_BODY, "GE*1*1", "IEA*1*{number:09d}")
    return "".join(f"{each.format(number=number, who=who)}~" for each in segments).encode()


@dataclass(frozen=True, slots=True)
class Loads:
    """How long each load lasts, at which rate beside a batch, and with how many processes on both sides."""

    seconds: float
    rate: float
    processes: int
    workers: int


class Client:
    """One connection that stays open."""

    def __init__(self, port: int, key: str) -> None:
        """Ask a service under a key."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/edi-x12", "Authorization": f"Bearer {key}"}

    def ask(self, number: int) -> Reply:
        """Ask once."""
        started = time.perf_counter()
        try:
            self._connection.request("POST", "/x12", inquiry(number), self._headers)
            got = self._connection.getresponse()
            status, body = got.status, got.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            status, body = 0, b""
        is_answer = status == OK and b"~ST*271*" in body and b"~EB*1*" in body and b"~IEA*1*" in body
        return Reply(status, time.perf_counter() - started, is_answer or status == BUSY)


def load(port: int, key: str, seconds: float, connections: int, rate: float = 0) -> list[Reply]:
    """Ask for so long over so many connections: without a pause, or at a rate (requests a second, all together)."""
    numbers, begun = count(1), time.perf_counter()

    def one(place: int) -> list[Reply]:
        client, replies = Client(port, key), list[Reply]()
        for turn in count():
            due = begun + (place + turn * connections) / rate if rate else time.perf_counter()
            if due - begun >= seconds:
                return replies
            time.sleep(max(0, due - time.perf_counter()))
            late = max(0, time.perf_counter() - due)
            reply = client.ask(next(numbers))
            replies.append(Reply(reply.status, reply.seconds + late, reply.is_right))
        return replies

    with ThreadPoolExecutor(connections) as threads:
        return [reply for replies in threads.map(one, range(connections)) for reply in replies]


def figures_of(job: str, replies: Sequence[Reply], seconds: float) -> list[Figure]:
    """Return how many were answered and how soon; what waited for its turn counts from when it was due."""
    answered = sorted(each.seconds for each in replies if each.status == OK)
    if not answered:
        return [Figure(job, 0, "answers")]
    return [
        Figure(job, len(answered) / seconds, "answers/s"),
        Figure(job, answered[len(answered) // 2] * 1000, "ms, half of them"),
        Figure(job, answered[len(answered) * 99 // 100] * 1000, "ms, 99 of 100"),
        Figure(job, answered[-1] * 1000, "ms, the slowest"),
        Figure(job, sum(each.status == BUSY for each in replies), "refused with 503"),
        Figure(job, sum(not each.is_right for each in replies), "errors"),
    ]


def may_ask(workspace: Workspace) -> str:
    """Let a machine of Riverbend ask for Riverbend's patients, and return its key."""
    now, key = datetime.now(UTC), new_secret()
    states = (GrantState.REQUESTED, GrantState.APPROVED)
    granted = Grant(
        id=0,
        organisation="riverbend",
        provider=RIVERBEND,
        is_own=True,
        areas=frozenset(Area),
        usage="P",
        start=date(2026, 1, 1),
        end=None,
        history=tuple(StateEvent(state=state, at=now, by="person:bench") for state in states),
    )
    roles = frozenset({"biller"})
    machine = Account(login="bench", name="Bench", is_machine=True, organisation="riverbend", roles=roles)
    with workspace.books.writing(context_for(None)) as work:
        kind = OrganisationKind.PROVIDER
        work.accounts.register(Organisation(id="riverbend", name="Riverbend", kind=kind, partner="riverbend"), now)
        work.grants.request(granted)
        work.accounts.add(machine, "", now)
        work.accounts.add_key("bench", key, "bench", date(2999, 1, 1), now)
    return key


@contextmanager
def service(home: Path, processes: int) -> Iterator[tuple[int, int]]:
    """Run the service; yield its first process and its port."""
    command = [sys.executable, "-m", "hpedi", "--home", str(home), "serve", "--port", "0"]
    command += ["--processes", str(processes)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603
        said = running.stderr.readline() if running.stderr is not None else ""
        try:
            yield running.pid, int(said.rpartition(":")[2])
        finally:
            running.terminate()


def family_of(process: int) -> list[int]:
    """Return a process and those it started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *map(int, children)]


def memory_of(process: int) -> float:
    """Return the resident memory of a service in MB."""
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in family_of(process))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_seconds_of(process: int) -> float:
    """Return how long a service has kept processors busy."""
    ticks = 0
    for each in family_of(process):
        told = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(told[11]) + int(told[12])  # in user and system mode
    return ticks / os.sysconf("SC_CLK_TCK")


@click.command()
@click.option("--seconds", default=120.0, show_default=True, help="How long each load lasts.")
@click.option("--rate", default=50.0, show_default=True, help="Requests a second beside the batch.")
@click.option("--claims", default=20_000, show_default=True, help="Claims of the batch.")
@click.option("--processes", default=2, show_default=True, help="Processes of the service.")
@click.option("--workers", default=1, show_default=True, help="Processes of the batch.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one figure a line.")
def main(*, seconds: float, rate: float, claims: int, processes: int, workers: int, as_json: bool) -> None:
    """Measure, and print what was measured."""
    with TemporaryDirectory(prefix="hpedi-bench-") as folder:
        place = Path(folder)
        os.environ |= {"XDG_CONFIG_HOME": str(place / "config"), "XDG_STATE_HOME": str(place / "state")}
        workspace = make_workspace(place / "workspace", None, claims)
        key = may_ask(workspace)
        workspace.database.close()
        figures = list(measured(place / "workspace", key, Loads(seconds, rate, processes, workers)))
    if as_json:
        for figure in figures:
            print_json(figure)
    else:
        rows = [(each.job, f"{each.value:,.1f}", each.unit) for each in figures]
        print_table("Real time over SQLite", (Column("Job"), Column("Value", right=True), Column("Unit")), rows)
    if any(each.unit == "errors" and each.value for each in figures):
        raise SystemExit(1)


def measured(home: Path, key: str, loads: Loads) -> Iterator[Figure]:
    """Put the three loads on a service."""
    with service(home, loads.processes) as (process, port):
        load(port, key, 2, CONNECTIONS)
        memory, busy = memory_of(process), processor_seconds_of(process)
        replies = load(port, key, loads.seconds, CONNECTIONS)
        yield from figures_of(f"{CONNECTIONS} clients without a pause", replies, loads.seconds)
        took = (processor_seconds_of(process) - busy) * 1000
        yield Figure("the same: processor", took / max(1, len(replies)), "ms an answer")
        yield Figure("the same: memory", memory_of(process) - memory, "MB more")
        yield from beside_a_batch(home, port, key, loads)
        seconds = min(loads.seconds, 20)
        yield from figures_of(f"{TOO_MANY} clients without a pause", load(port, key, seconds, TOO_MANY), seconds)


def beside_a_batch(home: Path, port: int, key: str, loads: Loads) -> Iterator[Figure]:
    """Ask at a rate while claims are decided."""
    adjudicate = [sys.executable, "-m", "hpedi", "--home", str(home), "adjudicate", "--as-of", "2026-03-16"]
    adjudicate += ["--workers", str(loads.workers)]
    with subprocess.Popen(adjudicate, stdout=subprocess.DEVNULL) as batch:  # noqa: S603
        beside = load(port, key, loads.seconds, CONNECTIONS, loads.rate)
        is_long_enough = batch.poll() is None
        batch.terminate()
    name = f"{loads.rate:g} a second beside a batch{'' if is_long_enough else ' (which ended sooner)'}"
    yield from figures_of(name, beside, loads.seconds)


if __name__ == "__main__":
    main()
