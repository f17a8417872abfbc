"""`python -m benchmarks.gateway`: files over SFTP, and how soon and how fast a watcher takes them in.

Three things are measured, over SQLite, with `hpedi sftp` and `hpedi watch` as processes of their own:

- bytes a second up and down with OpenSSH's `sftp`, beside a copy that is synced to the disk as the floor;
- how long after its upload was closed (the moment that the server stamps it with) the last answer to a file lies in its
  sender's outbox, at a file a second and when all come at once;
- files a second of one watcher and of two that find all in the inboxes, beside one `hpedi receive` and one
  `hpedi deliver` for as many files as the floor.

The watchers only take in: nothing is decided or paid meanwhile. Processor time is that of the process named: on a
machine that does other things too it tells more than the clock. Leaves with 1 where a file is not answered in time.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
from sqlalchemy import select

from benchmarks.processes import memory_of, processor_seconds_of
from hpedi.commands.printing import Column, print_json, print_table
from hpedi.store.gateway_tables import arrival
from hpedi.store.tables import inbound_file, outbox, receipt
from tests.databases import engine_of
from tests.gateway.arriving import make_home
from tests.gateway.parties import LOCALHOST, Home, Running, Server, running, send_by_openssh, wait_until
from tests.gateway.world import PARTNERS, Sending, Site

ROUNDS: Final = 3
"""How often one transfer by itself is tried; the fastest counts."""

AT_ONCE: Final = 10
PHASES: Final = 5
"""Each has files of its own: a steady rate, all at once, the floor, one watcher, two watchers."""

LEAST_SECONDS, SECONDS_A_FILE = 60.0, 5.0
"""How long answers are waited for."""

POLL_SECONDS: Final = 0.5
LARGE: Final = "large.837"
SETTINGS: Final = """
[schedules]
adjudicate = "never"
pay = "never"
prenote = "never"
"""


class CannotMeasure(click.ClickException):
    """A client or a watcher did not do its work."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, and how many times its floor it is."""

    job: str
    value: float
    unit: str
    of_floor: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """How much is measured: files of a phase, claims of a file, partners, MB of a large file."""

    files: int
    claims: int
    partners: int
    megabytes: float


@click.command()
@click.option("--files", default=200, show_default=True, help="Files of each phase.")
@click.option("--claims", default=100, show_default=True, help="Claims of each file.")
@click.option("--partners", default=PARTNERS, show_default=True, help="Partners, who send in turn.")
@click.option("--megabytes", default=50.0, show_default=True, help="Size of the file that goes up and down.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one figure a line.")
def main(*, files: int, claims: int, partners: int, megabytes: float, as_json: bool) -> None:
    """Measure, and print what was measured."""
    with TemporaryDirectory(prefix="hpedi-bench-") as folder:
        figures = list(measured(Path(folder), Asked(files, claims, partners, megabytes)))
    if as_json:
        for figure in figures:
            print_json(figure)
        return
    columns = (Column("Job"), Column("Value", right=True), Column("Unit"), Column("x floor", right=True))
    rows = [
        (each.job, f"{each.value:,.2f}", each.unit, "" if each.of_floor is None else f"{each.of_floor:.2f}")
        for each in figures
    ]
    print_table(f"{files:,} files of {claims:,} claims, {partners:,} partners, SQLite", columns, rows)


def measured(place: Path, asked: Asked) -> Iterator[Figure]:
    """Make a workspace, and measure one thing after the other."""
    home, sent = make_home(place, asked.files * PHASES, asked.claims, asked.partners)
    config = home.workspace / "hpedi.toml"
    config.write_text(config.read_text() + SETTINGS)
    steady, at_once, floor, for_one, for_two = (
        sent[phase * asked.files : (phase + 1) * asked.files] for phase in range(PHASES)
    )
    local = place / "local"
    local.mkdir()
    with running(home, "sftp", "--port", "0") as gate:
        server = Server(gate.wait_listening())
        before = {"server": memory_of(gate.process.pid)}
        yield from transfers(home, gate, server, content_of(sent[0].content, asked.megabytes), sites_of(sent))
        with running(home, "watch") as watcher:
            wait_watching(watcher)
            before["watcher"] = memory_of(watcher.process.pid)
            yield from times_to_answer("a file a second", home, server, steady, local, pace=1.0)
            yield from times_to_answer("all at once", home, server, at_once, local, pace=0.0)
            after = {"server": memory_of(gate.process.pid), "watcher": memory_of(watcher.process.pid)}
    for name, megabytes in after.items():
        yield Figure(f"{name}: memory before", before[name], "MB", 1.0)
        yield Figure(f"{name}: memory after", megabytes, "MB", megabytes / before[name])
    yield from rates_of_intake(home, floor, {1: for_one, 2: for_two})


# --- bytes -----------------------------------------------------------------------------------------------------------


def content_of(interchange: bytes, megabytes: float) -> bytes:
    """Return whole interchanges, one after the other, of at least so many MB."""
    return interchange * max(1, ceil(megabytes * 1e6 / len(interchange)))


def sites_of(sent: Sequence[Sending]) -> list[Site]:
    """Return who sends."""
    return list(dict.fromkeys(each.site for each in sent))


def transfers(home: Home, gate: Running, server: Server, content: bytes, sites: Sequence[Site]) -> Iterator[Figure]:
    """Send a large file and fetch it, by itself and several at once; nobody takes it in."""
    large = home.place / LARGE
    large.write_bytes(content)
    for site in sites:
        fetched = home.workspace / "outbox" / site.id / LARGE
        fetched.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(large, fetched)
    numbers = count()

    def upload(turn: int) -> None:
        transfer(server, sites[turn % len(sites)], f"put {large} inbox/{next(numbers)}-{LARGE}")

    def download(turn: int) -> None:
        transfer(server, sites[turn % len(sites)], f"get outbox/{LARGE} {home.place}/copy-{turn}")

    yield Figure("a session that only signs in", best_of(ROUNDS, lambda _turn: transfer(server, sites[0], "pwd")), "s")
    for together, rounds in ((1, ROUNDS), (AT_ONCE, 1)):
        megabytes = len(content) * together / 1e6
        floor = megabytes / best_of(rounds, lambda turn: copy_synced(large, home.place / f"copy-{turn}"), together)
        yield Figure(f"copy and sync, {together} at once", floor, "MB/s", 1.0)
        for job in (upload, download):
            busy = processor_seconds_of(gate.process.pid)
            rate = megabytes / best_of(rounds, job, together)
            took = processor_seconds_of(gate.process.pid) - busy
            yield Figure(f"{job.__name__}, {together} at once", rate, "MB/s", rate / floor)
            yield Figure("the same: server's processor", took * 1000 / (megabytes * rounds), "ms a MB")
    for path in [*home.workspace.glob(f"*/*/*{LARGE}"), *home.place.glob("copy-*")]:
        path.unlink()


def transfer(server: Server, site: Site, command: str) -> None:
    """Let OpenSSH's sftp do one thing.

    Raises:
        CannotMeasure: It says that it failed.
    """
    words = ["sftp", "-q", "-b", "-", "-P", str(server.port), *server.ssh_options(site), f"{site.id}@{LOCALHOST}"]
    done = subprocess.run(words, input=f"{command}\n", check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise CannotMeasure(f"sftp failed: {done.stderr[-500:]}")


def copy_synced(source: Path, to: Path) -> None:
    """Copy a file so that it is on the disk."""
    shutil.copyfile(source, to)
    with to.open("rb") as copied:
        os.fsync(copied.fileno())


def best_of(rounds: int, job: Callable[[int], None], together: int = 1) -> float:
    """Return the seconds that the fastest round took, in which so many do a job at once."""
    seconds = []
    for _round in range(rounds):
        began = time.perf_counter()
        with ThreadPoolExecutor(together) as threads:
            list(threads.map(job, range(together)))
        seconds.append(time.perf_counter() - began)
    return min(seconds)


# --- answers ---------------------------------------------------------------------------------------------------------


def times_to_answer(
    job: str, home: Home, server: Server, sent: Sequence[Sending], local: Path, pace: float
) -> Iterator[Figure]:
    """Send files, one each so many seconds, and say how long after they arrived they were answered."""
    began = time.monotonic()

    def send(place: int) -> bool:
        time.sleep(max(0.0, began + place * pace - time.monotonic()))
        return send_by_openssh(server, sent[place], local)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        if not all(threads.map(send, range(len(sent)))):
            raise CannotMeasure("a file could not be sent")
    seconds = sorted(answered - arrived for arrived, answered in wait_answered(home, sent))
    for what, value in of_hundred(seconds).items():
        yield Figure(f"{job}: closed to answered", value, f"s, {what}")


def of_hundred(ordered: Sequence[float]) -> Mapping[str, float]:
    """Return what half of them took at most, 99 of 100, and the slowest (p50, p99 and p100 by nearest rank)."""
    shares = {"half of them": 50, "99 of 100": 99, "the slowest": 100}
    return {what: ordered[ceil(len(ordered) * share / 100) - 1] for what, share in shares.items()}


def wait_answered(home: Home, sent: Sequence[Sending]) -> list[tuple[float, float]]:
    """Wait until all files are answered; return when each arrived and was answered, in seconds since 1970.

    Raises:
        CannotMeasure: It takes too long.
    """
    patience = LEAST_SECONDS + SECONDS_A_FILE * len(sent)
    digests = {each.digest for each in sent}
    with engine_of(home.workspace) as engine:

        def answered() -> Mapping[str, list[tuple[datetime, Path]]]:
            with engine.connect() as books:
                rows = books.execute(_ANSWERS).all()
            found: dict[str, list[tuple[datetime, Path]]] = {}
            for digest, arrived_at, folder, name in rows:
                if digest in digests:
                    found.setdefault(digest, []).append((arrived_at, home.workspace / folder / name))
            return found

        if not wait_until(lambda: len(answered()) == len(sent), patience, POLL_SECONDS):
            raise CannotMeasure("not all files are answered")
        return [
            (answers[0][0].timestamp(), max(path.stat().st_ctime for _arrived, path in answers))
            for answers in answered().values()
        ]


_ANSWERS: Final = (
    select(inbound_file.c.digest, arrival.c.arrived_at, outbox.c.folder, outbox.c.name)
    .join(arrival, arrival.c.file == inbound_file.c.id)
    .join(receipt, receipt.c.file == inbound_file.c.id)
    .join(outbox, outbox.c.receipt == receipt.c.id)
    .where(outbox.c.delivered_at.is_not(None))
)
"""What was delivered; all answers to a file are, at once, by whoever took it in."""


# --- files a second --------------------------------------------------------------------------------------------------


def rates_of_intake(home: Home, floor: Sequence[Sending], watched: Mapping[int, Sequence[Sending]]) -> Iterator[Figure]:
    """Receive files by command, then let some watchers find as many."""
    seconds, busy = of_commands(home, floor)
    rate = len(floor) / seconds
    yield Figure("receive and deliver", rate, "files/s", 1.0)
    yield Figure("the same: processor", busy * 1000 / len(floor), "ms a file", 1.0)
    for watchers, sent in watched.items():
        took, kept_busy = of_watchers(home, sent, watchers)
        name = f"{watchers} watcher{'s' if watchers > 1 else ''}"
        yield Figure(name, len(sent) / took, "files/s", len(sent) / took / rate)
        yield Figure(name, sum(len(each.accounts) for each in sent) / took, "claims/s")
        yield Figure("the same: processor", kept_busy * 1000 / len(sent), "ms a file", kept_busy / busy)


def of_commands(home: Home, sent: Sequence[Sending]) -> tuple[float, float]:
    """Return how many seconds `receive` and `deliver` take for files, by the clock and of the processor."""
    folder = home.place / "floor"
    folder.mkdir()
    for each in sent:
        (folder / each.name).write_bytes(each.content)
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    home.run("receive", *map(str, sorted(folder.iterdir())))
    home.run("deliver")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, busy


def of_watchers(home: Home, sent: Sequence[Sending], watchers: int) -> tuple[float, float]:
    """Return how many seconds watchers take for files that come at once, by the clock and of the processor."""
    laid = home.place / f"laid-{watchers}"
    laid.mkdir()
    for each in sent:
        (laid / each.name).write_bytes(each.content)
    with ExitStack() as stack:
        started = [stack.enter_context(running(home, "watch")) for _each in range(watchers)]
        for watcher in started:
            wait_watching(watcher)
        busy = sum(processor_seconds_of(each.process.pid) for each in started)
        began = time.time()
        for each in sent:
            (laid / each.name).rename(home.workspace / "inbox" / each.site.id / each.name)
        last = max(answered for _arrived, answered in wait_answered(home, sent))
        return last - began, sum(processor_seconds_of(each.process.pid) for each in started) - busy


def wait_watching(watcher: Running) -> None:
    """Wait until a watcher watches.

    Raises:
        CannotMeasure: It does not.
    """
    if not wait_until(lambda: any(line.startswith("watching ") for line in watcher.told), LEAST_SECONDS):
        raise CannotMeasure(f"no watcher: {watcher.told[-5:]}")


if __name__ == "__main__":
    main()
