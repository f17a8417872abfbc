"""The command that the tests disturb: the sample payer's inbound files, the whole way, on a fixed day."""

from __future__ import annotations

from typing import Final

from tests.shared import PROJECT

INBOUND: Final = tuple(sorted((PROJECT / "samples" / "inbound").iterdir()))
RECEIVED: Final = ("--received", "2026-03-02T09:00:00-06:00")
DAY: Final = ("--as-of", "2026-03-16")
RUN: Final = ("run", *RECEIVED, *DAY, *INBOUND)
