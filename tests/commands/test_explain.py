"""`hpedi explain`: on the terminal, as JSON and as a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces
from tests.pipeline.conftest import KEY
from tests.shared import PROJECT

CLAIM = "26061000010000004"
"""A visit and a test: 240.00 charged, 90.00 paid, 114.00 owed."""

CORRECTED = "26061000010000001"


@pytest.fixture(scope="module")
def decided(standing_workspaces: Workspaces, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which a sample file is decided, and one claim corrected by an override; to be copied."""
    home = tmp_path_factory.mktemp("decided") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        assert run_hpedi("--home", home, "init", *standing_workspaces.init_options()) == ExitCode.OK
        assert run_hpedi("--home", home, "load", PROJECT / "samples" / "payer") == ExitCode.OK
        file = PROJECT / "samples" / "inbound" / "01-riverbend.837"
        when = ("--received", "2026-03-02T09:00:00-06:00", "--as-of", "2026-03-16")
        assert run_hpedi("--home", home, "run", *when, file) == ExitCode.OK
        denied = ("--deny", "duplicate", "--note", "billed <twice>")
        assert run_hpedi("--home", home, "claims", "override", CORRECTED, *denied) == ExitCode.OK
    return home


@pytest.fixture
def home(workspaces: Workspaces, decided: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the test's own."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    return workspaces.copy(decided, tmp_path / "workspace")


class Page(HTMLParser):
    """What a page holds: its tags, and every place that it refers to."""

    def __init__(self, content: str) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.open: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and what it refers to."""
        self.tags.append(tag)
        self.references += [value or "" for name, value in attrs if name in {"src", "href", "action", "data"}]
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that what ends was open."""
        assert self.open.pop() == tag


def test_every_cent_is_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Charge, what is taken off with its rule and source, what is paid, and how near limits were."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "explain", CLAIM) == ExitCode.OK
    told = capsys.readouterr().out
    assert re.search(r"1 +T1015 +Charged +145\.00", told)
    assert re.search(r"CO-45 +-25\.00 +fee_schedule", told)
    assert re.search(r"PR-3 +-30\.00 +copay +benefit OFFICE: 30\.00 per visit", told)
    assert "Received 168 days before the last day for filing, 2026-08-17" in " ".join(told.split())
    assert "charged 240.00, paid 90.00, patient owes 114.00" in told


def test_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--line shows that line only; a line that the claim does not have is wrong usage."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "explain", CLAIM, "--line", "1", "--json") == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    (version,) = told["explained"]
    assert [unit["number"] for unit in version["units"]] == [1]
    assert {step.get("line", 0) for step in version["steps"]} == {0, 1}
    assert run_hpedi("--home", home, "explain", CLAIM, "--line", "9") == ExitCode.USAGE


def test_versions_follow_one_another(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Original, reversal and correction, and what the correction has otherwise."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "explain", CORRECTED, "--json") == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    assert [each["kind"] for each in told["explained"]] == ["adjudicated", "reversal", "correction"]
    assert [each["paid"] for each in told["explained"]] == ["90.00", "-90.00", "0.00"]
    changed = {
        (each["line"], each["what"]): (each["before"], each["after"]) for each in told["explained"][2]["changed"]
    }
    assert changed[1, "denied"] == ("False", "True")
    assert changed[1, "paid"] == ("90.00", "0.00")


def test_the_page_stands_alone(home: Path, tmp_path: Path) -> None:
    """One file that refers to nothing, whose tags close, in which what somebody wrote is escaped."""
    page = tmp_path / "claim.html"
    assert run_hpedi("--home", home, "explain", CORRECTED, "--html", page) == ExitCode.OK
    content = page.read_text()
    read = Page(content)
    assert not read.open
    assert read.references == []
    assert read.tags.count("details") == 3
    assert "url(" not in content
    assert "<twice>" not in content
    assert "billed &lt;twice&gt;" in content
    assert "prefers-color-scheme:dark" in content
    assert "@media print" in content
    assert "default-src 'none'" in content


def test_the_page_shows_no_more_than_the_terminal(home: Path, tmp_path: Path) -> None:
    """Neither names nor card numbers, birth dates or the sender's own number stand in it."""
    page = tmp_path / "claim.html"
    assert run_hpedi("--home", home, "explain", CLAIM, "--html", page) == ExitCode.OK
    content = page.read_text()
    for each in ("AMBLE", "IDA", "HS1000001", "2014-08-21", "RB-26"):
        assert each not in content
    assert run_hpedi("--home", home, "explain", CLAIM, "--html", page, "--json") == ExitCode.USAGE
