"""PHI and account numbers reach nobody who is not asked to: no log, message, traceback, file name, nothing at rest.

Canaries stand in a payer folder and in claims; each test searches for them, and shows that the search can find them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from hpedi.commands import ExitCode
from tests.commands.running import run_hpedi
from tests.databases import engine_of, kept_in
from tests.pipeline.conftest import KEY
from tests.safety.canaries import (
    CANARIES,
    IN_THE_837,
    SENT_TO_PARTNERS,
    SENT_TO_THE_BANK,
    found_in,
    found_in_files,
    payer_folder,
    submission,
)
from tests.safety.samples import DAY, RECEIVED

pytestmark = pytest.mark.any_database

LOUD = ("--verbose", "--log-format", "json")
OUTBOUND = ("outbox", "bank")
LAST = CANARIES["last name"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A workspace with the payer of the canaries loaded; loading tells none of them."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    folder = payer_folder(tmp_path / "payer")
    assert found_in_files(folder.glob("*.*")) >= {"member id", "bank account", "our bank account", "ssn"}
    home = tmp_path / "home"
    assert run_hpedi("--home", home, *LOUD, "init") == ExitCode.OK
    assert run_hpedi("--home", home, *LOUD, "load", folder) == ExitCode.OK
    assert_tells_nothing(capsys)
    return home


def assert_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither output nor errors since the last look hold a canary."""
    told = capsys.readouterr()
    assert found_in(told.out, told.err) == set()


def written(path: Path, content: str | bytes) -> Path:
    """Write a file that arrives."""
    path.write_bytes(content.encode("latin-1") if isinstance(content, str) else content)
    return path


def files_of(home: Path, *, outbound: bool) -> list[Path]:
    """Return the files of a workspace: those that go out, or those that stay."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return [path for path in files if (path.relative_to(home).parts[0] in OUTBOUND) is outbound]


# --- claims that are in order -----------------------------------------------------------------------------------------


def test_good_claims_leave_no_trace(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Received twice, decided, paid and asked about, claims are named only in what goes out and what is asked for."""
    arrived = written(tmp_path / "arrived.837", submission(501))
    assert found_in_files([arrived]) == IN_THE_837
    with engine_of(home) as engine, engine.connect() as onlooker:  # so that the write-ahead log stays
        onlooker.execute(text("SELECT count(*) FROM receipt")).all()
        onlooker.rollback()
        for _ in range(2):
            assert run_hpedi("--home", home, *LOUD, "run", *RECEIVED, *DAY, arrived) == ExitCode.OK
        assert run_hpedi("--home", home, *LOUD, "run", "--json", *RECEIVED, *DAY, arrived) == ExitCode.OK
        assert run_hpedi("--home", home, *LOUD, "run", "--dry-run", *RECEIVED, *DAY, arrived) == ExitCode.OK
        assert run_hpedi("--home", home, *LOUD, "status") == ExitCode.OK
        assert_tells_nothing(capsys)
        assert engine.dialect.name != "sqlite" or (home / "hpedi.sqlite3-wal").stat().st_size > 0
        assert found_in_files(files_of(home, outbound=False)) == set()
        assert found_in(kept_in(home)) == set()
        assert b"riverbend" in kept_in(home), "the search finds nothing at all"
    assert found_in(*map(str, home.rglob("*"))) == set()
    assert found_in_files((home / "outbox").rglob("*.*")) >= SENT_TO_PARTNERS
    assert found_in_files((home / "bank").rglob("*.*")) >= SENT_TO_THE_BANK


def test_answers_to_questions_name_only_on_the_standard_output(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`explain` and `inquire` may name a claim where they were asked to, and never in the log."""
    run_hpedi("--home", home, *LOUD, "run", *RECEIVED, *DAY, written(tmp_path / "arrived.837", submission(501)))
    capsys.readouterr()
    for question in (("explain", "26061000010000001"), ("inquire", "remittance", "900000001")):
        for form in ((), ("--json",)):
            assert run_hpedi("--home", home, *LOUD, *question, *form) == ExitCode.OK
    told = capsys.readouterr()
    assert found_in(told.err) == set()
    assert "patient control number" in found_in(told.out)


def test_a_question_in_the_words_of_a_patient_is_not_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks by member id or SSN instead of our number leaves neither in the audit log nor in the answer."""
    for asked in (CANARIES["member id"], CANARIES["ssn"]):
        assert run_hpedi("--home", home, *LOUD, "explain", asked) == ExitCode.USAGE
        assert run_hpedi("--home", home, *LOUD, "inquire", "remittance", asked) == ExitCode.FINDINGS
    assert_tells_nothing(capsys)
    assert found_in_files(files_of(home, outbound=False)) == set()
    assert found_in(kept_in(home)) == set()


# --- claims that are broken -------------------------------------------------------------------------------------------

BROKEN: dict[str, Callable[[str], str]] = {
    "name too long": lambda text: text.replace(LAST, LAST * 20),
    "name with an accent": lambda text: text.replace(LAST, LAST + "\xe9"),
    "name with a control character": lambda text: text.replace(LAST, LAST + "\x01"),
    "name with a terminator": lambda text: text.replace(LAST, f"O~{LAST}"),
    "name with two terminators": lambda text: text.replace(LAST, f"~{LAST}~"),
    "name with a separator": lambda text: text.replace(LAST, f"*{LAST}*"),
    "name with components": lambda text: text.replace(LAST, f"{LAST}:{LAST}"),
    "name with repetitions": lambda text: text.replace(LAST, f"{LAST}^{LAST}"),
    "name in lower case and again": lambda text: text.replace(LAST, f"{LAST} {LAST.lower()}"),
    "name as segment id": lambda text: text.replace("NM1*IL*1", LAST),
    "name with a line break": lambda text: text.replace(LAST, f"{LAST}\n{LAST}"),
    "wrong entity code": lambda text: text.replace("NM1*IL*1", "NM1*IL*7"),
    "wrong id code": lambda text: text.replace("*MI*", "*QQ*"),
    "member id missing its code": lambda text: text.replace("*MI*", "**"),
    "member id too long": lambda text: text.replace(CANARIES["member id"], CANARIES["member id"] * 12),
    "member id in the place of a code": lambda text: text.replace("SBR*P*", f"SBR*{CANARIES['member id']}*"),
    "date with a letter": lambda text: text.replace(CANARIES["birth date"], CANARIES["birth date"] + "X"),
    "date as a span": lambda text: text.replace(f"D8*{CANARIES['birth date']}", f"RD8*{CANARIES['birth date']}"),
    "ssn under a wrong code": lambda text: text.replace("REF*SY*", "REF*QQ*"),
    "ssn as an amount": lambda text: text.replace("*145*", f"*{CANARIES['ssn']}.999*"),
    "ssn as a quantity": lambda text: text.replace("*UN*1*", f"*UN*{CANARIES['ssn']}X*"),
    "ssn as a procedure": lambda text: text.replace("HC:T1015", f"HC:{CANARIES['ssn']}"),
    "ssn as a diagnosis": lambda text: text.replace("ABK:J029", f"ABK:{CANARIES['ssn']}"),
    "ssn as the npi": lambda text: text.replace("*XX*1000002000", f"*XX*{CANARIES['ssn']}0"),
    "ssn as the submitter": lambda text: text.replace("*46*RIVERBEND", f"*46*{CANARIES['ssn']}"),
    "ssn as the segment count": lambda text: text.replace("\nSE*", f"\nSE*{CANARIES['ssn']}"),
    "claim number too long": lambda text: text.replace("PCNKWJX91*", "PCNKWJX91" * 9 + "*"),
    "street too long": lambda text: text.replace("VEXILBROOK", "VEXILBROOK" * 9),
    **{
        f"cut off after the {kind}": lambda text, value=CANARIES[kind]: text[: text.rindex(value) + len(value)]
        for kind in sorted(IN_THE_837)
    },
    **{
        f"cut off within the {kind}": lambda text, value=CANARIES[kind]: text[: text.rindex(value) + len(value) - 1]
        for kind in sorted(IN_THE_837)
    },
    "no envelope": lambda text: text[text.index("BHT") :],
    "another terminator": lambda text: text.replace("~", "|").replace("|", "~", 3),
    "nobody of ours": lambda text: text.replace("*ZZ*RIVERBEND      *", "*ZZ*STRANGER       *"),
    "a test file": lambda text: text.replace("*1*P*:", "*1*T*:"),
}


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["human", "json"])
def test_validate_tells_of_broken_claims_without_their_values(
    tmp_path: Path, form: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Findings say what is wrong and where, not what stood there; answers hold it, for the sender."""
    files = [
        written(tmp_path / f"{index}.837", break_it(submission(600 + index)))
        for index, break_it in enumerate(BROKEN.values())
    ]
    assert found_in_files(files) == IN_THE_837
    assert run_hpedi(*LOUD, "validate", "--ack-dir", tmp_path / "answers", *form, *files) == ExitCode.FINDINGS
    assert_tells_nothing(capsys)
    assert found_in(*map(str, (tmp_path / "answers").iterdir())) == set()
    assert "patient control number" in found_in_files((tmp_path / "answers").iterdir())


def test_broken_claims_leave_no_trace(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However a file is broken, receiving it twice, deciding and paying tells and keeps nothing in plain."""
    files = [
        written(tmp_path / f"{index}.837", break_it(submission(600 + index)))
        for index, break_it in enumerate(BROKEN.values())
    ]
    for command in ("receive", "run"):
        day = DAY if command == "run" else ()
        for form in ((), ("--json",)):
            assert run_hpedi("--home", home, *LOUD, command, *form, *RECEIVED, *day, *files) == ExitCode.FINDINGS
    assert run_hpedi("--home", home, *LOUD, "status", "--json") == ExitCode.OK
    assert_tells_nothing(capsys)
    assert found_in_files(files_of(home, outbound=False)) == set()
    assert found_in(kept_in(home)) == set()
    assert found_in(*map(str, home.rglob("*"))) == set()
    assert found_in_files(files_of(home, outbound=True)) >= SENT_TO_PARTNERS


NUMBERS_OF_ENVELOPES = {"ISA": {13}, "GS": {1, 6, 8}, "ST": {1, 2, 3}}
"""What findings name units by: control numbers, and the kinds and versions of groups and sets."""


def misplaced() -> Iterator[tuple[str, str]]:
    """Yield a submission with the last name in the place of each element: alone, long, after a terminator."""
    segments = submission(501).replace("\n", "").split("~")[:-1]
    for index, segment in enumerate(segments):
        elements = segment.split("*")
        for position in range(len(elements)):
            if position in NUMBERS_OF_ENVELOPES.get(elements[0], ()):
                continue
            for value in (LAST, LAST * 20, f"X~{LAST}"):
                width = len(elements[position]) if elements[0] == "ISA" else len(value)
                changed = [*elements[:position], value[:width].ljust(width), *elements[position + 1 :]]
                content = "~".join([*segments[:index], "*".join(changed), *segments[index + 1 :]]) + "~"
                yield f"{elements[0]}{position:02d}", content


def test_a_name_in_any_place_is_not_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name in the place of a code, a date, a count or a segment id is not told either."""
    path = tmp_path / "arrived.837"
    places = set()
    for place, content in misplaced():
        assert run_hpedi("validate", written(path, content)) in (ExitCode.OK, ExitCode.FINDINGS), place
        told = capsys.readouterr()
        assert found_in(told.out, told.err) == set(), place
        places.add(place)
    assert len(places) > len(CANARIES) * 10


# --- bugs -------------------------------------------------------------------------------------------------------------

PROVOKED = (
    ("hpedi.pipeline.batch", "adjudicate"),
    ("hpedi.pipeline.batch", "decision_postings"),
    ("hpedi.pipeline.receive", "answered_claim"),
    ("hpedi.pipeline.answering", "write_x12"),
    ("hpedi.pipeline.pay", "remit"),
    ("hpedi.pipeline.remittance_files", "verify_remittances"),
    ("hpedi.store.claims", "encode"),
)


@pytest.mark.parametrize(("module", "function"), PROVOKED)
def test_a_bug_tells_where_it_is_and_nothing_else(
    home: Path,
    tmp_path: Path,
    module: str,
    function: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An exception whose text holds PHI ends in exit code 70: the places in our code are told, the text is not."""
    everything = " ".join(CANARIES.values())

    def bug(*_arguments: object, **_named: object) -> None:
        cause = LookupError(everything)
        cause.add_note(everything)
        raise ValueError(everything) from cause

    monkeypatch.setattr(importlib.import_module(module), function, bug)
    arrived = written(tmp_path / "arrived.837", submission(501))
    assert run_hpedi("--home", home, *LOUD, "run", *RECEIVED, *DAY, arrived) == ExitCode.BUG
    told = capsys.readouterr()
    assert found_in(told.out, told.err) == set()
    assert "ValueError" in told.err
    assert "in bug" in told.err
    assert found_in_files(files_of(home, outbound=False)) == set()
    assert found_in(kept_in(home)) == set()
    assert not (home / "bank").exists()


# --- a broken payer folder --------------------------------------------------------------------------------------------

SPOILT: dict[str, tuple[str, Callable[[str], str]]] = {
    "birth date": ("members.csv", lambda text: text.replace("1931-07-19", "1931-07-19X")),
    "sex": ("members.csv", lambda text: text.replace("1931-07-19,F", "1931-07-19,QUILBRIX")),
    "relationship": ("members.csv", lambda text: text.replace("M01,18,", "M01,978653124,")),
    "a cell too many": ("members.csv", lambda text: text.replace("ZYXWAVOR,", "ZYXWAVOR,QUILBRIX,")),
    "an open quote": ("members.csv", lambda text: text.replace("ZYXWAVOR", '"ZYXWAVOR')),
    "no member id": ("members.csv", lambda text: text.replace("ZQ7730519", "")),
    "a row twice": ("members.csv", lambda text: text + text.splitlines()[1] + "\n"),
    "names as header": ("members.csv", lambda text: text.split("\n", 1)[1]),
    "account too long": ("providers.yaml", lambda text: text.replace("80417736652", "80417736652" * 3)),
    "account no text": ("providers.yaml", lambda text: text.replace('"80417736652"', "80417736652")),
    "account as routing": ("providers.yaml", lambda text: text.replace('"123456780"', '"80417736652"', 1)),
    "account as key": ("providers.yaml", lambda text: text.replace("account:", "80417736652:")),
    "tax id too long": ("providers.yaml", lambda text: text.replace('"978653124"', '"9786531249786531"')),
    "tax id a list": ("providers.yaml", lambda text: text.replace('"978653124"', "[978653124]")),
    "yaml cut off": ("providers.yaml", lambda text: text[: text.index("80417736652") + 11]),
    "yaml tab": ("payer.yaml", lambda text: text.replace('account: "60933815527"', '\taccount: "60933815527"')),
    "yaml tag": ("payer.yaml", lambda text: text.replace('"60933815527"', "!!python/name:60933815527")),
    "kind of account": ("payer.yaml", lambda text: text.replace("kind: DA", "kind: 60933815527")),
}


@pytest.mark.parametrize("kind", SPOILT)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["human", "json"])
def test_a_broken_payer_folder_is_told_without_its_values(
    home: Path, tmp_path: Path, kind: str, form: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors of reference data name file and line, never the member's or the account's value."""
    name, spoil = SPOILT[kind]
    path = tmp_path / "payer" / name
    spoilt = spoil(path.read_text())
    assert spoilt != path.read_text()
    path.write_text(spoilt)
    assert run_hpedi("--home", home, *LOUD, "load", *form, tmp_path / "payer") in (ExitCode.OK, ExitCode.FINDINGS)
    assert_tells_nothing(capsys)
    assert found_in_files(files_of(home, outbound=False)) == set()
