"""The server of `hpedi serve`: what it answers with, kept up to date, until it is told to stop.

It is one process, or several that take connections from one queue.
"""

from __future__ import annotations

import gc
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import click
import uvicorn

from hpedi.commands.collector import collecting_seldom
from hpedi.commands.jobs import Jobs
from hpedi.commands.listening import STOPS, WAITING_CONNECTIONS, Listening, bound, say_where, stop_by_signal
from hpedi.commands.loaded import loaded_now
from hpedi.commands.server_processes import ServerProcesses
from hpedi.commands.workspace import context_for, now_for, open_workspace
from hpedi.pipeline.agreed import ReceiptTerms
from hpedi.run_context import RunContext
from hpedi.store.group_commit import GroupCommit
from hpedi.web.app import Service, ServiceLimits
from hpedi.web.core_rule import core_rule
from hpedi.web.desk import Desk

MOST_CONNECTIONS: Final = 1_000
KEEP_ALIVE_SECONDS: Final = 30
STOP_SECONDS: Final = 25
KILL_SECONDS: Final = 5
"""After that, for a process that does not end."""
HEADER_BYTES: Final = 16_384


class CurrentTerms:
    """What answers are made by, read once and again when another payer folder, 834 or code list was loaded."""

    def __init__(self, jobs: Jobs) -> None:
        """Read it."""
        self._workspace, self._context = jobs.workspace, jobs.context
        self._loaded = loaded_now(self._workspace, self._context)
        self.terms: ReceiptTerms = self._read()

    def keep_up(self) -> None:
        """Read again what changed, empty a long log of the database, and seal the audit log."""
        self._workspace.database.empty_long_log()
        loaded = loaded_now(self._workspace, self._context)
        if loaded != self._loaded:
            self.terms, self._loaded = self._read(), loaded
            _set_aside()
        self._workspace.sealer.seal_when_due()

    def _read(self) -> ReceiptTerms:
        return Jobs(self._workspace, self._context).receipt_terms()


def _set_aside() -> None:
    """Keep the collector from going through all reference data while requests wait for it."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@contextmanager
def service(jobs: Jobs, limits: ServiceLimits) -> Iterator[Service]:
    """Open the service on a workspace."""
    current = CurrentTerms(jobs)
    books = jobs.workspace.books
    with closing(GroupCommit(books)) as group, collecting_seldom():
        desk = Desk(books=books, commit=group.write, terms=lambda: current.terms, context=now_for)
        _set_aside()
        yield Service(desk, lambda: core_rule(context_for(None).as_of), limits, current.keep_up)
        gc.unfreeze()


def serve(jobs: Jobs, listening: Listening, limits: ServiceLimits, processes: int = 1) -> None:
    """Answer requests until SIGTERM or SIGINT; what is in hand then is answered."""
    with bound(listening) as port:
        if processes == 1:
            _answer(jobs, listening, limits, port)
        else:
            _answer_in_processes(jobs, listening, limits, port, processes)
    click.echo("stopped", err=True)


def _answer(
    jobs: Jobs, listening: Listening, limits: ServiceLimits, port: socket.socket, line: Connection | None = None
) -> None:
    with service(jobs, limits) as opened:
        server = _Server(_config(opened, listening))
        stop_by_signal(server)  # and go on when it has stopped: there is still the audit log to seal
        if line is None:
            say_where(listening, port)
        else:
            threading.Thread(target=_stop_with, args=(line, server), name="line", daemon=True).start()
        server.run(sockets=[port])


def _answer_in_processes(
    jobs: Jobs, listening: Listening, limits: ServiceLimits, port: socket.socket, processes: int
) -> None:
    """Let processes answer, each with a workspace of its own; this one has no connection open that they could share."""
    home, context = jobs.workspace.home, jobs.context
    jobs.workspace.database.close()
    hears, tells = Pipe(duplex=False)
    servers = ServerProcesses(processes, _answer_beside_others, home, context, listening, limits, port)
    for number in STOPS:
        signal.signal(number, lambda _number, _frame: tells.send_bytes(b"."))
    say_where(listening, port)
    try:
        servers.keep(hears)
    finally:
        port.close()
        servers.stop(STOP_SECONDS + KILL_SECONDS)


def _answer_beside_others(
    line: Connection,
    home: Path,
    context: RunContext,
    listening: Listening,
    limits: ServiceLimits,
    port: socket.socket,
) -> None:
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)  # until the server hears them; the line is heard all the same
    workspace = open_workspace(home)
    with closing(workspace.database):
        _answer(Jobs(workspace, context), listening, limits, port, line)


def _stop_with(line: Connection, server: uvicorn.Server) -> None:
    """Stop a server when whoever keeps it closes the line, or is gone."""
    with suppress(EOFError, OSError):
        line.recv_bytes()
    server.should_exit = True


class _Server(uvicorn.Server):
    """A server that leaves connections to others: it takes one at a time, and the next one when it has come to it."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin; the length of the queue is the server's word for how many it takes at a time."""
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(WAITING_CONNECTIONS)


def _config(opened: Service, listening: Listening) -> uvicorn.Config:
    return uvicorn.Config(
        opened.app(),
        host=listening.host,
        port=listening.port,
        ssl_certfile=listening.cert,
        ssl_keyfile=listening.key,
        http="h11",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=1,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        h11_max_incomplete_event_size=HEADER_BYTES,
    )
