"""What programs that others wrote say of 835s and Nacha files: pyx12 (with our codes and maps), oxedi, achkit, achlens.

achlens is no part of what the tests install: it is asked in a Python that has it, where one is named.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import achkit
import oxedi

from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.x12.events import Delimiters
from tests.posting.remittance import VERSION, read_remittances
from tests.posting.segments import COMPONENT_AT, ELEMENT_AT, END_AT, transaction_sets

REPETITION_AT: Final = 82
FUNCTIONAL_ID: Final = "HP"
ACCEPTED, REFUSED, SECOND_PLB = "accepted", "refused", "refused for a second PLB"
ASK_ACHLENS: Final = """
import json, pathlib, sys
from achlens.server.tools import validate_ach_file
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    answer = validate_ach_file(content=path.read_text(), min_severity="error")
    print(json.dumps([path.name, answer.get("valid") is True]))
"""


def delimiters_of(content: bytes) -> Delimiters:
    """Return the delimiters that an interchange declares."""
    text = content.decode("ascii")
    return Delimiters(text[ELEMENT_AT], text[COMPONENT_AT], text[REPETITION_AT], text[END_AT])


def pyx12_says(content: bytes) -> str:
    """Return what pyx12 makes of an interchange: accepted, refused, or refused for a second PLB alone.

    A second PLB it takes for a second wrapper loop; in the guide PLB repeats without limit (see
    docs/differences-from-pyx12.md).
    """
    used = delimiters_of(content)
    told = ACCEPTED
    for found in transaction_sets(content, VERSION):
        texts = [used.element.join(segment) for segment in found.segments]
        answer = validate_with_pyx12(texts, used, functional_id=FUNCTIONAL_ID, version=VERSION)
        errors = {(each.segment_id, each.codes, each.elements) for each in answer.segments}
        if answer.opinion is not Opinion.ACCEPTED:
            if errors != {("PLB", ("4",), ())} or answer.set_codes:
                return REFUSED
            told = SECOND_PLB
    return told


def asks_pyx12(content: bytes) -> bool:
    """Say whether pyx12 accepts every set of an interchange, a second PLB aside."""
    return pyx12_says(content) != REFUSED


def asks_oxedi(content: bytes) -> bool:
    """Say whether oxedi has nothing to say of an interchange, and adds up the same payments as the poster reads."""
    read = oxedi.parse(content)
    return not list(read.diagnostics) and read.sum_payments() == sum(each.amount for each in read_remittances(content))


def asks_achkit(content: bytes) -> bool:
    """Say whether achkit finds nothing wrong in a Nacha file."""
    return bool(achkit.validate(content.decode("ascii"))["ok"])


def asks_achlens(python: Path, contents: Sequence[bytes]) -> Iterator[bool]:
    """Yield whether achlens finds no error in each of some Nacha files, asked all at once in a Python that has it."""
    with tempfile.TemporaryDirectory(prefix="hpedi-achlens-") as folder:
        for number, content in enumerate(contents):
            Path(folder, f"{number:06d}").write_bytes(content)
        asked = [str(python), "-c", ASK_ACHLENS, folder]
        told = subprocess.run(asked, check=True, capture_output=True, text=True)
    yield from (bool(json.loads(line)[1]) for line in told.stdout.splitlines())
