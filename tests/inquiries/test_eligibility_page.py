"""docs/eligibility.md says what the data says."""

from __future__ import annotations

from hpedi.inquiry_files import inquiry_data
from tests.shared import PROJECT

LOOPS = {
    "source": "2100A",
    "receiver": "2100B",
    "subscriber": "2100C",
    "dependent": "2100D",
    "patient": "2100C, 2100D",
}


def test_every_rejection_stands_on_the_page() -> None:
    """Each row of the rejections is a row of the page, with its level and codes, and nothing else is."""
    page = (PROJECT / "docs" / "eligibility.md").read_text()
    rows = {
        f"| {LOOPS[each.level]} | {each.reason} {each.follow_up} | {each.says} |"
        for each in inquiry_data().eligibility.rejections
    }
    assert rows == {line for line in page.splitlines() if line.startswith("| 2100")}
