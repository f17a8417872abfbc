"""What the pipeline asks of the books about what the bank was told of checks. The shell fulfils it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from hpedi.payments.positive_pay import CheckAction
from hpedi.pipeline.records import StoredPayment


class Checks(Protocol):
    """Positive pay: each check and action is told once."""

    def untold(self, action: CheckAction) -> Sequence[StoredPayment]:
        """Return the checks of which the bank is to be told that they are issued, or void."""

    def tell(self, told: Iterable[tuple[int, CheckAction]], file: str) -> None:
        """Keep that the bank is told of checks (rows), in a file."""
