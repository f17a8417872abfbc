"""`python -m benchmarks.real_time`: inquiries over HTTP to a service of its own; how many a second, and how soon.

The payer has 100,000 members; each inquiry is about another one. The service is a process, the load comes from this one
over loopback, with connections that stay open. After it has warmed up it is measured: as many as come through; a
steady rate while a batch of claims is decided beside it, all the while; and many times more clients than are let in.
Processor time is the service's alone: on a machine that does other things too it tells more than the clock. Leaves
with 1 where an answer is none.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks.adjudication_world import make_workspace, members
from benchmarks.people import Person
from benchmarks.processes import memory_of, processor_seconds_of
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
CLAIMS_A_SECOND: Final = 1_500
"""More than a batch decides beside the load, so that it lasts as long."""
WARMS_UP_SECONDS: Final = 30.0
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
_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"^content-length: *([0-9]+)", re.IGNORECASE | re.MULTILINE)


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


@cache
def subscribers() -> tuple[Person, ...]:
    """Return the members who hold a card."""
    return tuple(who for who in members() if who.number == who.holder)


def inquiry(number: int) -> bytes:
    """Return an inquiry about a member."""
    who = subscribers()[number * 61_803 % len(subscribers())]
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
    """One connection that stays open; it takes as little of the processors as it can."""

    def __init__(self, port: int, key: str) -> None:
        """Ask a service under a key."""
        self._port = port
        self._head = (
            f"POST /x12 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/edi-x12\r\n"
            f"Authorization: Bearer {key}\r\nContent-Length: "
        )
        self._socket: socket.socket | None = None

    def ask(self, number: int) -> Reply:
        """Ask once."""
        content = inquiry(number)
        started = time.perf_counter()
        try:
            status, body = self._asked(b"%s%d%s%s" % (self._head.encode(), len(content), _END_OF_HEAD, content))
        except OSError:
            self.close()
            status, body = 0, b""
        is_answer = status == OK and b"~ST*271*" in body and b"~EB*1*" in body and b"~IEA*1*" in body
        return Reply(status, time.perf_counter() - started, is_answer or status == BUSY)

    def _asked(self, request: bytes) -> tuple[int, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._socket.sendall(request)
        got = b""
        while _END_OF_HEAD not in got:
            got += self._received(self._socket)
        head, _end, body = got.partition(_END_OF_HEAD)
        length = _LENGTH.search(head)
        while length is not None and len(body) < int(length[1]):
            body += self._received(self._socket)
        return int(head.split(b" ", 2)[1]), body

    @staticmethod
    def _received(connection: socket.socket) -> bytes:
        some = connection.recv(65_536)
        if not some:
            raise ConnectionError("the service closed the connection")
        return some

    def close(self) -> None:
        """Close the connection; the next question opens another one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def load(port: int, key: str, seconds: float, connections: int, rate: float = 0) -> list[Reply]:
    """Ask for so long over so many connections: without a pause, or at a rate (requests a second, all together)."""
    numbers, begun = count(1), time.perf_counter()

    def one(place: int) -> list[Reply]:
        client, replies = Client(port, key), list[Reply]()
        for turn in count():
            due = begun + (place + turn * connections) / rate if rate else time.perf_counter()
            if due - begun >= seconds:
                client.close()
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
        Figure(job, answered[ceil(len(answered) * 99 / 100) - 1] * 1000, "ms, 99 of 100"),
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


@click.command()
@click.option("--seconds", default=120.0, show_default=True, help="How long each load lasts.")
@click.option("--rate", default=50.0, show_default=True, help="Requests a second beside the batch.")
@click.option("--claims", type=int, help=f"Claims of the batch; {CLAIMS_A_SECOND:,} for each second if left out.")
@click.option("--processes", default=2, show_default=True, help="Processes of the service.")
@click.option("--workers", default=1, show_default=True, help="Processes of the batch.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one figure a line.")
def main(*, seconds: float, rate: float, claims: int | None, processes: int, workers: int, as_json: bool) -> None:
    """Measure, and print what was measured."""
    with TemporaryDirectory(prefix="hpedi-bench-") as folder:
        place = Path(folder)
        os.environ |= {"XDG_CONFIG_HOME": str(place / "config"), "XDG_STATE_HOME": str(place / "state")}
        workspace = make_workspace(place / "workspace", None, claims or int(seconds * CLAIMS_A_SECOND))
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
        load(port, key, min(loads.seconds, WARMS_UP_SECONDS), CONNECTIONS)
        memory, busy, own = memory_of(process), processor_seconds_of(process), time.process_time()
        replies = load(port, key, loads.seconds, CONNECTIONS)
        name = f"{CONNECTIONS} clients without a pause"
        yield from figures_of(name, replies, loads.seconds)
        for who, took in (("service", processor_seconds_of(process) - busy), ("load", time.process_time() - own)):
            yield Figure(f"the same: processor of the {who}", took * 1000 / max(1, len(replies)), "ms an answer")
        yield Figure("the same: memory", memory_of(process) - memory, "MB more")
        yield from beside_a_batch(home, port, key, loads)
        seconds = min(loads.seconds, 20)
        yield from figures_of(f"{TOO_MANY} clients without a pause", load(port, key, seconds, TOO_MANY), seconds)
        yield Figure("after all of it: memory", memory_of(process) - memory, "MB more")


def beside_a_batch(home: Path, port: int, key: str, loads: Loads) -> Iterator[Figure]:
    """Ask at a rate while claims are decided.

    Raises:
        click.ClickException: The batch ended before the load did.
    """
    adjudicate = [sys.executable, "-m", "hpedi", "--home", str(home), "adjudicate", "--as-of", "2026-03-16"]
    adjudicate += ["--workers", str(loads.workers)]
    with subprocess.Popen(adjudicate, stdout=subprocess.DEVNULL) as batch:  # noqa: S603
        beside = load(port, key, loads.seconds, CONNECTIONS, loads.rate)
        is_long_enough = batch.poll() is None
        batch.terminate()
    if not is_long_enough:
        raise click.ClickException("the batch ended before the load did: give it more --claims")
    yield from figures_of(f"{loads.rate:g} a second beside a batch", beside, loads.seconds)


if __name__ == "__main__":
    main()
