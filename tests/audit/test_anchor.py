"""What an anchor says."""

from __future__ import annotations

from datetime import UTC, datetime

from hpedi.audit.anchor import anchor_line, read_anchor
from hpedi.audit.key import AuditKey
from hpedi.audit.seal import NextSeal

SEAL = NextSeal(None).close(datetime(2026, 3, 16, tzinfo=UTC), AuditKey(bytes(32)))
LINE = anchor_line("ours", SEAL)


def test_lines_of_other_workspaces_are_passed_over() -> None:
    """One file may anchor several workspaces."""
    read = read_anchor([anchor_line("other", SEAL), LINE], "ours")
    assert read.digests == {1: {SEAL.digest()}}
    assert not read.differs(SEAL)
    assert not read.contradicts(SEAL)


def test_a_torn_line_is_no_fault_if_the_whole_one_follows() -> None:
    """A kill may tear the last line; it is written again, whole."""
    assert read_anchor([LINE[:30], LINE], "ours").unreadable == []
    assert read_anchor([LINE[:30]], "ours").unreadable == []
    assert read_anchor(["gone", LINE], "ours").unreadable == [1]


def test_an_anchor_that_says_more_or_other_contradicts() -> None:
    """A head that is older than the anchor, or none at all, shows."""
    assert read_anchor([LINE], "ours").contradicts(None)
    assert read_anchor([LINE.replace(SEAL.digest(), "0" * 64)], "ours").contradicts(SEAL)
    assert not read_anchor([], "ours").contradicts(SEAL)
