"""How many are let in at once, and which addresses are not let in for a while."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from hpedi.intake.sftp.limits import SftpLimits

_MOST_ADDRESSES: Final = 10_000
_MINUTE: Final = 60.0


@dataclass(slots=True)
class Doors:
    """Who is in.

    Attributes:
        limits: What is granted.
        connections: How many are in.
        signing_in: How many of them are not signed in yet.
        of_partner: How many each partner has.
    """

    limits: SftpLimits
    connections: int = 0
    signing_in: int = 0
    of_partner: Counter[str] = field(default_factory=Counter)
    _failures: dict[str, tuple[int, float]] = field(default_factory=dict)

    def admits(self, address: str) -> bool:
        """Say whether one more is let in from an address."""
        if self.connections >= self.limits.connections or self.signing_in >= self.limits.connections_signing_in:
            return False
        failures, last = self._failures.get(address, (0, 0.0))
        return failures < self.limits.failures or time.monotonic() - last >= self.limits.locked_out_minutes * _MINUTE

    def failed(self, address: str) -> None:
        """Take note that somebody did not sign in; those noted longest ago are forgotten when there are too many."""
        failures, last = self._failures.pop(address, (0, 0.0))
        is_over = (
            failures >= self.limits.failures or time.monotonic() - last >= self.limits.locked_out_minutes * _MINUTE
        )
        self._failures[address] = (1 if is_over else failures + 1, time.monotonic())
        if len(self._failures) > _MOST_ADDRESSES:
            del self._failures[next(iter(self._failures))]

    def signed_in(self, address: str, partner: str) -> None:
        """Take note that somebody signed in."""
        self._failures.pop(address, None)
        self.signing_in -= 1
        self.of_partner[partner] += 1
