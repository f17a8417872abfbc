"""A member's accounting of disclosures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from hpedi.audit.disclosures import disclosures, load_disclosure_terms
from hpedi.audit.entry import AuditEntry
from hpedi.mappings_folder import mapping

TERMS = mapping("audit/disclosures.yaml").read_bytes()
LATE = datetime(2026, 3, 17, 3, 0, tzinfo=UTC)


def entry(action: str, recipient: str, result: str = "") -> AuditEntry:
    """Return an entry of late on 16 March where the payer is."""
    return AuditEntry(
        id=1, at=LATE, principal="p", action=action, subject="outbox:1", member="M1", recipient=recipient, result=result
    )


def test_what_goes_to_nobody_is_no_disclosure() -> None:
    """Only entries with a recipient are listed, on the day it was where the payer is."""
    entries = [entry("adjudicate", ""), entry("deliver", "lakes", "835")]
    (found,) = disclosures(entries, load_disclosure_terms(TERMS), ZoneInfo("America/Chicago"))
    assert (found.on, found.to, found.purpose, found.accounted) == (date(2026, 3, 16), "lakes", "payment", False)
    assert "164.528(a)(1)(i)" in found.source


def test_what_nobody_described_must_be_listed() -> None:
    """A disclosure that the terms do not know counts as one that an accounting has to list."""
    (found,) = disclosures([entry("subpoena", "court")], load_disclosure_terms(TERMS), UTC)
    assert (found.what, found.purpose, found.accounted) == ("subpoena", "other", True)


def test_an_accounting_goes_back_six_years() -> None:
    """45 CFR 164.528(a)(1): six years before the day it is asked for, a leap day too."""
    terms = load_disclosure_terms(TERMS)
    assert terms.since(date(2026, 3, 16)) == date(2020, 3, 16)
    assert terms.since(date(2028, 2, 29)) == date(2022, 2, 28)


def test_terms_name_only_purposes_they_describe() -> None:
    """A purpose without its source is refused."""
    with pytest.raises(LookupError):
        load_disclosure_terms(TERMS.replace(b"purpose: payment", b"purpose: gossip"))


def test_terms_describe_each_disclosure_once() -> None:
    """Of two rows for the same action and result nobody could say which one counts."""
    row = next(each for each in TERMS.splitlines(keepends=True) if b"inquire claim" in each)
    with pytest.raises(LookupError, match="twice"):
        load_disclosure_terms(TERMS + row)
