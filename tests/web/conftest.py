"""A service that answers over HTTP on loopback, and a machine of Riverbend that may ask."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
import uvicorn

from hpedi.access.accounts import Account
from hpedi.access.grants import ProviderId
from hpedi.access.organisations import OrganisationKind
from hpedi.commands.jobs import Jobs
from hpedi.commands.serving import service
from hpedi.commands.workspace import context_for
from hpedi.safekeeping.passwords import new_secret
from hpedi.store.audit import Sought
from hpedi.web.app import Service, ServiceLimits
from tests.pipeline.conftest import Demo
from tests.pipeline.conftest import demo as demo  # noqa: PLC0414 - a fixture
from tests.pipeline.conftest import loaded_home as loaded_home  # noqa: PLC0414 - a fixture
from tests.pipeline.test_access import AT, give, register
from tests.web.envelopes import LOGIN

RIVERBEND = ProviderId("410000201", "1000002000")


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Served:
    """A service that runs, and the key that opens it."""

    demo: Demo
    port: int
    key: str
    service: Service

    def ask(self, path: str, body: bytes, content_type: str = "application/edi-x12", **headers: str) -> Answered:
        """Post a body under the key, and read the whole answer."""
        sent = {"Content-Type": content_type, "Authorization": f"Bearer {self.key}", **headers}
        return self.send("POST", path, body, sent)

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answered:
        """Send any request, and read the whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            got = connection.getresponse()
            return Answered(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        finally:
            connection.close()

    def audited(self) -> list[tuple[str, str, str, str, str]]:
        """Return who did what, for whom, with which result, as the audit log has it, newest last."""
        with self.demo.workspace.books.reading(context_for(None)) as work:
            rows = list(work.audit.find(Sought()))
        return [(each.principal, each.action, each.member, each.recipient, each.result) for each in reversed(rows)]


def machine_key(demo: Demo, login: str = LOGIN, organisation: str = "riverbend") -> str:
    """Make a machine of an organisation that asks as biller, and return its key."""
    key, account = (
        new_secret(),
        Account(login=login, name="A machine", is_machine=True, organisation=organisation, roles=frozenset({"biller"})),
    )
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.accounts.add(account, "", AT)
        work.accounts.add_key(login, key, "test", date(2999, 1, 1), AT)
    return key


@contextmanager
def serving(demo: Demo, limits: ServiceLimits, key: str) -> Iterator[Served]:
    """Run a service in a thread until the block ends."""
    with service(Jobs(demo.workspace, context_for(None)), limits) as opened:
        yield from _running(demo, opened, key)


def _running(demo: Demo, opened: Service, key: str) -> Iterator[Served]:
    config = uvicorn.Config(opened.app(), port=0, log_config=None, access_log=False, server_header=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Served(demo=demo, port=port, key=key, service=opened)
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def riverbend(demo: Demo) -> str:
    """The key of a machine of Riverbend, which was granted its own provider."""
    register(demo, "riverbend", OrganisationKind.PROVIDER, "riverbend")
    for usage in ("P", "T"):
        give(demo, "riverbend", RIVERBEND, usage=usage, is_own=True)
    return machine_key(demo)


@pytest.fixture
def served(demo: Demo, riverbend: str) -> Iterator[Served]:
    """The service, with the limits that it has without options."""
    with serving(demo, ServiceLimits(), riverbend) as running:
        yield running
