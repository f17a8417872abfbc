"""The table of claim status answers: its codes are X12's, its rows those that the code knows, and all are told of."""

from __future__ import annotations

import csv
import re
from datetime import date
from typing import Final

import msgspec
import pytest

from hpedi.acceptance_files import statuses_of_findings
from hpedi.inquiries.status_table import DECISION, State, StatusTable, load_status_tables
from hpedi.mappings_folder import mapping
from hpedi.transactions.ack_277ca.model import ClaimStatus
from tests.shared import PROJECT

CONTENT: Final = mapping("inquiries/claim_status.yaml").read_bytes()
TABLE: Final = load_status_tables(CONTENT).on(date(2026, 3, 1))
PAGE: Final = (PROJECT / "docs" / "claim-status.md").read_text()


def codes(name: str) -> set[str]:
    """Return the codes of a list of mappings/code_sets."""
    lines = mapping(f"code_sets/{name}.tsv").read_text().splitlines()
    return {line.split("\t")[0] for line in lines if not line.startswith("#")}


def entities() -> set[str]:
    """Return the entity codes that the 277 allows for a claim, as the facts have them."""
    with (PROJECT / "tests" / "facts" / "277_X212.tsv").open(newline="") as rows:
        allowed = [
            row["codes"]
            for row in csv.DictReader(rows, delimiter="\t")
            if row["path"].endswith("2200D/STC/STC01/STC01-03")
        ]
    return set(allowed[0].split())


def told_with(table: StatusTable) -> list[ClaimStatus]:
    """Return every status that the table itself tells."""
    texts = [text for row in table.states for text in row.statuses if text != DECISION]
    texts += [text for statuses in table.pends.values() for text in statuses]
    category = table.denied_line.partition(":")[0]
    texts += [table.denied_line, *(f"{category}:{code}" for code in table.adjustments.values())]
    return [table.status(text) for text in texts]


def test_every_code_is_one_of_x12() -> None:
    """Categories, status codes and entities stand in their code lists, those of the entities table too."""
    told = told_with(TABLE)
    assert {each.category for each in told} <= codes("claim_status_cat")
    assert {each.code for each in told} | TABLE.entities.keys() <= codes("claim_status")
    at_receiver = TABLE.of(State.PAYER_NOT_US)
    of_claims = {each.entity for each in told if each not in at_receiver}
    assert of_claims | set(TABLE.entities.values()) | set(TABLE.at_claims.values()) <= entities() | {""}
    assert TABLE.adjustments.keys() <= codes("adjustment_reason")


def test_a_code_that_needs_an_entity_gets_the_usual_one() -> None:
    """Codes about a member or provider name it; what a status says itself stays."""
    assert TABLE.status("F2:88") == ClaimStatus("F2", "88", "QC")
    assert TABLE.status("F2:88:IL") == ClaimStatus("F2", "88", "IL")
    assert TABLE.status("F2:718") == ClaimStatus("F2", "718")


def test_what_a_277ca_tells_is_told_with_entities_of_the_277() -> None:
    """Of whatever refused a claim, the entity is one that the 277 allows at a claim."""
    told = TABLE.of(State.REFUSED, tuple(statuses_of_findings().values()))
    assert {each.entity for each in told} <= entities() | {""}
    assert TABLE.of(State.REFUSED, ["A6:480:PR"]) == (ClaimStatus("A6", "480", "IN"),)


def test_a_pend_is_told_by_its_reason_or_as_it_says_itself() -> None:
    """A reason that the table has goes before the status of the pend."""
    assert TABLE.of_pend("original_unknown", "P2:46") == (ClaimStatus("P3", "464"),)
    assert TABLE.of_pend("HIGH-DOLLAR", "P2:46") == (ClaimStatus("P2", "46"),)


def test_reasons_of_pends_are_those_of_the_code() -> None:
    """Every reason that the table names is one that some rule or stage pends claims for."""
    source = "".join(
        path.read_text()
        for folder in ("adjudication", "pipeline")
        for path in (PROJECT / "hpedi" / folder).rglob("*.py")
    )
    assert [reason for reason in TABLE.pends if f'"{reason}"' not in source] == []


def test_a_state_without_a_row_is_a_fault_of_the_file() -> None:
    """Leaving a state out, or telling it twice, is refused when the file is read."""
    content = msgspec.yaml.decode(CONTENT)
    rows = content["versions"][0]["states"]
    for wrong in (rows[1:], [*rows, rows[0]]):
        content["versions"][0]["states"] = wrong
        with pytest.raises(ValueError, match="one row for each state"):
            load_status_tables(msgspec.yaml.encode(content))


def test_no_table_before_the_first() -> None:
    """Days before the first version have none."""
    with pytest.raises(LookupError):
        load_status_tables(CONTENT).on(date(2011, 10, 31))


@pytest.mark.parametrize("state", list(State))
def test_the_page_tells_each_state_as_the_table_does(state: State) -> None:
    """docs/claim-status.md has a row for each state, with what it means and its statuses."""
    (row,) = [each for each in TABLE.states if each.state is state]
    told = ", ".join("its own" if each == DECISION else f"`{each}`" for each in row.statuses)
    assert f"| {row.means} | {told} |" in PAGE


def test_the_page_tells_each_pend_as_the_table_does() -> None:
    """It names each reason of a pend with its status, and no other."""
    rows = re.findall(r"^\| `([a-z_]+)` \| `([A-Z0-9:]+)` \|$", PAGE, flags=re.MULTILINE)
    assert dict(rows) == {reason: statuses[0] for reason, statuses in TABLE.pends.items()}
