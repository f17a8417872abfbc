"""Whatever a file holds, it is answered or quarantined, within bounds of time and memory, without a traceback."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from hpedi.commands import ExitCode
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claim, interchange
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces
from tests.safety.bombs import BOMBS, MANY_SETS, ORDINARY, SLOWER_BOMBS, lay
from tests.safety.samples import DAY, RECEIVED
from tests.shared import PROJECT, samples_dir

pytestmark = pytest.mark.any_database

SHARES = 4
MIB = 1 << 20

# --- files of others --------------------------------------------------------------------------------------------------


def sample_files(share: int) -> list[Path]:
    """Return a share of the files that others wrote, with those that only catalogue them."""
    return sorted(path for path in samples_dir().rglob("*") if path.is_file())[share::SHARES]


@pytest.mark.parametrize("share", range(SHARES))
def test_every_file_of_others_is_answered_or_quarantined(
    home: Path, share: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Received from senders we do not know, each interchange has its receipt and answer, each other file its reason."""
    files = sample_files(share)
    assert run_hpedi("--home", home, "receive", "--json", *RECEIVED, *files) in (ExitCode.OK, ExitCode.FINDINGS)
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    received = [line["received"] for line in json_lines(told.out)]
    assert [each["name"] for each in received] == [str(path) for path in files]
    assert all(each["receipts"] or each["quarantined"] for each in received)
    assert run_hpedi("--home", home, "deliver") == ExitCode.OK
    answers = {path.name for path in (home / "outbox").rglob("*.ack")}
    receipts = [receipt for each in received for receipt in each["receipts"] if receipt["verdict"] != "repeated"]
    assert {receipt["summary"]["answer"] for receipt in receipts} == answers
    reasons = list((home / "quarantine").glob("*.reason.txt"))
    assert len(reasons) == len({each["file"] for each in received if each["quarantined"]})


@pytest.mark.storeless
@pytest.mark.parametrize("share", range(SHARES))
def test_every_file_of_others_is_validated(
    share: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`validate` judges each and writes its answers; the exit code is that of the verdicts."""
    files = sample_files(share)
    answers = tmp_path / "answers"
    assert run_hpedi("validate", "--json", "--ack-dir", answers, *files) in (ExitCode.OK, ExitCode.FINDINGS)
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert [line["file"] for line in json_lines(told.out)] == [str(path) for path in files]


# --- no X12 at all ----------------------------------------------------------------------------------------------------

WHOLE = interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", [clinic_claim("ONE-1", "M01", 10)])])


def zipped() -> bytes:
    """Return an archive that holds an interchange."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("claims.837", WHOLE)
    return archive.getvalue()


NO_X12 = {
    "zip": zipped(),
    "gzip": gzip.compress(WHOLE, mtime=0),
    "gzip bomb": gzip.compress(bytes(20 * MIB), mtime=0),
    "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "utf-16": WHOLE.decode().encode("utf-16"),
    "utf-16 without mark": WHOLE.decode().encode("utf-16-be"),
    "ebcdic": WHOLE.decode().encode("cp037"),
    "binary": bytes(range(256)) * 64,
    "zeros": bytes(4096),
    "empty": b"",
    "only newlines": b"\r\n" * 1000,
    "edifact": b"UNA:+.? 'UNB+UNOA:2+SENDER+RECEIVER+260302:0900+1'",
    "lower case": WHOLE.lower(),
    "three letters": b"ISA",
}


@pytest.mark.parametrize("kind", NO_X12)
def test_what_is_no_x12_goes_to_quarantine(
    home: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is kept encrypted with the reason beside it; nothing of it is answered or taken."""
    path = tmp_path / "arrived"
    path.write_bytes(NO_X12[kind])
    assert run_hpedi("--home", home, "receive", "--json", *RECEIVED, path) == ExitCode.FINDINGS
    told = capsys.readouterr()
    (line,) = json_lines(told.out)
    assert line["received"]["quarantined"]
    assert line["received"]["receipts"] == []
    assert {each.name for each in (home / "quarantine").iterdir()} == {"000001.sealed", "000001.reason.txt"}
    assert not NO_X12[kind][:64] or NO_X12[kind][:64] not in (home / "quarantine" / "000001.sealed").read_bytes()
    assert "Traceback" not in told.err
    assert run_hpedi("validate", path) == ExitCode.FINDINGS


# --- values that are too much -----------------------------------------------------------------------------------------


ABSURD = ("9" * 18, "9" * 17, "9" * 16 + ".999", "1E2", "NaN", "9" * 4000)


def charged(charge: str, claims: int = 1) -> bytes:
    """Return an interchange of a set whose claims charge so much, and a good one."""
    bad = claim_set("0001", [clinic_claim(f"BAD-{index}", "M01", 10) for index in range(claims)])
    good = claim_set("0002", [clinic_claim("GOOD-1", "M02", 11)])
    first, second = interchange(RIVERBEND, CLINIC, 501, [bad, good]).split(b"ST*837*0002")
    return first.replace(b"*145*", f"*{charge}*".encode()) + b"ST*837*0002" + second


@pytest.mark.parametrize("charge", ABSURD)
def test_an_absurd_charge_refuses_its_claim(
    home: Path, tmp_path: Path, charge: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A charge that is no amount or that no book can hold refuses its claim; the claim in the next set is paid."""
    path = tmp_path / "arrived"
    path.write_bytes(charged(charge))
    assert run_hpedi("--home", home, "run", "--json", *RECEIVED, *DAY, path) == ExitCode.FINDINGS
    (paid,) = [line["paid"] for line in json_lines(capsys.readouterr().out) if "paid" in line]
    assert [each["amount"] for each in paid["released"]] == ["90.00"]
    assert run_hpedi("--home", home, "status") == ExitCode.OK


def test_the_sum_of_absurd_charges_still_fits(home: Path, tmp_path: Path) -> None:
    """However much claims charge, `status` can add them up."""
    path = tmp_path / "arrived"
    path.write_bytes(charged("9" * 16 + ".99", claims=12))
    run_hpedi("--home", home, "run", *RECEIVED, *DAY, path)
    assert run_hpedi("--home", home, "status") == ExitCode.OK


@pytest.mark.parametrize("identifier", [":", "::"])
def test_a_component_separator_in_a_simple_element_never_stops_a_payment_run(
    home: Path, tmp_path: Path, identifier: str
) -> None:
    """A rendering NPI that is a separator refuses its set; it is not found out by the 835 that would carry it."""
    path = tmp_path / "arrived"
    path.write_bytes(WHOLE.replace(b"*XX*1000002505", f"*XX*{identifier}".encode()))
    assert run_hpedi("validate", path) == ExitCode.FINDINGS
    assert run_hpedi("--home", home, "run", *RECEIVED, *DAY, path) in (ExitCode.OK, ExitCode.FINDINGS)


# --- bombs ------------------------------------------------------------------------------------------------------------

SECONDS = 1.0
SECONDS_TO_A_LIMIT = 5.0
MEMORY = 64 * MIB


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: its exit code, seconds of CPU, peak memory in bytes."""

    exit_code: int
    seconds: float
    memory: int


def cost_of(arguments: list[object], folder: Path) -> Cost:
    """Run hpedi in a process of its own and measure it."""
    command = [sys.executable, str(PROJECT / "cli.py"), *(str(argument) for argument in arguments)]
    # Through a small process: a large one that forks passes its own peak on.
    measure = (
        "import json, os, sys\n"
        "out, *command = sys.argv[1:]\n"
        "to = [(os.POSIX_SPAWN_OPEN, fd, out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for fd in (1, 2)]\n"
        "child = os.posix_spawn(command[0], command, os.environ, file_actions=to)\n"
        "_pid, status, used = os.wait4(child, 0)\n"
        "print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss]))\n"
    )
    reading, writing = os.pipe()
    with os.fdopen(reading) as told:
        actions = [(os.POSIX_SPAWN_DUP2, writing, 1)]
        arguments_of = [sys.executable, "-S", "-c", measure, str(folder / "told"), *command]
        child = os.posix_spawn(sys.executable, arguments_of, os.environ, file_actions=actions)
        os.close(writing)
        exit_code, seconds, kib = json.loads(told.read())
        os.waitpid(child, 0)
    return Cost(exit_code, seconds, kib * 1024)


Bomb: TypeAlias = Callable[[], Iterator[bytes]]
Measure: TypeAlias = Callable[[Bomb], Cost]


@pytest.fixture
def validated(tmp_path: Path) -> Measure:
    """Measure `validate` on a bomb."""

    def measure(bomb: Bomb) -> Cost:
        path = lay(bomb, tmp_path / "bomb.837")
        cost = cost_of(["validate", path], tmp_path)
        path.unlink()
        return cost

    return measure


@pytest.fixture
def received(workspaces: Workspaces, home: Path, tmp_path: Path) -> Measure:
    """Measure `receive` on a bomb, each time in a fresh workspace."""

    def measure(bomb: Bomb) -> Cost:
        used = workspaces.copy(home, tmp_path / "used")
        path = lay(bomb, tmp_path / "bomb.837")
        cost = cost_of(["--home", used, "receive", *RECEIVED, path], tmp_path)
        path.unlink()
        workspaces.remove(used)
        return cost

    return measure


def assert_refused(measured: Measure, bombs: Mapping[str, Bomb], seconds: float) -> None:
    """Each bomb is refused in seconds and memory that are little more than an ordinary file's."""
    ordinary = measured(ORDINARY)
    assert ordinary.exit_code == ExitCode.OK
    for name, bomb in bombs.items():
        cost = measured(bomb)
        assert cost.exit_code == ExitCode.FINDINGS, name
        assert cost.seconds - ordinary.seconds < seconds, name
        assert cost.memory - ordinary.memory < MEMORY, name


@pytest.mark.storeless
def test_bombs_are_invalid_at_once(validated: Measure) -> None:
    """A segment of 100 MB, 20 million elements and their like: 1 s and 64 MB more than an ordinary file at most."""
    assert_refused(validated, BOMBS, SECONDS)


def test_bombs_are_refused_at_once(received: Measure) -> None:
    """Received they take no more either."""
    assert_refused(received, BOMBS, SECONDS)


@pytest.mark.storeless
def test_bombs_that_reach_a_limit_are_invalid_there(validated: Measure) -> None:
    """200,000 sets, and sets full of faults, are refused in bounded memory however many findings they give."""
    assert_refused(validated, SLOWER_BOMBS, SECONDS_TO_A_LIMIT)


def test_bombs_that_reach_a_limit_are_refused_there(received: Measure) -> None:
    """Received they take no more either."""
    assert_refused(received, SLOWER_BOMBS, SECONDS_TO_A_LIMIT)


@pytest.mark.storeless
def test_many_sets_are_refused_as_over_a_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The finding says which limit it was: it lies in the interchange, and the rest is not read."""
    path = lay(SLOWER_BOMBS[MANY_SETS], tmp_path / "bomb.837")
    run_hpedi("validate", "--json", path)
    (told,) = json_lines(capsys.readouterr().out)
    assert told["interchanges"][0]["verdict"] == "rejected"
    assert [each["code"] for each in told["findings"]].count("limit-exceeded") == 1
