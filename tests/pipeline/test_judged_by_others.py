"""What goes out for the sample files is accepted by engines that others wrote."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import achkit
import oxedi
import pytest

from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.payments.ach.read import read_ach
from hpedi.x12.events import Delimiters, GroupStart, InterchangeStart, SegmentBatch, SetEnd, SetStart
from hpedi.x12.reader import read_x12
from tests.pipeline.conftest import RECEIVED, Demo
from tests.shared import PROJECT

pytestmark = pytest.mark.any_database

INBOUND = sorted((PROJECT / "samples" / "inbound").iterdir())


@pytest.fixture
def home(demo: Demo) -> Path:
    """A workspace in which the sample files were received, decided, paid and delivered."""
    jobs = demo.jobs
    for path in INBOUND:
        jobs.receive(path, RECEIVED)
    jobs.adjudicate()
    jobs.pay()
    jobs.deliver()
    return demo.workspace.home


def sets_of(content: bytes) -> Iterator[tuple[list[str], Delimiters, str, str]]:
    """Yield the transaction sets of a file: segments, delimiters, GS01, GS08."""
    delimiters, group, texts = Delimiters(), ("", ""), []
    for event in read_x12([content]):
        if isinstance(event, InterchangeStart):
            delimiters = event.delimiters
        elif isinstance(event, GroupStart):
            group = (event.elements[1], event.elements[8])
        elif isinstance(event, SetStart):
            texts = []
        elif isinstance(event, SegmentBatch):
            texts += event.texts
        elif isinstance(event, SetEnd):
            yield texts, delimiters, *group


def test_every_835_is_accepted_and_balances(home: Path) -> None:
    """pyx12 accepts each 835; oxedi reads it without a word, and the payments are what bank and checks pay."""
    files = sorted(home.glob("outbox/*/*.835"))
    assert len(files) == 6
    remitted = Decimal(0)
    for file in files:
        content = file.read_bytes()
        for texts, delimiters, functional_id, version in sets_of(content):
            answer = validate_with_pyx12(texts, delimiters, functional_id=functional_id, version=version)
            assert answer.opinion is Opinion.ACCEPTED
        read = oxedi.parse(content)
        assert list(read.diagnostics) == []
        remitted += read.sum_payments()
    (ach,) = home.glob("bank/*.ach")
    (register,) = home.glob("bank/*-checks.csv")
    drawn = sum(Decimal(row.rsplit(",", 1)[1]) for row in register.read_text().splitlines()[1:])
    sent = read_ach(ach.read_bytes()).file
    assert sent is not None
    # Clinics 1,169.00; the hospital's stay, DRG 193: 9,400.00 x 1.3144 = 12,355.36, of which the member bears the
    # deductible 1,500.00 and 20% of 10,855.36 = 2,171.07.
    assert remitted == sent.control.total_credit + drawn == Decimal("1169.00") + Decimal("8684.29")


def test_every_acknowledgement_is_accepted(home: Path) -> None:
    """pyx12 accepts each 999, and each 277CA by our own map."""
    asked = []
    for file in sorted(home.glob("outbox/*/*.ack")):
        for texts, delimiters, functional_id, version in sets_of(file.read_bytes()):
            answer = validate_with_pyx12(texts, delimiters, functional_id=functional_id, version=version)
            assert answer.opinion is Opinion.ACCEPTED, (file.name, version, answer)
            asked.append(version)
    assert set(asked) == {"005010X231A1", "005010X214"}


def test_the_ach_file_is_accepted(home: Path) -> None:
    """Achkit finds nothing wrong in the Nacha file, and reads the same credits."""
    (ach,) = home.glob("bank/*.ach")
    text = ach.read_text()
    assert achkit.validate(text) == {"ok": True, "errors": []}
    entries = [entry for batch in achkit.parse(text)["batches"] for entry in batch["entries"]]
    assert sorted(entry["amount_cents"] for entry in entries) == [4_900, 47_000, 58_000, 868_429]
