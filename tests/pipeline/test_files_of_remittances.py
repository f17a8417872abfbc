"""Several 835s in one file, where the profile of their receiver says so; payments of one file fare each for itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from hpedi.commands.jobs import REMITTANCE_GUIDE
from hpedi.guide_files import GuideFiles
from hpedi.payments.faults import NotAsWritten
from hpedi.payments.verification import read_remittances
from hpedi.pipeline import release, remittance_files
from hpedi.pipeline.void import void
from hpedi.store import schema
from hpedi.store.remittance_tables import outbox_staging, payment_file
from hpedi.store.tables import outbox
from hpedi.transactions.remittance_835.model import Remittance
from tests.pipeline.conftest import Demo
from tests.pipeline.reprocessed import load
from tests.pipeline.test_payment_run import SENT
from tests.pipeline.test_proof import proof_of
from tests.pipeline.test_split_remittances import asked_by, both_submitters

TOGETHER = "    remittances_for: [HARBOR, QUARRY, LANTERN, OUTPOST, HARVEST]\n"


@pytest.fixture
def decided(demo: Demo) -> Demo:
    """Four payments for the clearinghouse to receive, which takes up to nine 835s a file."""
    load(demo, together(9))
    demo.receive(SENT)
    demo.jobs.adjudicate()
    return demo


def together(count: int) -> tuple[str, str]:
    """Return the change by which the clearinghouse takes so many 835s a file."""
    return TOGETHER, f"{TOGETHER}    remittances_a_file: {count}\n"


def files(demo: Demo) -> dict[str, list[tuple[str, str]]]:
    """Return EFT or check number and amount of each 835 that lies in a folder, in order, by file."""
    guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
    assert guide is not None
    folder = demo.workspace.home / "outbox"
    found = {}
    for path in sorted(folder.rglob("*.835")):
        read = read_remittances(path.read_bytes(), guide)
        assert read.findings == ()
        found[str(path.relative_to(folder))] = [(each.trace_number, f"{each.amount}") for each in read.remittances]
    return found


PAID = [("900000001", "470.00"), ("100001", "70.00"), ("900000002", "49.00"), ("900000003", "0.00")]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (9, {"prairielink/900000001-4.835": PAID}),
        (3, {"prairielink/900000001-3.835": PAID[:3], "prairielink/900000003.835": PAID[3:]}),
    ],
)
def test_a_receiver_takes_several_in_one_file(
    decided: Demo, count: int, expected: dict[str, list[tuple[str, str]]]
) -> None:
    """Four payments are one file of four sets, or of three and one; each balances, and the books prove it."""
    load(decided, together(count))
    decided.jobs.pay()
    decided.jobs.deliver()
    assert files(decided) == expected
    proven = proof_of(decided)
    assert (proven.differences, proven.remittances) == ((), 4)


def test_one_that_does_not_read_back_goes_alone(decided: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The 835 of a check does not read back: it is kept back, and the three others go out in their file."""
    original: Callable[..., object] = remittance_files.verify_remittances

    def wrong(content: bytes, guide: object, built: list[Remittance]) -> object:
        if any(each.trace_number == "100001" for each in built):
            raise NotAsWritten("the 835 reads back as another remittance")
        return original(content, guide, built)

    with monkeypatch.context() as patch:
        patch.setattr(remittance_files, "verify_remittances", wrong)
        paid = decided.jobs.pay()
    assert [(each.number, each.finding.code) for each in paid.held] == [("100001", "remittance-not-as-written")]
    void(decided.workspace.books, decided.jobs.context, "100001", "its address was wrong")
    decided.jobs.deliver()
    assert files(decided) == {"prairielink/900000001-3.835": [PAID[0], *PAID[2:]]}
    assert proof_of(decided).differences == ()


@pytest.mark.parametrize(
    "change",
    [
        ("name: QUARRY PHYSICAL THERAPY", "name: QUARRY CAF\u00c9"),
        ("{lines: [7 GRANITE ST]", "{lines: [REAR, FLOOR 2, 7 GRANITE ST]"),
    ],
    ids=["character", "address lines"],
)
def test_one_that_x12_cannot_carry_goes_alone(demo: Demo, change: tuple[str, str]) -> None:
    """A payee's name has a letter that no 835 holds, or its address a third line: the three others go out."""
    load(demo, together(9), change)
    demo.receive(SENT)
    demo.jobs.adjudicate()
    paid = demo.jobs.pay()
    assert [(each.number, each.finding.code) for each in paid.held] == [("100001", "remittance-not-as-written")]
    demo.jobs.deliver()
    assert files(demo) == {"prairielink/900000001-3.835": [PAID[0], *PAID[2:]]}


def test_what_goes_to_somebody_else_by_now_leaves_the_file(decided: Demo) -> None:
    """Before delivery Lantern's 835s are to go to its own folder: the three others stay, under the file's number."""
    decided.jobs.pay()
    (number,) = {number for number, _sets in control_numbers(decided)}
    load(decided, together(9), ("QUARRY, LANTERN, OUT", "QUARRY, OUT"))
    decided.jobs.deliver()
    assert files(decided) == {
        "LANTERN/900000002.835": [PAID[2]],
        "prairielink/900000001-4.835": [*PAID[:2], PAID[3]],
    }
    assert proof_of(decided).differences == ()
    with decided.workspace.books.reading(decided.jobs.context) as work:
        row = work.payments.file_of("900000002")
        assert row is not None
        alone = work.outbox.find(row)
    assert alone is not None
    assert alone.name == "900000002.835"
    assert sorted(control_numbers(decided)) == sorted([(number, ["0001", "0002", "0003"]), ("000000001", ["0001"])])
    void(decided.workspace.books, decided.jobs.context, "100001", "lost")
    decided.jobs.pay()
    decided.jobs.deliver()
    assert proof_of(decided).differences == ()


def control_numbers(demo: Demo) -> list[tuple[str, list[str]]]:
    """Return ISA13 of each 835 file of the outbox, with ST02 of its sets; GS06, GE02, IEA02 and SE02 are the same."""
    found = []
    with demo.workspace.books.reading(demo.jobs.context) as work:
        for row in work.outbox.rows(run=1):
            if row.kind == "835":
                segments = [each.split("*") for each in work.outbox.content(row).decode().split("~")]
                named = {name: [each for each in segments if each[0] == name] for name in ("ISA", "GS", "ST", "SE")}
                sets = [each[2] for each in named["ST"]]
                assert [each[2] for each in named["SE"]] == sets
                number = named["ISA"][0][13]
                ends = [each[2] for each in segments if each[0] in {"GE", "IEA"}]
                assert [named["GS"][0][6], *ends] == [f"{int(number)}", f"{int(number)}", number]
                found.append((number, sets))
    return found


def test_what_leaves_a_file_goes_in_files_as_its_receiver_takes_them(demo: Demo) -> None:
    """Riverbend's two 835s leave the clearinghouse's file for its own folder, which takes one a file."""
    own, others = "    remittances_for: [RIVERBEND]\n", TOGETHER.replace("]", ", RIVERBEND]")
    several = f"{others}    remittances_a_file: 9\n"
    load(demo, asked_by("submitter"), (own, ""), (TOGETHER, several))
    both_submitters(demo)
    demo.jobs.pay()
    assert [sets for _number, sets in control_numbers(demo)] == [["0001", "0002"]]
    load(demo, asked_by("submitter"), together(9))
    demo.jobs.deliver()
    delivered = files(demo)
    assert sorted(number for each in delivered.values() for number, _amount in each) == ["900000001", "900000002"]
    assert [len(each) for each in delivered.values()] == [1, 1]
    assert proof_of(demo).differences == ()


def test_a_payment_of_a_file_is_voided_without_the_others(decided: Demo) -> None:
    """Once delivered the check of a file is void and paid anew; its neighbours stay as they are."""
    decided.jobs.pay()
    decided.jobs.deliver()
    void(decided.workspace.books, decided.jobs.context, "100001", "lost")
    (again,) = decided.jobs.pay().released
    assert (again.payment.trace_number, f"{again.payment.amount}") == ("100002", "70.00")
    decided.jobs.deliver()
    assert files(decided)["prairielink/100002.835"] == [("100002", "70.00")]
    assert proof_of(decided).differences == ()


def test_what_an_interrupted_release_wrote_is_written_anew(decided: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped between staging and commit, nothing waits to be delivered; the next release leaves one file, once."""
    with monkeypatch.context() as patch:
        patch.setattr(release, "check_run", _stopped)
        with pytest.raises(KeyboardInterrupt):
            decided.jobs.pay()
    assert [row.kind for row in decided.jobs.deliver().files if row.kind == "835"] == []
    assert rows(decided) == (1, 0, 0)
    decided.jobs.pay()
    decided.jobs.deliver()
    assert files(decided) == {"prairielink/900000001-4.835": PAID}
    assert rows(decided) == (0, 1, 4)


def _stopped(*_asked: object) -> object:
    raise KeyboardInterrupt


def rows(demo: Demo) -> tuple[int, int, int]:
    """Return how many files are staged, how many 835 files there are, and how many payments stand in one."""
    with demo.workspace.database.reading() as connection:
        staged = connection.execute(select(outbox_staging.c.id)).all()
        written = connection.execute(select(outbox.c.id).where(outbox.c.kind == "835")).all()
        linked = connection.execute(select(payment_file.c.payment)).all()
    return len(staged), len(written), len(linked)


def test_the_profile_says_at_least_one(demo: Demo) -> None:
    """A profile with none a file is refused."""
    with pytest.raises(AssertionError, match="remittance"):
        load(demo, together(0))


def test_what_went_out_has_its_file_after_a_step_back(decided: Demo) -> None:
    """Under the schema before, an 835 alone was found by its name: brought up again, each payment names its file."""
    load(decided, together(3))
    decided.jobs.pay()
    before = links(decided)
    schema.downgrade(decided.workspace.database, "0017")
    schema.upgrade(decided.workspace.database)
    assert links(decided) == before
    assert (len(before), len({file for _payment, file in before})) == (len(PAID), 2)


def links(demo: Demo) -> list[tuple[int, int]]:
    """Return the file of each payment."""
    with demo.workspace.database.reading() as connection:
        return sorted(tuple(row) for row in connection.execute(select(payment_file)))
