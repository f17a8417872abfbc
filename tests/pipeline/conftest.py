"""A workspace with the sample payer loaded, made once and copied for each test."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from hpedi.adjudication.decision import ClaimDecision
from hpedi.commands.jobs import Jobs
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import Workspace, context_for, create, open_workspace, payer_zone
from hpedi.mappings_folder import sample
from hpedi.pipeline.pay import Paid
from hpedi.pipeline.received import ReceivedFile
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, clearinghouse_claims, interchange
from tests.databases import Workspaces

RECEIVED = datetime(2026, 3, 2, 9, 0, tzinfo=payer_zone())
AS_OF = date(2026, 3, 16)
CLEARINGHOUSE_SENT = interchange(PRAIRIELINK, CLEARINGHOUSE, 501, [claim_set("0001", clearinghouse_claims())])
"""HB-77, QY-1, LN-500, LN-501 and OP-9 (1,500.00) are taken; HB-78 (200.00) and NC-1 (120.00) are refused."""
KEY = base64.b64encode(bytes(range(32))).decode()


@dataclass
class Demo:
    """The sample payer at work in a workspace of the test's own."""

    workspace: Workspace
    inbox: Path

    @property
    def jobs(self) -> Jobs:
        """The jobs on a fixed business day."""
        return Jobs(self.workspace, context_for(AS_OF))

    def receive(self, content: bytes, *, again: bool = False) -> ReceivedFile:
        """Receive bytes as a file that arrived on 2 March 2026."""
        path = self.inbox / "arrived.x12"
        path.write_bytes(content)
        return self.jobs.receive(path, RECEIVED, again=again)

    def run(self, content: bytes) -> tuple[ReceivedFile, Paid]:
        """Receive bytes, decide, pay and deliver."""
        received = self.receive(content)
        self.jobs.adjudicate()
        paid = self.jobs.pay()
        self.jobs.deliver()
        return received, paid

    def pay_on(self, day: date) -> Paid:
        """Pay on another business day."""
        return Jobs(self.workspace, context_for(day)).pay()

    def answers(self, partner: str) -> list[str]:
        """Return the segments of all answers to a partner, in the order in which they were given."""
        files = sorted((self.workspace.home / "outbox" / partner).glob("*.ack"))
        return [segment for file in files for segment in file.read_text().replace("\n", "").split("~") if segment]

    def decisions(self) -> dict[str, ClaimDecision]:
        """Return the decisions by the sender's claim number (CLM01)."""
        with self.workspace.books.reading(self.jobs.context) as work:
            found = [
                each
                for run in work.payments.runs()
                for payee in work.decisions.payees(run.id)
                for each in work.decisions.of_run(run.id, payee)
            ]
        return {each.received.claim.patient_control_number: each.decision for each in found}


def load_sample_payer(home: Path, database_url: str | None = None) -> Workspace:
    """Make a workspace and load the sample payer."""
    create(home, database_url)
    workspace = open_workspace(home)
    _loaded, outcome = load_folder(workspace, context_for(AS_OF), sample("payer"))
    assert outcome is not None
    return workspace


@pytest.fixture(scope="session")
def loaded_home(standing_workspaces: Workspaces, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the sample payer, to be copied."""

    def made() -> Path:
        home = tmp_path_factory.mktemp("loaded")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HPEDI_KEY", KEY)
            load_sample_payer(home, standing_workspaces.url()).database.close()
        return home

    return standing_workspaces.once("loaded", made)


@pytest.fixture
def demo(workspaces: Workspaces, loaded_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Demo]:
    """The sample payer at work."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    workspace = open_workspace(workspaces.copy(loaded_home, tmp_path / "home"))
    yield Demo(workspace, tmp_path)
    workspace.database.close()


@pytest.fixture(scope="session")
def tracked_home(standing_workspaces: Workspaces, loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clearinghouse's claims received on 2 March, decided, paid and delivered on 16 March; to be copied."""

    def made() -> Path:
        folder = tmp_path_factory.mktemp("tracked")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HPEDI_KEY", KEY)
            workspace = open_workspace(standing_workspaces.copy(loaded_home, folder / "home"))
            Demo(workspace, folder).run(CLEARINGHOUSE_SENT)
            workspace.database.close()
        return folder / "home"

    return standing_workspaces.once("tracked", made)


@pytest.fixture
def tracked(
    workspaces: Workspaces, tracked_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Demo]:
    """The same in a workspace of the test's own."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    workspace = open_workspace(workspaces.copy(tracked_home, tmp_path / "home"))
    yield Demo(workspace, tmp_path)
    workspace.database.close()
