"""The same interchange again, whatever way it comes: it is taken once, decided once and paid once."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from hpedi.commands.workspace import open_workspace
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claim, interchange
from tests.commands.running import run_hpedi
from tests.pipeline.conftest import Demo
from tests.safety.samples import DAY, RECEIVED
from tests.shared import PROJECT

RACERS = 4
PAYS = Decimal("90.00")  # T1015 allowed 120.00 less the copay of 30.00


def one_claim(patient_control_number: str = "ONE-1", *, day: int = 10, usage: str = "P") -> bytes:
    """Return interchange 501 of the clinic with one claim."""
    claims = [clinic_claim(patient_control_number, "M01", day)]
    return interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", claims)], usage=usage)


@pytest.fixture
def demo(home: Path, tmp_path: Path) -> Demo:
    """The sample payer at work over SQLite."""
    return Demo(open_workspace(home), tmp_path)


def paid(demo: Demo) -> dict[str, Decimal]:
    """Return what was decided to be paid, by CLM01."""
    return {number: made.paid for number, made in demo.decisions().items()}


def test_other_file_names_change_nothing(home: Path, tmp_path: Path, demo: Demo) -> None:
    """One file under three names, in one command and again in another, is one interchange."""
    copies = [tmp_path / name for name in ("a.837", "b.837", "c.txt")]
    for path in copies:
        path.write_bytes(one_claim())
    assert run_hpedi("--home", home, "run", *RECEIVED, *DAY, *copies) == ExitCode.OK
    assert run_hpedi("--home", home, "run", *RECEIVED, *DAY, *reversed(copies)) == ExitCode.OK
    assert paid(demo) == {"ONE-1": PAYS}
    assert len(list((home / "bank").glob("*.ach"))) == 1
    assert len(list((home / "outbox" / "riverbend").glob("*.ack"))) == 1


def test_twice_in_one_file_is_taken_once(demo: Demo) -> None:
    """An interchange that stands twice in one file is taken the first time; the second repeats its receipt."""
    received, payments = demo.run(one_claim() + one_claim())
    assert [each.verdict for each in received.receipts] == ["accepted", "repeated"]
    assert received.receipts[1].summary.repeats == received.receipts[0].receipt
    assert paid(demo) == {"ONE-1": PAYS}
    assert len(payments.built) == 1


def test_a_second_interchange_of_the_same_number_in_one_file_is_refused(demo: Demo) -> None:
    """The same control number with another claim gets a TA1 025, also within one file; the first one is paid."""
    received, _payments = demo.run(one_claim() + one_claim("OTHER-1", day=11))
    assert [each.summary.ta1 for each in received.receipts] == ["A*000", "R*025"]
    assert paid(demo) == {"ONE-1": PAYS}


def test_other_line_breaks_are_other_content(demo: Demo) -> None:
    """The same segments in other bytes under the same number are not taken a second time."""
    demo.run(one_claim())
    received, payments = demo.run(one_claim().replace(b"\n", b"\r\n"))
    assert received.receipts[0].summary.ta1 == "R*025"
    assert payments.built == ()


@pytest.mark.parametrize("usages", list(permutations("PT")), ids="".join)
def test_test_and_production_numbers_are_kept_apart(demo: Demo, usages: tuple[str, str]) -> None:
    """ISA15 T and P may carry the same control number, in either order; only the production claim is paid."""
    for usage in usages:
        received, _payments = demo.run(one_claim(f"{usage}-1", usage=usage))
        assert received.receipts[0].verdict == "accepted"
    assert paid(demo) == {"P-1": PAYS}


def test_again_does_not_take_what_was_taken(demo: Demo) -> None:
    """`receive --again` of a file that was taken pays nothing a second time."""
    demo.run(one_claim())
    demo.receive(one_claim(), again=True)
    assert demo.jobs.adjudicate().decided == 0
    assert demo.jobs.pay().built == ()


def test_again_after_the_number_was_taken_by_another_is_refused(demo: Demo) -> None:
    """A refused file tried once more, after its number went to another interchange, is refused with 025."""
    refused = one_claim("LATE-1", day=11).replace(b"*ZZ*94267          *", b"*ZZ*00621          *")
    demo.run(refused)
    demo.run(one_claim())
    again = demo.receive(refused, again=True)
    assert again.receipts[0].verdict == "rejected"
    assert paid(demo) == {"ONE-1": PAYS}


@pytest.mark.parametrize("alike", [True, False], ids=["the same bytes", "other content"])
def test_of_four_submitters_at_once_one_is_accepted(home: Path, tmp_path: Path, demo: Demo, *, alike: bool) -> None:
    """Four processes submit one control number at once: one is accepted, the others repeat it or get 025."""
    racers = []
    for index in range(RACERS):
        path = tmp_path / f"{index}.837"
        content = one_claim(f"RACE-{0 if alike else index}") + b"\n" * index  # other files, whatever they hold
        path.write_bytes(content)
        command = [sys.executable, PROJECT / "cli.py", "--home", home, "receive", "--json", *RECEIVED, path]
        racers.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    told = [json.loads(racer.communicate()[0])["received"]["receipts"][0] for racer in racers]
    verdicts = sorted(each["verdict"] for each in told)
    assert verdicts == ["accepted", *["repeated" if alike else "rejected"] * (RACERS - 1)]
    assert sum(each["summary"].get("ta1") == "R*025" for each in told) == (0 if alike else RACERS - 1)
    assert run_hpedi("--home", home, "run", *RECEIVED, *DAY, tmp_path / "0.837") in (ExitCode.OK, ExitCode.FINDINGS)
    assert list(paid(demo).values()) == [PAYS]
