"""Every command there is, over canaries: nothing rests in plain, and names stand only where they are asked for.

One long day: the payer of the canaries is loaded, their claims come, are decided, paid and delivered, people sign in,
ask and grant. A command that is not among the steps fails the test; keys, backups and restorations have their own file.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click
import pytest

from hpedi.commands import ExitCode, hpedi
from tests.commands.running import run_hpedi
from tests.databases import kept_in
from tests.pipeline.conftest import KEY
from tests.safety.canaries import (
    CANARIES,
    SENT_TO_PARTNERS,
    SENT_TO_THE_BANK,
    found_in,
    found_in_files,
    payer_folder,
    submission,
)
from tests.safety.samples import DAY, RECEIVED
from tests.safety.test_canaries import LOUD, files_of, written
from tests.shared import PROJECT

SSN, MEMBER, ACCOUNT = CANARIES["ssn"], CANARIES["member id"], CANARIES["bank account"]
CLAIM: Final = "26061000010000001"
NPI: Final = "1000002000"
CLINIC: Final = ("--tax-id", SSN, "--npi", NPI)
"""The Tax ID of the canaries' clinic is a person's SSN."""
ROUTING: Final = ("--routing", "123456780", "--account-file", "-")
CAPITATION: Final = (
    "--provider", "RIVERBEND", "--period", "2026-03", "--members", "12", "--pmpm", "35.00", *DAY, "--reference",
)  # fmt: skip
PROGRAM: Final = ("--employer", "PINEWOOD", "--provider", "RIVERBEND", "--year", "2026")

SHOWN_ONCE: Final = frozenset({"user add", "user key", "access mail-pin", "webhooks add", "webhooks rotate"})
"""Commands that show a secret, once."""

KEYS_ROWS: Final = {"keys rotate": '"keys", "rotate"', "restore": '"restore", '}
"""Commands that tests/keeping/test_canaries.py runs over the same canaries, and how they stand there."""


@dataclass(frozen=True)
class Step:
    """A command of the day.

    Attributes:
        command: Its name, as in `COMMANDS` and the names of its group.
        words: What follows; words in braces are places of the day.
        shows: What may stand on the standard output, and nowhere else.
        finds: What does stand there: the positive control.
        code: How it ends.
        typed: Lines of the standard input; words in braces are secrets that were shown before.
        forms: With and without --json; one of them where it cannot be done twice.
    """

    command: str
    words: tuple[str, ...] = ()
    shows: frozenset[str] = frozenset()
    finds: frozenset[str] = frozenset()
    code: int = ExitCode.OK
    typed: tuple[str, ...] = ()
    forms: tuple[tuple[str, ...], ...] = ((), ("--json",))


@dataclass
class Day:
    """The places of the day, and the secrets that were shown once."""

    home: Path
    folder: Path
    secrets: dict[str, str] = field(default_factory=dict)
    who: str = ""

    def filled(self, word: str) -> str:
        """Return a word with its places and secrets."""
        places = {"{arrived}": "arrived.837", "{answer}": "ack", "{payer}": "payer", "{out}": "out"}
        for brace, name in {**places, **self.secrets}.items():
            word = word.replace(brace, name if brace in self.secrets else str(self.folder / name))
        return word


ONCE: Final = ((),)
JSON: Final = (("--json",),)
NAMES: Final = frozenset({"last name", "first name", "member id", "patient control number"})
AS_ASKED: Final = frozenset({*NAMES, "birth date", "birth date, written out", "street", "ssn"})
ASKED: Final = ("--born", "1931-07-19", "--provider", NPI)

FILES: Final = (
    Step("validate", ("{arrived}",), forms=((), ("--json",), ("--ack-dir", "{out}/answers"))),
    Step("view", ("{arrived}",), shows=AS_ASKED, finds=frozenset({"last name"})),
    Step("view", ("{arrived}", "--mask")),
    Step("convert", ("{arrived}", "--to", "json"), shows=AS_ASKED, finds=frozenset({"last name"}), forms=ONCE),
    Step("split", ("{arrived}", "--by", "claim", "{out}/split"), forms=ONCE),
    Step("normalise", ("{arrived}", "-o", "{out}/normal.837"), forms=ONCE),
    Step("normalise", ("{arrived}", "--check"), code=-1),
    Step("codes list"),
    Step("codes import", ("{out}/codes.csv", "--set", "hcpcs", "--into", "{out}/codes"), forms=ONCE),
)
SETTING_UP: Final = (
    Step("init"),
    Step("load", ("{payer}",)),
    Step("partner add", ("lakes", "--name", "LAKES", "--isa", "ZZ:LAKES", "--why", "signed"), forms=ONCE),
    Step("partner set", ("lakes", "gs_ids=[LAKES]", "--why", "letter"), forms=JSON),
    Step("partner set", ("lakes", f"remittances_for=[{SSN}]", "--why", "letter"), code=ExitCode.USAGE),
    Step("partner list"),
    Step("partner show", ("riverbend", "--history")),
    Step("partner keys", ("lakes",)),
    Step("partner suspend", ("lakes", "--why", "lapsed"), forms=ONCE),
    Step("partner resume", ("lakes", "--why", "renewed"), forms=ONCE),
    Step("partner test-report", ("riverbend",), code=-1),
    Step("partner companion-guide", ("riverbend",), code=-1, forms=ONCE),
    Step("webhooks add", ("riverbend", f"https://hooks.invalid/{ACCOUNT}?key={SSN}"), forms=JSON),
)
WORK: Final = (
    Step("receive", (*RECEIVED, "{arrived}")),
    Step("adjudicate", DAY),
    Step("pay preview", DAY),
    Step("pay release", DAY),
    Step("pay approve", (ACCOUNT,), code=ExitCode.USAGE),
    Step("pay list"),
    Step("pay show", ("1",)),
    Step("pay show", (ACCOUNT,), code=ExitCode.USAGE),
    Step("pay void", ("900000001", "--reason", "by mistake"), code=ExitCode.USAGE),
    Step("pay void", (ACCOUNT, "--reason", "by mistake"), code=ExitCode.USAGE),
    Step("pay reissue", (ACCOUNT, "--reason", "by mistake"), code=ExitCode.USAGE),
    Step("settle capitation", (*CAPITATION, "CAP1")),
    Step("settle capitation", (*CAPITATION, "CAP1", "--book"), forms=ONCE),
    Step("settle capitation", (*CAPITATION, "CAP1", "--book"), code=ExitCode.USAGE),
    Step("settle program", (*PROGRAM, "--earned", "75", "--withhold-reference", "PIP2026"), code=ExitCode.USAGE),
    Step("settle prefund", (*PROGRAM, "--reference", SSN), code=ExitCode.USAGE),
    Step("settle withhold", ("--provider", SSN, "--year", "2026", "--none-met", "--reference", "WH"),
         code=ExitCode.USAGE),
    Step("settle refund", ("--provider", "RIVERBEND", "--claim", CLAIM, "--amount", "5.00", "--reference", "CHECK1"),
         code=ExitCode.USAGE),
    Step("settle adjustment", ("--provider", "RIVERBEND", "--code", "L3", "--amount", "-5.00", "--reference", "PEN1",
                               "--note", "late reports")),
    Step("settle transfer", ("--employer", SSN, "--reference", "WIRE1"), code=ExitCode.USAGE),
    Step("settle pools", ("--provider", SSN)),
    Step("settle statement", ("--provider", SSN)),
    Step("deliver"),
    Step("run", (*RECEIVED, *DAY, "{arrived}")),
    Step("watch", ("--once",), code=-1),
    Step("status"),
    Step("track show", ("000000501", "--claims"), shows=NAMES, finds=frozenset({"patient control number"}), code=-1),
    Step("track show", (CLAIM,), code=-1),
    Step("track show", ("PCNKWJX91",), code=-1),
    Step("track show", (SSN,), code=ExitCode.FINDINGS),
    Step("track report", ("000000501",), shows=NAMES, finds=frozenset({"patient control number"}), code=-1),
    Step("track report", ("000000501", "--html", "{out}/told.html", "--csv", "{out}/told.csv"), code=-1, forms=ONCE),
    Step("track report", (SSN,), code=ExitCode.FINDINGS),
    Step("track overdue", code=-1),
    Step("track numbers", ("--days", "3660", "--groups"), code=-1),
    Step("track resend", ("000000501",), code=-1),
    Step("track resend", (SSN,), code=ExitCode.FINDINGS),
    Step("dashboard", DAY),
    Step("doctor", code=-1),
    Step("up", ("--dry-run",), forms=ONCE),
    Step("serve", ("--host", "0.0.0.0"), code=ExitCode.USAGE, forms=ONCE),  # noqa: S104
    Step("sftp", ("--fingerprint",), forms=ONCE),
    Step("webhooks send", ("--once",), code=-1),
    Step("webhooks list", shows=frozenset({"bank account"}), finds=frozenset({"bank account"})),
    Step("webhooks show", ("1",), shows=frozenset({"bank account"})),
    Step("webhooks rotate", ("1",), forms=JSON),
    Step("webhooks test", ("1",), code=ExitCode.FINDINGS),
    Step("webhooks disable", ("1", "--why", "left"), forms=ONCE),
    Step("webhooks enable", ("1",), forms=ONCE),
    Step("webhooks retry", ("1",)),
    Step("metrics", ("--once",), forms=ONCE),
    Step("metrics", ("--host", "0.0.0.0"), code=ExitCode.USAGE, forms=ONCE),  # noqa: S104
    Step("explain", (CLAIM,), shows=NAMES),
    Step("explain", (SSN,), code=ExitCode.USAGE),
    Step("explain", (CLAIM, "--html", "{out}/claim.html"), forms=ONCE),
    Step("whatif", ("--data", "{payer}/conventions.yaml", "--from", "2026-01-01", "--to", "2026-12-31", "--claims"),
         shows=NAMES, code=-1),
    Step("estimate", ("--member", MEMBER, "--provider", NPI, "--service", "T1015"), code=-1),
    Step("estimate", ("--member", SSN, "--provider", SSN, "--service", "T1015"), code=ExitCode.USAGE),
    Step("inquire remittance", ("900000001",), shows=NAMES, finds=frozenset({"patient control number"})),
    Step("inquire remittance", ("900000001", "--html", "{out}/remit.html"), forms=ONCE),
    Step("inquire remittance", ("900000001", "--pdf", "{out}/remit.pdf"), forms=ONCE),
    Step("inquire remittance", (ACCOUNT,), code=ExitCode.FINDINGS),
    Step("inquire payment", ("--payee", NPI)),
    Step("inquire claim", (CLAIM,), shows=NAMES, finds=frozenset({"patient control number"})),
    Step("inquire claim", ("--patient-account", SSN), code=ExitCode.FINDINGS),
    Step("inquire member", (MEMBER, "--born", "1931-07-19"), shows=AS_ASKED, finds=frozenset({"last name"})),
    Step("inquire member", (SSN,), code=ExitCode.FINDINGS),
    Step("ask status", (CLAIM,), shows=NAMES, finds=frozenset({"patient control number"})),
    Step("ask status", ("--member", MEMBER, "--from", "2026-02-10"), shows=NAMES),
    Step("ask status", ("--patient-account", SSN), shows=frozenset({"ssn"}), code=ExitCode.FINDINGS),
    Step("ask eligibility", ("--member", MEMBER, *ASKED), shows=AS_ASKED, finds=frozenset({"last name"})),
    Step("ask eligibility", ("--member", SSN, *ASKED), shows=AS_ASKED, code=ExitCode.FINDINGS),
    Step("members load", ("{arrived}",), code=-1),
    Step("reference list", ("plan",)),
    Step("reference show", ("plan", "OPEN-1500"), code=-1),
    Step("ledger balance"),
    Step("ledger journal", ("--run", "1")),
    Step("ledger proof"),
    Step("eft import", ("{arrived}",), code=ExitCode.FINDINGS),
    Step("eft returns"),
    Step("eft reassociation", code=-1),
    Step("eft enroll", (*CLINIC, *ROUTING, "--why", "voided check"), typed=(ACCOUNT,), forms=ONCE),
    Step("eft enroll", (*CLINIC, *ROUTING, "--why", "voided check"), typed=(ACCOUNT,), code=ExitCode.USAGE),
    Step("eft enrollments"),
    Step("eft enrollments", ("1",)),
    Step("eft approve", ("1",), forms=ONCE),
    Step("eft deny", ("1",), code=ExitCode.USAGE),
    Step("eft prenote", DAY),
    Step("eft end", ("1", "--why", "left"), forms=ONCE),
    Step("eft lift", (SSN, "--why", "opened again"), code=ExitCode.USAGE),
    Step("checks import", ("{arrived}",), code=ExitCode.FINDINGS),
    Step("checks list"),
    Step("checks positive-pay"),
    Step("eob", (CLAIM,), shows=NAMES),
    Step("eob", (CLAIM, "--html", "{out}/eob.html"), shows=NAMES),
    Step("eob", (CLAIM, "--pdf", "{out}/eob.pdf"), forms=ONCE),
    Step("eob", (SSN,), code=ExitCode.USAGE),
    Step("authorizations", (MEMBER,), shows=frozenset({"member id"}), code=-1),
    Step("claims search", ("--provider", "RIVERBEND"), shows=NAMES),
    Step("claims search", ("--member", MEMBER), code=-1),
    Step("claims override", (CLAIM, "--set-aside", "timely_filing", "--note", "late mail"), code=-1),
    Step("claims override", (SSN, "--set-aside", "timely_filing", "--note", "late mail"), code=ExitCode.USAGE),
    Step("claims interest", (CLAIM, "5.10", "--note", "see the stamp"), code=-1, forms=ONCE),
    Step("accumulators show", (MEMBER,), shows=AS_ASKED),
    Step("accumulators show", (SSN,), code=-1),
    Step("accumulators import", ("{out}/pharmacy.csv",), code=-1),
    Step("pends list"),
    Step("pends show", (CLAIM,), shows=NAMES, code=-1),
    Step("pends assign", (CLAIM, "--to", "kim"), code=-1),
    Step("pends release", (CLAIM, "--set-aside", "DUP-NEAR", "--note", "another visit"), code=-1),
    Step("pends deny", (CLAIM, "--reason", "duplicate", "--note", "the same visit"), code=-1),
    Step("reprocess propose", ("--reason", "payer_pricing_error", "--claim", CLAIM), code=-1, forms=JSON),
    Step("reprocess list"),
    Step("reprocess show", ("1",), code=-1),
    Step("reprocess drop", ("1",), code=-1, forms=ONCE),
    Step("reprocess approve", ("1",), code=-1),
    Step("disputes register", ("RIVERBEND", "--claim", CLAIM, "--grounds", "pricing", "--at-stake", "90.00",
         "--note", "a letter"), code=-1, forms=ONCE),
    Step("disputes register", (SSN, "--claim", MEMBER, "--grounds", "pricing", "--at-stake", "9.00", "--note", ACCOUNT),
         code=ExitCode.USAGE),
    Step("disputes list"),
    Step("disputes show", ("1",), code=-1),
    Step("disputes link", ("1", "--claim", SSN, "--note", "second letter"), code=ExitCode.USAGE),
    Step("disputes triage"),
    Step("disputes answer", ("1", "upheld", "--note", "as agreed"), code=-1, forms=ONCE),
    Step("disputes close", ("1", "--note", "told"), code=-1, forms=ONCE),
)  # fmt: skip
KEEPING: Final = (
    Step("keys show"),
    Step("backup make", ("{out}/saved.backup",), forms=ONCE),
    Step("backup verify", ("{out}/saved.backup",), code=-1),
)
PEOPLE: Final = (
    Step("user add", ("root", "--name", "Op Erator", "--role", "operator"), forms=JSON),
    Step("login", ("root", "--password-stdin"), typed=("{root}",)),
    Step("status", code=ExitCode.NOT_PERMITTED),
    Step("user password", ("--password-stdin",), typed=("{root}", "horses, correct"), forms=ONCE),
    Step("whoami"),
    Step("access register", ("house", "--name", "House", "--kind", "provider"), forms=ONCE),
    Step("access register", ("lakeside", "--name", "Lakeside", "--kind", "third party", "--partner", "prairielink"),
         forms=JSON),
    Step("user add", ("maja", "--name", "Maja", "--role", "provider approver", "--organisation", "house"), forms=JSON),
    Step("user add", ("ola", "--name", "Ola", "--role", "biller", "--organisation", "lakeside"), forms=JSON),
    Step("user add", ("audra", "--name", "Audra", "--role", "auditor"), forms=JSON),
    Step("user add", ("kim", "--name", "Kim", "--role", "examiner"), forms=ONCE),
    Step("user add", ("night", "--name", "Night", "--role", "operator", "--machine"), forms=ONCE),
    Step("user list"),
    Step("user show", ("kim",)),
    Step("user show", (SSN,), code=ExitCode.USAGE),
    Step("user role", ("kim", "--give", "finance")),
    Step("user key", ("night", "--label", "the scheduler"), forms=JSON),
    Step("user disable", ("kim",), forms=ONCE),
    Step("user demo", code=ExitCode.USAGE),
    Step("login", (SSN, "--password-stdin"), typed=(MEMBER,), code=ExitCode.NOT_PERMITTED),
    Step("login", ("audra", "--password-stdin"), typed=(SSN,), code=ExitCode.NOT_PERMITTED),
)  # fmt: skip
GRANTING: Final = (
    *(
        step
        for login in ("maja", "ola")
        for step in (
            Step("login", (login, "--password-stdin"), typed=(f"{{{login}}}",), forms=ONCE),
            Step("user password", ("--password-stdin",), typed=(f"{{{login}}}", "horses, correct"), forms=ONCE),
        )
    ),
    Step("login", ("maja", "--password-stdin"), typed=("horses, correct",), forms=ONCE),
    Step("access request", (*CLINIC, "--own", "--from", "2026-03-01"), forms=ONCE),
    Step("access prove", ("1", "--payment", ACCOUNT, "--amount", "90.00"), code=ExitCode.FINDINGS, forms=ONCE),
    Step("login", ("root", "--password-stdin"), typed=("horses, correct",), forms=ONCE),
    Step("access mail-pin", ("1",), forms=JSON),
    Step("login", ("maja", "--password-stdin"), typed=("horses, correct",), forms=ONCE),
    Step("access prove", ("1", "--pin", "{pin}"), forms=ONCE),
    Step("login", ("ola", "--password-stdin"), typed=("horses, correct",), forms=ONCE),
    Step("access request", (*CLINIC, "--approver", "maja", "--scope", "remittance", "--from", "2026-03-01")),
    Step("access list"),
    Step("login", ("maja", "--password-stdin"), typed=("horses, correct",), forms=ONCE),
    Step("access approve", ("2",), forms=ONCE),
    Step("access deny", ("3", "--why", "twice"), forms=JSON),
    Step("access list"),
    Step("era enrol", (*CLINIC, "--receiver", "prairielink", "--dry-run")),
    Step("era enrol", (*CLINIC, "--receiver", "prairielink", "--from", "2026-03-01"), forms=ONCE),
    Step("era change", (*CLINIC, "--receiver", "riverbend", "--from", "2026-05-01", "--dry-run")),
    Step("era change", (*CLINIC, "--receiver", "riverbend", "--from", "2026-05-01"), forms=JSON),
    Step("login", ("ola", "--password-stdin"), typed=("horses, correct",), forms=ONCE),
    Step("era enrol", (*CLINIC, "--receiver", "prairielink")),
    Step("era enrol", ("--tax-id", SSN, "--all-npis", "--receiver", "prairielink")),
    Step("login", ("maja", "--password-stdin"), typed=("horses, correct",), forms=ONCE),
    Step("era approve", ("3",), forms=ONCE),
    Step("era deny", ("4", "--why", "twice"), forms=JSON),
    Step("era list"),
    Step("era show", ("1",)),
    Step("era receiver", CLINIC),
    Step("era cancel", ("3", "--on", "2027-12-31"), forms=ONCE),
    Step("access revoke", ("2", "--why", "ended"), forms=ONCE),
    Step("inquire remittance", ("900000001",), shows=NAMES, finds=frozenset({"patient control number"})),
    Step("logout"),
)
AUDITING: Final = (
    Step("login", ("audra", "--password-stdin"), typed=("{audra}",), forms=ONCE),
    Step("user password", ("--password-stdin",), typed=("{audra}", "horses, correct"), forms=ONCE),
    Step("audit search", ("--limit", "9999")),
    Step("audit search", ("--member", MEMBER), code=-1),
    Step("audit disclosures", ("M01",)),
    Step("audit export", ("--out", "{out}/log.jsonl"), forms=ONCE),
    Step("audit verify", code=-1),
    Step("logout"),
)
THE_DAY: Final = (*FILES, *SETTING_UP, *WORK, *KEEPING, *PEOPLE, *GRANTING, *AUDITING)


def every_command(group: click.Group = hpedi, before: str = "") -> Iterator[str]:
    """Yield the names of all commands, as people type them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from every_command(found, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_each_command_is_among_the_steps() -> None:
    """A command that is new has its step here, or a file of its own that runs it over canaries."""
    steps = {step.command for step in THE_DAY}
    assert steps | set(KEYS_ROWS) == set(every_command())
    run_there = (PROJECT / "tests" / "keeping" / "test_canaries.py").read_text()
    assert not [command for command, words in KEYS_ROWS.items() if words not in run_there]


def run_step(day: Day, step: Step, form: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command of the day."""
    typed = "".join(day.filled(line) + "\n" for line in step.typed)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    words = [*step.command.split(), *map(day.filled, step.words), *map(day.filled, form)]
    return run_hpedi("--home", day.home, *LOUD, *words)


def note_secrets(day: Day, step: Step, told: str) -> None:
    """Note passwords by their login, and the PIN, that are shown only once."""
    for line in told.splitlines() if step.command in SHOWN_ONCE else ():
        made: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
        if "password" in made:
            day.secrets[f"{{{made['login']}}}"] = str(made["password"])
        for secret in ("pin", "key", "secret"):
            if secret in made:
                day.secrets[f"{{{secret}}}"] = str(made[secret])


def test_no_command_tells_or_keeps_what_it_should_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through every command SSNs and accounts never rest in plain, names are in no log, error or name of a file.

    And the same search finds each of them where it may be: in what is asked for, what goes out, and what came in.
    """
    for name, folder in {"XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state"}.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("HPEDI_KEY", KEY)
    day = Day(tmp_path / "home", tmp_path)
    payer_folder(tmp_path / "payer")
    written(tmp_path / "arrived.837", submission(501))
    dropped = tmp_path / "home" / "inbox" / "riverbend" / f"{CANARIES['last name']}.837"
    dropped.parent.mkdir(parents=True)
    written(dropped, submission(502))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "codes.csv").write_text("code\nA0001\n")
    rows = (f"R1,{MEMBER},1931-07-19,2026-03-01,INN,5.00,5.00", f"R2,{SSN},1931-07-19,2026-03-01,INN,{SSN},{MEMBER}")
    header = "reference,member_id,birth_date,date,tier,deductible,out_of_pocket"
    (tmp_path / "out" / "pharmacy.csv").write_text("\n".join((header, *rows)) + "\n")
    seen: set[str] = set()
    for step in THE_DAY:
        for form in step.forms:
            at = f"hpedi {step.command} {' '.join(form)}"
            code = run_step(day, step, form, monkeypatch)
            told = capsys.readouterr()
            assert step.code in {code, -1}, f"{at}: {code}\n{told.err}"
            assert code != ExitCode.BUG, f"{at}\n{told.err}"
            assert found_in(told.err) == set(), at
            assert step.finds <= found_in(told.out) <= step.shows, at
            seen |= found_in(told.out)
            note_secrets(day, step, told.out)
        assert found_in(kept_in(day.home) if (day.home / "hpedi.toml").exists() else b"") == set(), step.command
    assert seen >= NAMES
    assert_rests_sealed(day)


def assert_rests_sealed(day: Day) -> None:
    """Nothing stands in plain where it rests, nor in a file name; what was sent holds what its receiver is to get."""
    stays = [
        *files_of(day.home, outbound=False),
        *(day.folder / "config").rglob("*"),
        *(day.folder / "state").rglob("*"),
    ]
    assert found_in_files(path for path in stays if path.is_file()) == set()
    assert found_in(*map(str, day.folder.rglob("*"))) == set()
    assert found_in_files((day.folder / "out").glob("log*")) == set()
    assert found_in_files((day.folder / "out").glob("saved*")) == set()
    assert all(secret.encode() not in kept_in(day.home) for secret in day.secrets.values())
    assert b"prairielink" in kept_in(day.home), "the search finds nothing at all"
    assert found_in_files((day.home / "outbox").rglob("*.*")) >= SENT_TO_PARTNERS
    assert found_in_files((day.home / "bank").rglob("*.*")) >= SENT_TO_THE_BANK
    assert found_in_files([day.folder / "arrived.837"]) >= NAMES
