"""`hpedi watch` over months: who it is, its moments, and what no single file or failure may do to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from hpedi.access.rules import FOUNDER, SCHEDULE
from hpedi.commands import ExitCode
from hpedi.commands.signed_in import NotPermitted, context_again, context_of, keep_session, session_file
from hpedi.commands.watch_schedules import Clockwork
from hpedi.commands.watch_settings import WatchSettings, schedules_by_default
from hpedi.commands.watching import Watcher
from hpedi.commands.workspace import Workspace
from hpedi.pipeline.schedules import Schedule
from hpedi.run_context import OPERATOR, Principal
from hpedi.store.gateway_tables import arrival
from hpedi.store.tables import outbox, receipt
from tests.commands.processes import until
from tests.commands.running import run_hpedi
from tests.commands.test_watch import SAMPLES, arrivals, drop, files_in, going_on, home, opened, watched  # noqa: F401 - a fixture
from tests.databases import engine_of, statements_in
from tests.pipeline.conftest import loaded_home  # noqa: F401 - a fixture

FAULT = "CREATE TRIGGER fault BEFORE INSERT ON {} WHEN {} BEGIN SELECT RAISE(ABORT, 'fault'); END"
"""A bug of ours, as SQLite knows it."""


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:  # noqa: F811
    """The workspace, open as a watcher has it."""
    with opened(home) as workspace:
        yield workspace


def test_a_watcher_stays_who_began_it(workspace: Workspace) -> None:
    """Whoever signs in or out at the machine later does not become who watches, nor end it."""
    began = context_of(workspace).principal
    assert (began.id, began.roles) == (OPERATOR.id, {FOUNDER})
    keep_session(workspace.home, "of somebody, and over")
    with pytest.raises(NotPermitted):
        context_of(workspace)
    assert context_again(workspace, began).principal == began
    session_file(workspace.home).unlink()
    assert run_hpedi("user", "demo") == ExitCode.OK
    assert context_again(workspace, began).principal.roles == {SCHEDULE}


def test_roles_that_are_taken_away_are_gone_at_the_next_look(workspace: Workspace) -> None:
    """A watcher that a person began has the roles that this person has now, and none when the account is disabled."""
    assert run_hpedi("user", "demo") == ExitCode.OK
    with workspace.books.reading(context_of(workspace)) as work:
        account = next(each for each in work.accounts.accounts() if each.roles == {"operator"})
    began = account.principal
    assert context_again(workspace, began).principal == began
    with workspace.books.writing(context_of(workspace)) as work:
        work.accounts.take(account.login, "operator", datetime.now(UTC))
    assert context_again(workspace, began).principal.roles == frozenset()
    with workspace.books.writing(context_of(workspace)) as work:
        work.accounts.disable(account.login, datetime.now(UTC))
    with pytest.raises(NotPermitted, match="disabled"):
        context_again(workspace, Principal(began.id, began.kind, began.name, began.roles))


def test_an_answer_is_delivered_after_its_file_was_taken(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """Each file of a pass has its own moment: none is answered before it came."""
    drop(home, "riverbend", "01-riverbend.837")
    drop(home, "prairielink", "02-prairielink.837")
    watched(capsys)
    with engine_of(home) as engine, engine.connect() as connection:
        taken = sorted(connection.execute(select(arrival.c.taken_at)).scalars())
        delivered = sorted(connection.execute(select(outbox.c.delivered_at)).scalars())
    assert taken[0] < delivered[0] < taken[1] < delivered[1]


@pytest.mark.usefixtures("only_sqlite")
def test_a_file_that_cannot_be_noted_keeps_no_other_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """A fault of ours before a file has its arrival number puts it aside too; it is tried again."""
    statements_in(home, FAULT.format("arrival", "NEW.size = 2310"))
    drop(home, "riverbend", "01-riverbend.837")
    drop(home, "prairielink", "02-prairielink.837")
    told = [line["arrival"] for line in watched(capsys, ExitCode.BUG)]
    assert [(each["arrival"], each["partner"], each["state"]) for each in told] == [
        (0, "riverbend", "failed"),
        (1, "prairielink", "received"),
    ]
    assert len(files_in(home, "taken")) == 1
    statements_in(home, "DROP TRIGGER fault")
    assert [line["arrival"]["state"] for line in watched(capsys)] == ["received"]


@pytest.mark.usefixtures("only_sqlite")
def test_a_fault_in_answering_keeps_no_file_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """A file whose answer a fault of ours does not let go out is received, and its answer waits for the schedule."""
    fault = FAULT.replace("INSERT", "UPDATE").format("outbox", "NEW.delivered_at IS NOT NULL")
    statements_in(home, fault)
    drop(home, "riverbend", "01-riverbend.837")
    assert [line["arrival"]["state"] for line in watched(capsys)] == ["received"]
    assert files_in(home, "inbox", "taken") == []
    statements_in(home, "DROP TRIGGER fault")
    assert run_hpedi("deliver") == ExitCode.OK
    assert files_in(home, "outbox") == ["outbox/riverbend/000000001.ack"]
    assert [each.tries for each in arrivals(home)] == [1]


def test_a_running_watcher_works_by_what_holds_now(home: Path) -> None:  # noqa: F811
    """A partner suspended, whose claims a service may submit, a code list: each holds from the next file on."""
    told: list[str] = []
    never = Clockwork(dict.fromkeys(schedules_by_default(), Schedule()))
    looks = WatchSettings(poll_seconds=0.01)

    def tell(happened: object) -> None:
        told.append(f"{happened.state} {happened.claims - happened.claims_refused}")  # type: ignore[attr-defined]

    with opened(home) as workspace, closing(Watcher(workspace, OPERATOR, looks, never, tell)) as watcher:
        drop(home, "prairielink", "02-prairielink.837")
        watcher.once()
        assert run_hpedi("partner", "suspend", "prairielink", "--why", "overdue") == ExitCode.OK
        kept = drop(home, "prairielink", "07-hospital.837")
        watcher.once()
        assert kept.exists()
        assert run_hpedi("partner", "resume", "prairielink", "--why", "paid") == ExitCode.OK
        of_service = ("--name", "Lakeside", "--kind", "third party", "--partner", "prairielink")
        assert run_hpedi("access", "register", "lakeside", *of_service) == ExitCode.OK
        before = watcher._up_to_date().codes
        (home / "code_sets").mkdir()
        (home / "code_sets" / "hcpcs.tsv").write_text("code\nG0127\n")
        assert watcher._up_to_date().codes is not before
        watcher.once()
    assert told == ["received 5", "refused 0"]


def test_code_lists_that_cannot_be_read_are_no_fault_of_a_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """What comes while a list of ours is broken waits, and is received when it is mended."""
    lists = home / "code_sets"
    lists.mkdir()
    (lists / "hcpcs.tsv").write_text("no list")
    drop(home, "riverbend", "01-riverbend.837")
    assert run_hpedi("watch", "--once") == ExitCode.TRY_AGAIN
    assert "hpedi codes list" in capsys.readouterr().err
    assert [(each.state, each.tries) for each in arrivals(home)] == [("taken", 0)]
    (lists / "hcpcs.tsv").unlink()
    assert [line["arrival"]["state"] for line in watched(capsys)] == ["received"]


def test_what_is_written_after_a_file_was_taken_comes_too(home: Path, tmp_path: Path) -> None:  # noqa: F811
    """Another server goes on with a file that looked whole and was answered: what comes then is received as well."""
    upload = tmp_path / "upload"
    upload.mkdir()
    looks = WatchSettings(poll_seconds=0.05, settle_seconds=1.0, folders={"riverbend": [str(upload)]})
    never = Clockwork(dict.fromkeys(schedules_by_default(), Schedule()))
    with (
        opened(home) as workspace,
        closing(Watcher(workspace, OPERATOR, looks, never, lambda _told: None)) as watcher,
        (upload / "claims.837").open("wb", buffering=0) as writer,
        going_on(watcher),
    ):
        writer.write((SAMPLES / "01-riverbend.837").read_bytes())
        until(lambda: files_in(home, "outbox") == ["outbox/riverbend/000000001.ack"])
        writer.write((SAMPLES / "08-dental.837").read_bytes())
        until(lambda: len(files_in(home, "outbox")) == 2 and not files_in(home, "taken"))
    assert [each.state for each in arrivals(home)] == ["received", "received"]
    with engine_of(home) as engine, engine.connect() as connection:
        came = list(connection.execute(select(receipt.c.control_number, receipt.c.verdict).order_by(receipt.c.id)))
    assert came == [("000000101", "accepted"), ("000000101", "repeated"), ("000000104", "accepted")]
