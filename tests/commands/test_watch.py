"""`hpedi watch`: what a pass makes of files, and what it leaves alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, flock
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import pytest

from hpedi.commands import ExitCode, main
from hpedi.commands.watching import Watcher
from hpedi.commands.workspace import Workspace, context_for, open_workspace
from hpedi.intake.taken_files import TakenFiles
from hpedi.pipeline.gateway_ports import Arrival
from tests.commands.running import json_lines, run_hpedi
from tests.databases import SQLITE, Workspaces, kept_in, statements_in
from tests.pipeline.conftest import KEY, loaded_home  # noqa: F401 - a fixture
from tests.shared import PROJECT

SAMPLES = PROJECT / "samples" / "inbound"
MARCH = datetime(2026, 3, 2, 15, tzinfo=UTC)
NEVER = {"adjudicate": "never", "pay": "never", "prenote": "never", "deliver": "never"}
CANARY = "ZEBEDIAH-QUILLFEATHER"
RACERS = 4


@pytest.fixture
def home(
    workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A workspace with the sample payer, that waits for nothing and has no schedules."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    copied = workspaces.copy(loaded_home, tmp_path / "home")
    monkeypatch.setenv("HPEDI_HOME", str(copied))
    settings(copied)
    return copied


def settings(home: Path, watch: str = "", **schedules: str) -> None:
    """Say in hpedi.toml how to watch."""
    kept = (home / "hpedi.toml").read_text().partition("\n[watch]")[0]
    said = "\n".join(f'{name} = "{text}"' for name, text in {**NEVER, **schedules}.items())
    text = f"{kept}\n[watch]\npoll_seconds = 0.05\nsettle_seconds = 0\n{watch}\n[schedules]\n{said}\n"
    (home / "hpedi.toml").write_text(text)


def drop(home: Path, partner: str, sample: str, name: str = "", at: datetime = MARCH) -> Path:
    """Lay a sample into a partner's inbox as if it had arrived at a moment."""
    to = home / "inbox" / partner / (name or sample)
    to.parent.mkdir(parents=True, exist_ok=True)
    coming = to.with_name(f".{to.name}"[:200])
    shutil.copyfile(SAMPLES / sample, coming)
    os.utime(coming, (at.timestamp(), at.timestamp()))
    return coming.rename(to)


@contextmanager
def opened(home: Path) -> Iterator[Workspace]:
    """Open a workspace as the tests do."""
    workspace = open_workspace(home)
    with closing(workspace.database):
        yield workspace


@contextmanager
def going_on(watcher: Watcher) -> Iterator[None]:
    """Let a watcher watch beside the block, and end well."""
    with ThreadPoolExecutor() as beside, ExitStack() as at_the_end:
        at_the_end.callback(watcher.stop)
        watching = beside.submit(watcher.watch)
        yield
    watching.result()


def arrivals(home: Path) -> tuple[Arrival, ...]:
    """Return every arrival, in the order of arrival."""
    with opened(home) as workspace, workspace.books.reading(context_for(None)) as work:
        numbered = takewhile(lambda each: each is not None, map(work.arrivals.find, count(1)))
        return tuple(sorted(numbered, key=lambda each: (each.arrived_at, each.id)))


def files_in(home: Path, *folders: str) -> list[str]:
    """Return the files below some folders of a workspace."""
    found = (path for folder in folders for path in (home / folder).rglob("*") if path.is_file())
    return sorted(str(path.relative_to(home)) for path in found)


def watched(capsys: pytest.CaptureFixture[str], code: int = ExitCode.OK) -> list[dict[str, Any]]:
    """Watch once; return what was told."""
    capsys.readouterr()
    assert run_hpedi("watch", "--once", "--json") == code
    return json_lines(capsys.readouterr().out)


# --- files -----------------------------------------------------------------------------------------------------------


def test_files_that_were_there_before_are_taken_answered_and_gone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each file is received at its own moment as its partner's, answered into that partner's outbox, and deleted."""
    drop(home, "prairielink", "02-prairielink.837", at=MARCH + timedelta(seconds=1))
    drop(home, "riverbend", "01-riverbend.837")
    told = [line["arrival"] for line in watched(capsys)]
    assert [(each["arrival"], each["partner"], each["claims"], each["state"]) for each in told] == [
        (1, "riverbend", 6, "received"),
        (2, "prairielink", 8, "received"),
    ]
    assert files_in(home, "outbox", "inbox", "taken") == [
        "outbox/prairielink/000000001.ack",
        "outbox/riverbend/000000001.ack",
    ]
    first, second = arrivals(home)
    assert (first.name, first.arrived_at, first.state, first.tries) == ("01-riverbend.837", MARCH, "received", 1)
    assert second.arrived_at == MARCH + timedelta(seconds=1)
    with opened(home) as workspace, workspace.books.reading(context_for(None)) as work:
        assert work.arrivals.of_file(first.file or 0) == (first,)
        assert work.arrivals.named("01-riverbend.837") == (first,)
    assert living(home) == []


def test_an_open_interchange_is_answered_ta1_023(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that ends before IEA is taken when its time is over, and its sender is told with a TA1."""
    drop(home, "riverbend", "06-cut-off.837")
    (line,) = watched(capsys, ExitCode.FINDINGS)
    assert line["arrival"]["state"] == "refused"
    assert "*R*023~" in (home / "outbox" / "riverbend" / "000000001.ack").read_text()


def test_a_foreign_folder_is_watched_for_whole_files(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that another server fills is watched too; what is open there waits, and arrives when it did."""
    folder = tmp_path / "upload"
    folder.mkdir()
    settings(home, f'[watch.folders]\nriverbend = ["{folder}"]\n')
    began = datetime.now(UTC) - timedelta(seconds=1)
    shutil.copy2(SAMPLES / "05-test.837", folder / "claims.837")
    os.utime(folder / "claims.837", (1, 1))
    shutil.copyfile(SAMPLES / "06-cut-off.837", folder / "open.837")
    (line,) = watched(capsys)
    assert line["arrival"]["state"] == "received"
    assert [path.name for path in folder.iterdir()] == ["open.837"]
    assert arrivals(home)[0].arrived_at > began


def test_a_file_under_anothers_name_is_refused_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever drops a file that is not its own finds a note in its outbox; nothing is taken, nobody else is told."""
    drop(home, "prairielink", "01-riverbend.837")
    (line,) = watched(capsys, ExitCode.FINDINGS)
    assert line["arrival"]["state"] == "quarantined"
    assert files_in(home, "outbox") == ["outbox/prairielink/arrival-00000001.refused.txt"]
    note = (home / "outbox" / "prairielink" / "arrival-00000001.refused.txt").read_text()
    for words in ("Arrival number  1 (file 1)\n", "2026-03-02 09:00:00 CST", "2,310 bytes", "ISA06", "send it again"):
        assert words in note
    assert files_in(home, "quarantine") == ["quarantine/000001.reason.txt", "quarantine/000001.sealed"]


def test_the_mended_file_and_the_same_file_again_are_taken(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same bytes once more bring the first answers again; bytes of another's are taken from whose they are."""
    drop(home, "prairielink", "01-riverbend.837")
    watched(capsys, ExitCode.FINDINGS)
    drop(home, "riverbend", "01-riverbend.837", name="mine.837")
    assert watched(capsys)[0]["arrival"]["state"] == "received"
    answer = home / "outbox" / "riverbend" / "000000001.ack"
    first = answer.read_bytes()
    answer.unlink()
    drop(home, "riverbend", "01-riverbend.837", name="mine.837")  # the same name and time, too
    assert watched(capsys)[0]["arrival"]["state"] == "received"
    assert answer.read_bytes() == first
    assert [each.file for each in arrivals(home)] == [1, 1, 1]
    assert files_in(home, "inbox", "taken") == []


def test_a_name_that_tells_of_a_patient_rests_sealed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The name that a partner gave stands in no note, no output, no log and no column."""
    drop(home, "riverbend", "04-not-x12.csv", name=f"{CANARY}.csv")
    assert run_hpedi("--verbose", "watch", "--dry-run") == ExitCode.OK
    assert run_hpedi("--verbose", "watch", "--once") == ExitCode.FINDINGS
    told = capsys.readouterr()
    assert "arrival 1 of riverbend" in told.out
    assert CANARY not in told.out + told.err
    assert CANARY.encode() not in kept_in(home)
    assert not any(CANARY in str(path) or CANARY.encode() in path.read_bytes() for path in home.rglob("*.txt"))
    assert [each.name for each in arrivals(home)] == [f"{CANARY}.csv"]


def test_a_suspended_partners_files_stay(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While a partner is suspended nothing of it is taken; what was in a watcher's hands stays there; then all is."""
    drop(home, "riverbend", "01-riverbend.837")
    drop(home, "prairielink", "02-prairielink.837")
    assert run_hpedi("partner", "suspend", "riverbend", "--why", "lapsed") == ExitCode.OK
    assert [line["arrival"]["partner"] for line in watched(capsys)] == ["prairielink"]
    assert files_in(home, "inbox") == ["inbox/riverbend/01-riverbend.837"]
    assert run_hpedi("partner", "resume", "riverbend", "--why", "renewed") == ExitCode.OK
    assert [line["arrival"]["partner"] for line in watched(capsys)] == ["riverbend"]


def test_a_bug_on_one_file_keeps_no_other_back(
    home: Path, database_kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that a fault of ours meets is put aside with its class of fault; others go on, and it is tried again."""
    fault = {
        SQLITE: "CREATE TRIGGER fault BEFORE INSERT ON inbound_file WHEN NEW.size = 2310 "
        "BEGIN SELECT RAISE(ABORT, 'fault'); END",
    }.get(database_kind, "ALTER TABLE inbound_file ADD CONSTRAINT fault CHECK (size <> 2310)")
    mended = {SQLITE: "DROP TRIGGER fault"}.get(database_kind, "ALTER TABLE inbound_file DROP CONSTRAINT fault")
    statements_in(home, fault)
    drop(home, "riverbend", "01-riverbend.837")
    drop(home, "prairielink", "02-prairielink.837")
    told = {line["arrival"]["partner"]: line["arrival"] for line in watched(capsys, ExitCode.BUG)}
    assert {partner: each["state"] for partner, each in told.items()} == {
        "riverbend": "failed",
        "prairielink": "received",
    }
    assert told["riverbend"]["reason"] == "IntegrityError"
    assert len(files_in(home, "taken")) == 1
    statements_in(home, mended)
    assert [line["arrival"]["state"] for line in watched(capsys)] == ["received"]
    assert [(each.state, each.tries) for each in arrivals(home) if each.partner == "riverbend"] == [("received", 2)]
    assert files_in(home, "taken") == []


def test_what_ends_every_watcher_comes_last(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that was begun again and again and never ended is tried after all others."""
    drop(home, "riverbend", "01-riverbend.837")
    watched(capsys)
    statements_in(home, "UPDATE arrival SET state = 'taken', tries = 9")
    with closing(TakenFiles(home / "taken", "dead")) as dead:
        shutil.copyfile(SAMPLES / "01-riverbend.837", dead._place("riverbend", round(MARCH.timestamp()) * 10**9, "01-riverbend.837"))  # fmt: skip  # noqa: E501 - a taken file
    drop(home, "prairielink", "02-prairielink.837")
    assert [line["arrival"]["arrival"] for line in watched(capsys)] == [2, 1]
    assert files_in(home, "taken") == []


def test_another_command_at_work_is_waited_for(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While another command takes in files nothing is taken, and the exit code says to try again."""
    file = drop(home, "riverbend", "01-riverbend.837")
    with (home / "intake.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        assert run_hpedi("watch", "--once") == ExitCode.TRY_AGAIN
        assert file.exists()
    assert [line["arrival"]["state"] for line in watched(capsys)] == ["received"]


def test_answers_that_cannot_be_placed_wait(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where an outbox cannot be written the file is received all the same, and its answer is delivered later."""
    drop(home, "riverbend", "01-riverbend.837")
    (home / "outbox").mkdir(exist_ok=True)
    (home / "outbox" / "riverbend").write_text("in the way")
    assert [line["arrival"]["state"] for line in watched(capsys)] == ["received"]
    (home / "outbox" / "riverbend").unlink()
    settings(home, deliver="every 24 hours")
    (line,) = watched(capsys)
    assert line["schedule"]["result"] == "delivered 1, left 0"
    assert files_in(home, "outbox") == ["outbox/riverbend/000000001.ack"]


def test_a_dry_run_touches_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What would be taken is told with its moment and size; files and books stay as they are."""
    drop(home, "riverbend", "01-riverbend.837")
    shutil.copyfile(SAMPLES / "05-test.837", home / "inbox" / "riverbend" / "coming.837.part")
    capsys.readouterr()
    assert run_hpedi("watch", "--dry-run", "--json") == ExitCode.OK
    assert json_lines(capsys.readouterr().out) == [
        {"dropped": {"folder": "riverbend", "arrived": "2026-03-02T09:00:00-06:00", "bytes": 2310, "standing": "ready"}}
    ]
    assert len(files_in(home, "inbox")) == 2
    assert arrivals(home) == ()


# --- processes -------------------------------------------------------------------------------------------------------


def begun(home: Path) -> int:
    """Let a forked process watch once; return its id."""
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        code = ExitCode.BUG
        try:
            main(["--home", str(home), "watch", "--once"])
        except SystemExit as ended:
            code = ended.code
        finally:
            os._exit(int(code or 0))
    return child


def living(home: Path) -> list[int]:
    """Return the processes whose hearts are told to beat."""
    with opened(home) as workspace, workspace.books.reading(context_for(None)) as work:
        return [each.pid for each in work.watchers.all()]


def test_a_watcher_goes_on_when_the_world_is_back_and_stops_when_told(home: Path) -> None:
    """It says that it watches, waits while nothing can be written, takes the file then, and ends with 0 at SIGTERM."""
    (home / "files").write_text("in the way")
    watcher = subprocess.Popen(
        [sys.executable, "-m", "hpedi", "--home", str(home), "watch"], cwd=PROJECT, stderr=subprocess.PIPE, text=True
    )
    try:
        assert watcher.stderr is not None
        assert watcher.stderr.readline().startswith("watching ")
        drop(home, "riverbend", "01-riverbend.837")
        assert "watching interrupted" in watcher.stderr.readline()
        assert len(files_in(home, "taken")) == 1
        (home / "files").unlink()
        until = time.monotonic() + 30
        while not (home / "outbox" / "riverbend" / "000000001.ack").exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        assert living(home) == [watcher.pid]
        watcher.send_signal(signal.SIGTERM)
        _out, err = watcher.communicate(timeout=30)
    finally:
        watcher.kill()
    assert (watcher.returncode, err.splitlines()[-1], living(home)) == (0, "stopped", [])
    assert files_in(home, "inbox", "taken") == []
    assert [(each.state, each.arrived_at, each.tries) for each in arrivals(home)] == [("received", MARCH, 1)]
    assert run_hpedi("audit", "verify") == ExitCode.OK


def test_racing_watchers_receive_each_file_once(home: Path) -> None:
    """Four at once on the same folders: each file is one arrival, received once, in the order of its partner."""
    for number in range(24):
        drop(home, "riverbend", "05-test.837", name=f"{number}.837", at=MARCH + timedelta(seconds=number))
    racers = [begun(home) for _each in range(RACERS)]
    codes = {os.waitstatus_to_exitcode(os.waitpid(racer, 0)[1]) for racer in racers}
    assert codes <= {ExitCode.OK, ExitCode.TRY_AGAIN}
    assert run_hpedi("watch", "--once") == ExitCode.OK
    found = arrivals(home)
    assert [each.name for each in found] == [f"{number}.837" for number in range(24)]
    assert [each.id for each in found] == list(range(1, 25))
    assert {(each.state, each.tries, each.file) for each in found} == {("received", 1, 1)}
    assert files_in(home, "inbox", "taken") == []
