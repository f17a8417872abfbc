"""The server of `hpedi serve`: what it answers with, kept up to date, until it is told to stop."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click
import uvicorn

from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import context_for
from hpedi.pipeline.agreed import ReceiptTerms
from hpedi.run_context import Principal, RunContext
from hpedi.store.group_commit import GroupCommit
from hpedi.web.app import Service, ServiceLimits
from hpedi.web.core_rule import core_rule
from hpedi.web.desk import Desk

MOST_CONNECTIONS: Final = 1_000
KEEP_ALIVE_SECONDS: Final = 30
STOP_SECONDS: Final = 25
HEADER_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where and how to listen."""

    host: str
    port: int
    cert: Path | None = None
    key: Path | None = None


class CurrentTerms:
    """What answers are made by, read once and again when another payer folder or 834 was loaded."""

    def __init__(self, jobs: Jobs) -> None:
        """Read it."""
        self._jobs = jobs
        self.terms: ReceiptTerms = jobs.receipt_terms()

    def keep_up(self) -> None:
        """Read again what changed, and seal the audit log."""
        jobs = self._jobs
        with jobs.workspace.books.reading(jobs.context) as work:
            snapshot = work.reference.snapshot()
        if snapshot != self.terms.reference.snapshot:
            self.terms = Jobs(jobs.workspace, jobs.context).receipt_terms()
        jobs.workspace.sealer.seal_when_due()


def context_of(principal: Principal) -> RunContext:
    """Return the moment of a request of somebody."""
    return replace(context_for(None), principal=principal)


@contextmanager
def service(jobs: Jobs, limits: ServiceLimits) -> Iterator[Service]:
    """Open the service on a workspace."""
    current = CurrentTerms(jobs)
    books = jobs.workspace.books
    with closing(GroupCommit(books)) as group:
        desk = Desk(books=books, commit=group.write, terms=lambda: current.terms, context=context_of)
        yield Service(desk, core_rule(jobs.context.as_of), limits, current.keep_up)


def serve(jobs: Jobs, listening: Listening, limits: ServiceLimits) -> None:
    """Answer requests until SIGTERM or SIGINT; what is in hand then is answered."""
    with service(jobs, limits) as opened, _bound(listening) as bound:
        scheme = "https" if listening.cert is not None else "http"
        click.echo(f"listening on {scheme}://{listening.host}:{bound.getsockname()[1]}", err=True)
        # The server passes the signal on when it has stopped: there is still the audit log to seal.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stopped)
        _server(opened, listening).run(sockets=[bound])
    click.echo("stopped", err=True)


def _server(opened: Service, listening: Listening) -> uvicorn.Server:
    config = uvicorn.Config(
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
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        h11_max_incomplete_event_size=HEADER_BYTES,
    )
    return uvicorn.Server(config)


def _stopped(_number: int, _frame: object) -> None:
    """Go on after the server stopped."""


def _bound(listening: Listening) -> socket.socket:
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    return socket.create_server((listening.host, listening.port), family=family, backlog=1024)
