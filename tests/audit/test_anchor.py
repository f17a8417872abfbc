"""What an anchor says."""

from __future__ import annotations

from datetime import UTC, datetime

from hpedi.audit.anchor import anchor_line, read_anchor, takeover_line
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


def test_a_takeover_is_told_to_the_workspace_it_is_about() -> None:
    """The line of a restored workspace that takes another's place is read by that one, and is a fault of nobody."""
    lines = [LINE, takeover_line("ours", "ours/restored", SEAL.at), anchor_line("ours/restored", SEAL)]
    read = read_anchor(lines, "ours")
    assert read.taken_over is not None
    assert (read.taken_over.taken_over_by, read.highest, read.unreadable) == ("ours/restored", 1, [])
    assert read_anchor(lines, "ours/restored").taken_over is None
