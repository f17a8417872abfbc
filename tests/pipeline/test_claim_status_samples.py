"""Every 276 that others published gets a valid answer: as it came, and sent to us by a partner of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.findings import Finding
from hpedi.transactions.status_277.write import FUNCTIONAL_ID, SET_ID, VERSION
from hpedi.x12.events import Delimiters, SegmentBatch
from hpedi.x12.reader import read_x12
from tests.pipeline.conftest import Demo
from tests.shared import samples_dir
from tests.transactions.status_277.told import told_of
from tests.transactions.walked import walked

SETS: Final = re.compile(r"ST\*276\*.*?~SE\*[^~]*~")
OURS: Final = ("NM1*PR*2*ABC INSURANCE*****PI*12345", "NM1*PR*2*HPEDI*****PI*94267")
PROVIDERS: Final = re.compile(r"\*XX\*\d{9,10}~")


def samples() -> Iterator[Path]:
    """Yield the sample files that hold a 276."""
    for folder in ("276", "malformed", "nasty"):
        for path in sorted((samples_dir() / folder).iterdir()):
            if path.is_file() and "ST*276*" in path.read_text(errors="replace"):
                yield path


def sent_to_us(content: str, npi: str = "") -> bytes:
    """Return the 276 sets of a file as the clinic sends them to us, perhaps about a provider of ours."""
    text = content.replace("\r", "").replace("\n", "").replace(*OURS)
    text = PROVIDERS.sub(f"*XX*{npi}~", text) if npi else text
    sets = SETS.findall(text)
    isa = "ISA*00*          *00*          *ZZ*RIVERBEND      *ZZ*94267          *260320*0830*^*00501*000000901*0*P*:~"
    group = f"GS*HR*RIVERBEND*94267*20260320*0830*901*X*{VERSION}~"
    return f"{isa}{group}{''.join(sets)}GE*{len(sets)}*901~IEA*1*000000901~".encode()


def check_277(content: bytes) -> None:
    """Assert that our guide and pyx12 accept every set of an answer, and that nothing is wrong with its envelope."""
    for placed in walked(content, FUNCTIONAL_ID, VERSION, SET_ID):
        assert not placed.findings
        assert None not in placed.nodes
    for event in read_x12([content]):
        assert not isinstance(event, Finding)
        if isinstance(event, SegmentBatch):
            said = validate_with_pyx12(event.texts, Delimiters(), functional_id=FUNCTIONAL_ID, version=VERSION)
            assert said.opinion is Opinion.ACCEPTED


def test_every_published_276_is_answered(demo: Demo) -> None:
    """Each is answered as it came (TA1, 999, or quarantine); sent to us each set has a 277 that is valid."""
    paths = list(samples())
    assert len(paths) >= 8
    for path in paths:
        demo.receive(path.read_bytes())
    told = []
    for number, path in enumerate(paths):
        for npi in ("", "1000002000"):
            content = sent_to_us(path.read_text(), npi).replace(b"000000901", b"%09d" % (1000 + 2 * number + bool(npi)))
            received = demo.receive(content)
            assert not received.quarantined
            assert [each.verdict for each in received.receipts] != ["rejected"]
    demo.jobs.deliver()
    answers = sorted((demo.workspace.home / "outbox" / "riverbend").glob("*.277"))
    assert len(answers) == 2 * len(paths)
    for answer in answers:
        check_277(answer.read_bytes())
        told += told_of(answer.read_bytes())
    assert {status for each in told for status in each.statuses} == {"A4:35", "E0:562:1P"}
    assert {each.trace for each in told} >= {"ABCXYZ1", "ABCXYZ2", "ABCXYZ3"}


@pytest.mark.parametrize("old", ["*94267~HL*2", "TRN*1*"])
def test_what_is_addressed_otherwise_is_told_so(demo: Demo, old: str) -> None:
    """A 276 about another payer is answered at the receiver, E0:153:PR; one without a trace in the 999 alone."""
    (path, *_) = samples()
    new = "*12345~HL*2" if "HL" in old else "TRX*1*"
    demo.receive(sent_to_us(path.read_text(), "1000002000").replace(old.encode(), new.encode()))
    demo.jobs.deliver()
    answers = list((demo.workspace.home / "outbox" / "riverbend").glob("*.277"))
    if "HL" in old:
        (answer,) = answers
        check_277(answer.read_bytes())
        assert [each.statuses for each in told_of(answer.read_bytes())] == [["E0:153:PR"]]
    else:
        assert answers == []
