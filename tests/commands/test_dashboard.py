"""`hpedi dashboard`: each figure by a world worked by hand, and by what the 835s of the same world say."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import delete, update

from hpedi.commands import ExitCode
from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import context_for, open_workspace
from hpedi.store.denial_tables import denial
from hpedi.store.tables import decision
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces, engine_of
from tests.pipeline.conftest import AS_OF, KEY, RECEIVED, Demo
from tests.pipeline.sending import Office, bill, voiding
from tests.shared import PROJECT

DAY: Final = ("--as-of", "2026-03-20")
INBOUND: Final = sorted((PROJECT / "samples" / "inbound").glob("0*"))


@pytest.fixture(scope="module")
def sample_home(standing_workspaces: Workspaces, loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All sample files received on 2 March, decided, paid and delivered on 16 March."""

    def made() -> Path:
        home = tmp_path_factory.mktemp("sums") / "home"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HPEDI_KEY", KEY)
            workspace = open_workspace(standing_workspaces.copy(loaded_home, home))
            jobs = Jobs(workspace, context_for(AS_OF))
            for path in INBOUND:
                jobs.receive(path, RECEIVED)
            jobs.adjudicate()
            jobs.pay()
            jobs.deliver()
            workspace.database.close()
        return home

    return standing_workspaces.once("sums", made)


@pytest.fixture
def home(sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, to look at."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    return sample_home


def figures(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """Return what --json prints."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "dashboard", *(words or DAY), "--json") == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    found: dict[str, Any] = told["dashboard"]
    return found


def test_counts_and_charges_are_those_of_the_sample_files(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the README of the samples: 6 + 8 + 1 + 2 + 1 claims, of which 2 + 1 + 1 are refused and one waits.

    Charged: the clinic's 145 + 520 + 210 + 145 + 95 + 145 + 145, the clearinghouse's 650 + 130 + 60 + 60 + 600 and the
    hospital's 12,000 + 4,400 + 300.
    """
    made = figures(home, capsys)
    total = made["total"]
    assert [total[name] for name in ("received", "accepted", "rejected", "decided")] == [18, 14, 4, 13]
    assert total["charged"] == f"{1405 + 1500 + 16700}.00"
    by_day = {each["day"]: each for each in made["days"]}
    assert set(by_day) == {"2026-03-02", "2026-03-16"}
    assert by_day["2026-03-02"]["received"] == 18
    assert by_day["2026-03-16"]["decided"] == by_day["2026-03-16"]["paid_claims"] == 13
    assert (made["test_interchanges"], made["test_claims"]) == (1, 1)
    assert made["acceptance_rate"] == "0.778"  # 14 of 18
    assert made["auto_adjudication_rate"] == "1.000"
    assert made["quarantined"] == [["not-x12", 1]]


def test_what_waits_and_what_is_denied(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The filling of 180.00 waits for 18 days; a visit after coverage and a stranger's, 145.00 each, are denied."""
    made = figures(home, capsys)
    (waits,) = made["pends"]
    assert (waits["reason"], waits["ages"], waits["charged"]) == ("rate", [0, 0, 1, 0, 0], "180.00")
    denied = {each["reason"]: (each["lines"], each["claims"], each["amount"]) for each in made["denials"]}
    assert denied == {"PR-27": (1, 1, "145.00"), "PR-31": (1, 1, "145.00")}
    assert all(each["says"] for each in made["denials"])
    assert {each["what"]: each["count"] for each in made["waiting"]} == {"claims that wait for somebody": 1}


def test_dollars_are_those_of_the_remittances(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sums of CLP03, CLP04 and CLP05, and of BPR02 by BPR04, of every 835 that lies in a folder."""
    claims: Counter[str] = Counter()
    payments: Counter[str] = Counter()
    sums = {name: Decimal("0.00") for name in ("CLP03", "CLP04", "CLP05", "BPR02")}
    for path in (home / "outbox").rglob("*.835"):
        for segment in (each.split("*") for each in path.read_text().replace("\n", "").split("~")):
            if segment[0] == "CLP":
                claims["all"] += 1
                for place in (3, 4, 5):
                    sums[f"CLP0{place}"] += Decimal(segment[place] or "0")
            if segment[0] == "BPR":
                payments[segment[4]] += 1
                sums["BPR02"] += Decimal(segment[2])
    made = figures(home, capsys)
    total = made["total"]
    told = (total["charged"], total["paid"], total["patient_responsibility"], total["paid_out"])
    assert [Decimal(each) for each in told] == [sums["CLP03"], sums["CLP04"], sums["CLP05"], sums["BPR02"]]
    assert total["paid_claims"] == claims["all"]
    assert {each["method"]: each["count"] for each in made["payments"]} == payments
    assert sum(Decimal(each["amount"]) for each in made["payments"]) == sums["BPR02"]


def test_allowed_is_that_of_every_decision(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The column that is summed is what each sealed decision says."""
    workspace = open_workspace(home)
    with workspace.books.reading(context_for(AS_OF)) as work:
        made = [
            each.decision
            for run in work.payments.runs()
            for payee in work.decisions.payees(run.id)
            for each in work.decisions.of_run(run.id, payee)
        ]
    workspace.database.close()
    assert len(made) == 13
    assert Decimal(figures(home, capsys)["total"]["allowed"]) == sum(each.allowed for each in made)


def test_partners_are_told_with_what_refused_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three interchanges each for production; one of each is refused whole, with its findings; test apart."""
    partners = {(each["partner"], each["usage"]): each for each in figures(home, capsys)["partners"]}
    lakes = partners["prairielink", "P"]
    assert [lakes[name] for name in ("interchanges", "rejected", "claims", "claims_rejected")] == [3, 1, 11, 4]
    assert [code for code, _says, _count in lakes["why"]] == ["receiver-not-us"]
    assert partners["riverbend", "T"]["interchanges"] == 1
    assert "interchange-cut-off" in {code for code, _says, _count in partners["riverbend", "P"]["why"]}


def test_days_that_do_not_count_are_left_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From 6 March on nothing was received; a year later there is nothing but what waits and who was heard of."""
    made = figures(home, capsys, *DAY, "--days", "15")
    assert [made["total"][name] for name in ("received", "decided")] == [0, 13]
    later = figures(home, capsys, "--as-of", "2027-03-20")
    assert later["days"] == later["denials"] == later["payments"] == []
    assert (later["acceptance_rate"], later["pends"][0]["ages"]) == (None, [0, 0, 0, 0, 1])
    assert later["partners"]


def test_days_after_the_last_one_do_not_count(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As of 10 March all is received, and nothing is decided, denied or paid: that was on the 16th."""
    made = figures(home, capsys, "--as-of", "2026-03-10")
    total = made["total"]
    assert [total[name] for name in ("received", "decided", "paid_claims", "paid_out")] == [18, 0, 0, "0.00"]
    assert [each["day"] for each in made["days"]] == ["2026-03-02"]
    assert made["denials"] == made["payments"] == []
    assert figures(home, capsys, "--as-of", "2026-03-16", "--days", "1")["total"]["decided"] == 13


def test_a_check_in_place_of_another_is_no_second_payment(tracked: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """A lost check of 70.00 is reissued: what was decided to be paid went out once; both checks stand in their list."""
    before = figures(tracked.workspace.home, capsys)
    tracked.jobs.reissue("100001", "lost in the mail")
    after = figures(tracked.workspace.home, capsys)
    assert after["total"] == before["total"]
    assert {"method": "CHK", "state": "reissued", "count": 1, "amount": "70.00"} in after["payments"]
    assert {"method": "CHK", "state": "released", "count": 1, "amount": "70.00"} in after["payments"]


def test_the_terminal_shows_every_part(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table each; the sums stand in the last row."""
    assert run_hpedi("--home", home, "dashboard", *DAY) == ExitCode.OK
    out = capsys.readouterr().out
    for part in ("Claims a day", "Dollars", "Claims that wait", "Denied lines", "Payments", "Partners", "Backlog"):
        assert part in out
    assert "19,605.00" in out


def test_what_is_taken_back_counts_with_its_minus(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """A denied visit and a paid one are voided: two reversals, sums of nothing, and no denial that stands.

    Before, as if they were decided before it was kept, `hpedi init` notes what they allowed and denied.
    """
    office = Office(demo)
    denied, paid = bill("A", "M07"), bill("B", "M01")
    numbers = office.send(denied, paid)
    before = figures(demo.workspace.home, capsys)
    assert [each["reason"] for each in before["denials"]] == ["PR-27"]
    assert (before["total"]["charged"], before["since"]) == ("290.00", "2026-02-19")
    with engine_of(demo.workspace.home) as engine, engine.begin() as connection:
        connection.execute(update(decision).values(allowed=None))
        connection.execute(delete(denial))
    assert figures(demo.workspace.home, capsys)["denials"] == []
    assert run_hpedi("--home", demo.workspace.home, "init") == ExitCode.OK
    noted = figures(demo.workspace.home, capsys)
    assert (noted["denials"], noted["total"]) == (before["denials"], before["total"])
    office.send(*(voiding(number, sent) for number, sent in zip(numbers, (denied, paid), strict=True)))
    after = figures(demo.workspace.home, capsys)
    assert (after["total"]["reversed"], after["denials"]) == (2, [])
    assert {after["total"][name] for name in ("charged", "allowed", "paid", "patient_responsibility")} == {"0.00"}
