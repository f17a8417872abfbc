"""`hpedi partner`: a partner from draft to live, what each command prints, and what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from hpedi.commands.partner_terms import profile_terms
from hpedi.mappings_folder import sample
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claim, interchange
from tests.commands.running import json_lines, run_hpedi
from tests.identifiers.test_ssh_key import ED25519, FINGERPRINT

RECEIVED = "2026-03-02T09:00:00-06:00"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the sample payer."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HPEDI_HOME", str(tmp_path / "home"))
    assert run_hpedi("init", "--demo") == ExitCode.OK
    return tmp_path / "home"


def partner(*arguments: object) -> int:
    """Run `hpedi partner`."""
    return run_hpedi("partner", *arguments)


def shown(capsys: pytest.CaptureFixture[str], partner_id: str) -> dict[str, object]:
    """Return a profile as --json prints it."""
    capsys.readouterr()
    assert partner("show", partner_id, "--json") == ExitCode.OK
    (line,) = json_lines(capsys.readouterr().out)
    return dict(line["partner"])


def add_lakes(*settings: str) -> int:
    """Add a partner."""
    return partner("add", "lakes", "--name", "LAKES", "--isa", "ZZ:LAKESCLR", *settings, "--why", "signed")


def test_a_partner_is_added_as_draft_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """A new partner has its identity, begins as draft, and stands in the list."""
    assert add_lakes("gs_ids=[LAKESAPP]") == ExitCode.OK
    found = shown(capsys, "lakes")
    assert (found["state"], found["gs_ids"]) == ("draft", ["LAKESAPP"])
    assert found["isa_ids"] == [{"qualifier": "ZZ", "id": "LAKESCLR"}]
    assert partner("list", "--json") == ExitCode.OK
    listed = [line["partner"]["id"] for line in json_lines(capsys.readouterr().out)]
    assert listed == ["lakes", "prairielink", "riverbend"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "riverbend", "--name", "R", "--isa", "ZZ:X", "--why", "x"], "such a partner already"),
        (["add", "../up", "--name", "R", "--isa", "ZZ:X", "--why", "x"], "PARTNER must be"),
        (["add", "new", "--name", "R", "--isa", "ZZ:RIVERBEND", "--why", "x"], "Another partner has this"),
        (["add", "new", "--name", "R", "--isa", "ZZ", "--why", "x"], "`id` must be"),
        (["add", "new", "--name", "R", "--isa", "ZZ:X", "state=live", "--why", "x"], "begins as draft"),
        (["set", "nobody", "name=X", "--why", "x"], "no such partner"),
        (["set", "riverbend", "name=X"], "--why"),
        (["set", "riverbend", "charm=1", "--why", "x"], "FIELD=VALUE"),
        (["set", "riverbend", "usages=P", "--why", "x"], "`usages` must be a list"),
        (["set", "riverbend", "state=draft", "--why", "x"], "after live a partner becomes"),
        (["set", "riverbend", "severities.S7-002=off", "--why", "x"], "SNIP 4 to 6"),
        (["set", "riverbend", "severities.S3-001=off", "--why", "x"], "SNIP 4 to 6"),
        (["set", "riverbend", "limits.interchanges_in_file=1", "--why", "x"], "not a limit of an interchange"),
        (["set", "riverbend", "sends=[837X]", "--why", "x"], "not a transaction set that is taken"),
        (["keys", "riverbend", "--revoke", "SHA256:none", "--why", "x"], "no key"),
        (["keys", "riverbend", "--revoke", "SHA256:none"], "--why"),
        (["keys", "riverbend", "--add", "/dev/null", "--why", "x"], "one line that begins with ssh-ed25519"),
        (["companion-guide", "riverbend", "--companion", "00000"], "no such companion guide"),
        (["test-report", "nobody"], "no such partner"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong profile, an unknown partner or a change without a reason is a usage error that says what to do."""
    assert partner(*arguments) == ExitCode.USAGE
    assert told in capsys.readouterr().err
    assert shown(capsys, "riverbend")["state"] == "live"


def test_the_rules_that_a_partner_weighs_are_of_snip_4_to_6() -> None:
    """Rules of balancing and of the payer are nobody's choice."""
    rules = profile_terms().rules()
    assert "S4-220" in rules
    assert "S7-001" not in rules


def test_a_dry_run_shows_the_change_and_keeps_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """--dry-run prints field, before and after, and makes no snapshot."""
    capsys.readouterr()
    setting = ["set", "riverbend", "sends=[837P]", "--why", "x"]
    assert partner(*setting, "--dry-run", "--json") == ExitCode.OK
    (line,) = json_lines(capsys.readouterr().out)
    assert line == {"partner": "riverbend", "snapshot": None, "changed": [["sends", [], ["837P"]]]}
    assert shown(capsys, "riverbend")["sends"] == []
    assert partner(*setting) == partner(*setting) == ExitCode.OK
    assert "nothing changed" in capsys.readouterr().out


def test_suspending_and_resuming_stand_in_the_history(capsys: pytest.CaptureFixture[str]) -> None:
    """Each step has its reason; what is printed names the state before and after."""
    assert partner("suspend", "riverbend", "--why", "lapsed") == ExitCode.OK
    assert shown(capsys, "riverbend")["state"] == "suspended"
    assert partner("set", "riverbend", "state=live", "--why", "x") == ExitCode.USAGE
    assert partner("resume", "riverbend", "--why", "renewed") == ExitCode.OK
    capsys.readouterr()
    assert partner("show", "riverbend", "--history", "--json") == ExitCode.OK
    (line,) = json_lines(capsys.readouterr().out)
    assert [step["why"] for step in line["history"]] == ["payer folder loaded", "lapsed", "renewed"]
    assert line["history"][-1]["changed"] == [["state", "suspended", "live"]]
    assert partner("show", "riverbend", "--history") == ExitCode.OK
    assert "renewed" in capsys.readouterr().out


def test_keys_are_shown_by_fingerprint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key added from a file is shown by its fingerprint; revoked, it stays in the list with its day."""
    file = tmp_path / "key.pub"
    file.write_text(ED25519 + " lakes\n")
    assert partner("keys", "riverbend", "--add", file, "--why", "new server") == ExitCode.OK
    capsys.readouterr()
    assert partner("keys", "riverbend") == ExitCode.OK
    out = capsys.readouterr().out
    assert FINGERPRINT in out
    assert "AAAA" not in out
    assert partner("keys", "riverbend", "--revoke", FINGERPRINT, "--why", "lost") == ExitCode.OK
    capsys.readouterr()
    assert partner("keys", "riverbend", "--json") == ExitCode.OK
    ((key,),) = (line["keys"] for line in json_lines(capsys.readouterr().out))
    assert key["revoked"] == key["added"]


def test_a_load_that_takes_another_partners_identity_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A payer folder that gives away the identity of a partner added here is refused with its line."""
    assert add_lakes() == ExitCode.OK
    folder = tmp_path / "payer"
    _copy_sample(folder)
    partners = folder / "partners.yaml"
    partners.write_text(partners.read_text().replace("id: RIVERBEND}", "id: LAKESCLR}"))
    capsys.readouterr()
    assert run_hpedi("load", folder, "--json") == ExitCode.FINDINGS
    (line,) = json_lines(capsys.readouterr().out)
    assert line["loaded"] is None
    assert [finding["kind"]["code"] for finding in line["findings"]] == ["reference-link"]
    assert line["findings"][0]["where"]["file"] == "partners.yaml"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("folder: riverbend", "folder: riverbend\n    allowed_versions: [005010X22]", "allowed_versions"),
        ("folder: riverbend", "folder: riverbend\n    state: alive", "state"),
        ("folder: riverbend", "folder: riverbend\n    kind: clinic", "kind"),
        ("folder: riverbend", "folder: riverbend\n    sends: [837]", "sends"),
        ("folder: riverbend", "folder: riverbend\n    receives: [83S]", "receives"),
        ("folder: riverbend", "folder: riverbend\n    acknowledgements: {ta1: allways}", "ta1"),
        ("folder: riverbend", "folder: riverbend\n    severities: {S4-220: fatal}", "severities"),
        ("usages: [P, T]\n    remittances_for: [RIVERBEND]", "usages: [P, X]", "usages"),
        ("{qualifier: ZZ, id: RIVERBEND}", "{qualifier: Z2, id: RIVERBEND}", "isa_ids"),
        ("remittances_for: [RIVERBEND]", "remittances_for: [RIVERBANK]", "remittances_for"),
    ],
)
def test_a_typo_in_a_profile_is_told_at_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, field: str
) -> None:
    """A value that a field may not have is told on loading, with file, line and remedy; nothing is loaded."""
    folder = tmp_path / "payer"
    _copy_sample(folder)
    partners = folder / "partners.yaml"
    written = partners.read_text().replace(old, new, 1)
    partners.write_text(written)
    capsys.readouterr()
    assert run_hpedi("load", folder, "--json") == ExitCode.FINDINGS
    (line,) = json_lines(capsys.readouterr().out)
    assert line["loaded"] is None
    ((name, number, message),) = {
        (finding["where"]["file"], finding["where"]["line"], finding["message"]) for finding in line["findings"]
    }
    at = next(number for number, text in enumerate(written.splitlines(), 1) if f"{field}:" in text)
    assert (name, number) == ("partners.yaml", at)
    assert "orrect" in message or "one of" in message


def _copy_sample(folder: Path) -> None:
    """Copy the sample payer."""
    shutil.copytree(str(sample("payer")), folder)


def test_a_change_survives_a_load_and_the_folders_later_word_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same folder again leaves what was set here; a folder that says otherwise of a field takes it back."""
    assert add_lakes() == ExitCode.OK
    assert partner("set", "riverbend", "sends=[837P]", "gs_ids=[A]", "--why", "x") == ExitCode.OK
    folder = tmp_path / "payer"
    _copy_sample(folder)
    assert run_hpedi("load", folder) == ExitCode.OK
    assert shown(capsys, "riverbend")["gs_ids"] == ["A"]
    partners = folder / "partners.yaml"
    partners.write_text(partners.read_text().replace("gs_ids: [RIVERBEND]", "gs_ids: [B]"))
    assert run_hpedi("load", folder) == ExitCode.OK
    found = shown(capsys, "riverbend")
    assert (found["gs_ids"], found["sends"]) == (["B"], ["837P"])
    assert shown(capsys, "lakes")["state"] == "draft"


def trial(path: Path, number: int, claims: int) -> Path:
    """Write a test interchange of the clinic."""
    sent = [clinic_claim(f"T-{number}-{at}", "M01", 10) for at in range(claims)]
    path.write_bytes(interchange(RIVERBEND, CLINIC, number, [claim_set("0001", sent)], usage="T"))
    return path


def test_a_partner_goes_live_when_it_has_shown_what_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In testing without anything sent it is not ready; with three accepted files of 25 claims in all it goes live."""
    assert partner("set", "riverbend", "state=testing", "sends=[837P]", "--why", "x") == ExitCode.OK
    assert partner("test-report", "riverbend") == ExitCode.FINDINGS
    assert "not ready to go live" in capsys.readouterr().out
    go_live = ["set", "riverbend", "state=live", "contacts=[{name: KIM}]", "--why", "x"]
    assert partner(*go_live) == ExitCode.FINDINGS
    assert "Send more test interchanges" in capsys.readouterr().err
    for number, claims in ((501, 12), (502, 12), (503, 1)):
        assert run_hpedi("receive", "--received", RECEIVED, trial(tmp_path / f"{number}.x12", number, claims)) == 0
    capsys.readouterr()
    assert partner("test-report", "riverbend", "--json") == ExitCode.FINDINGS
    (line,) = json_lines(capsys.readouterr().out)
    assert [item["item"]["id"] for item in line["checklist"] if not item["is_enough"]] == ["contact", "key"]
    assert (line["sent"]["claims"], line["sent"]["sets"]["837P"]) == (25, [3, 0])
    assert partner(*go_live) == ExitCode.OK
    assert partner("test-report", "riverbend") == ExitCode.OK


def test_who_must_may_skip_the_checklist() -> None:
    """--skip-checklist goes live with nothing shown."""
    assert partner("set", "riverbend", "state=testing", "--why", "x") == ExitCode.OK
    assert partner("set", "riverbend", "state=live", "--why", "x", "--skip-checklist") == ExitCode.OK


def test_the_guide_says_what_is_agreed_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Identities, sets, versions, answers, limits and weights stand in a partner's guide, and the payer's rules."""
    settings = [
        "sends=[837P]",
        "allowed_versions=[005010X222A2]",
        "acknowledgements.ta1=always",
        "acknowledgements.claims=false",
        "limits.sets_in_interchange=77",
        "severities.S4-220=warning",
        "contacts=[{name: KIM LUND, role: files}]",
    ]
    assert partner("set", "riverbend", *settings, "--why", "x") == ExitCode.OK
    file = tmp_path / "guide.md"
    assert partner("companion-guide", "riverbend", "--output", file) == ExitCode.OK
    guide = file.read_text()
    for text in (
        "for RIVERBEND FAMILY CLINIC",
        "| ISA05, ISA06 (you) | `ZZ, RIVERBEND` |",
        "| GS03 (we) | `94267` |",
        "| 837P | 005010X222A1 |",
        "`005010X222A2`, judged by the adopted guide",
        "| TA1 | for every interchange |",
        "| 277CA | not sent, as you chose |",
        "| sets in interchange | 77 |",
        "| S4-220 | `service-in-future` | error | warning |",
        "| KIM LUND | files |",
        "| S7-001 |",
    ):
        assert text in guide
    assert "| 837I | 005010X223A2 |" not in guide
    assert "| S7-007 | 837I |" not in guide
    assert "](findings" not in guide
    capsys.readouterr()
    assert partner("companion-guide", "riverbend") == ExitCode.OK
    assert "Live: production data and test data are taken." in capsys.readouterr().out


def test_a_file_is_taken_from_its_owner_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`receive --from` puts a file of somebody else into quarantine, and knows no partner that is not there."""
    file = trial(tmp_path / "trial.x12", 501, 1)
    assert run_hpedi("receive", "--from", "nobody", file) == ExitCode.USAGE
    capsys.readouterr()
    assert run_hpedi("receive", "--from", "prairielink", file) == ExitCode.FINDINGS
    assert "sender-not-owned" in capsys.readouterr().out
    assert run_hpedi("receive", "--from", "riverbend", file) == ExitCode.OK
