"""The page about acknowledgements says what the program does, and every code of the guides has its place there."""

from __future__ import annotations

import csv
import re

import pytest

from docs.acknowledgement_tables import NEVER_SENT, OTHERWISE_SENT, PAGE, page_with_tables
from hpedi.acceptance.acknowledge import acknowledge
from hpedi.acceptance_files import every_rule
from hpedi.finding_kinds import FINDING_KINDS
from tests.acceptance.submissions import submitted
from tests.acceptance.test_acknowledge import NUMBERS, claim_answers, texts_of
from tests.acceptance.test_claim_acknowledgment import ACCIDENT
from tests.shared import PROJECT

FACTS = PROJECT / "tests" / "facts" / "acknowledgements"


def codes_of_facts() -> dict[str, set[str]]:
    """Return the codes of the fact tables by element."""
    codes: dict[str, set[str]] = {name: set() for name in NEVER_SENT}
    with (FACTS / "ack_999.tsv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            if row["item"].lower() in codes:
                codes[row["item"].lower()].add(row["value"])
    with (FACTS / "ta1_codes.tsv").open(encoding="utf-8") as rows:
        codes["ta105"] = {row["code"] for row in csv.DictReader(rows, delimiter="\t") if row["item"] == "TA105"}
    return {name: found - {"field"} for name, found in codes.items()}


def test_the_page_is_current() -> None:
    """The tables are those that the kinds of finding make; `python -m docs.acknowledgement_tables` writes them."""
    page = PAGE.read_text(encoding="utf-8")
    assert page_with_tables(page) == page


@pytest.mark.parametrize("field", NEVER_SENT)
def test_every_code_of_the_guide_is_sent_or_has_its_reason(field: str) -> None:
    """Each code of the fact tables is sent for a finding, or the page says why it is not; none is made up."""
    kinds = [*FINDING_KINDS.values(), *(rule.kind for rule in every_rule())]
    sent = {getattr(kind.sent, field) for kind in kinds} - {""} | set(OTHERWISE_SENT[field])
    never = set(NEVER_SENT[field])
    assert not sent & never
    assert sent | never == codes_of_facts()[field]


def test_the_examples_are_what_is_sent() -> None:
    """The segments shown stand in the answer to a claim with an accident and without its date."""
    interchange, answers = claim_answers(submitted([ACCIDENT]))
    answer = "\n".join(texts_of(acknowledge(interchange, NUMBERS, claims=answers)))
    examples = re.findall(r"```x12\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(examples) == 2
    assert all(example in answer for example in examples)
