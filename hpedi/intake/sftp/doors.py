"""How many are let in at once, and which addresses are not let in for a while."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from hpedi.intake.sftp.limits import SftpLimits

_MOST_ADDRESSES: Final = 10_000
_MINUTE: Final = 60.0
_OF_ONE_HOUSE: Final = 64
"""Bits of an IPv6 address that a house is given: whoever lives there has all the others."""


@dataclass(slots=True)
class Doors:
    """Who is in.

    Attributes:
        limits: What is granted.
        connections: How many are in.
        signing_in: How many of them are not signed in yet, by address.
        of_partner: How many each partner has.
    """

    limits: SftpLimits
    connections: int = 0
    signing_in: Counter[str] = field(default_factory=Counter)
    of_partner: Counter[str] = field(default_factory=Counter)
    _failures: dict[str, tuple[int, float]] = field(default_factory=dict)

    def admits(self, address: str) -> bool:
        """Say whether one more is let in from an address."""
        if (
            self.connections >= self.limits.connections
            or self.signing_in.total() >= self.limits.connections_signing_in
            or self.signing_in[address] >= self.limits.connections_of_address
        ):
            return False
        failures, last = self._failures.get(address, (0, 0.0))
        return failures < self.limits.failures or time.monotonic() - last >= self.limits.locked_out_minutes * _MINUTE

    def came(self, address: str) -> None:
        """Take note of one that is let in, and not signed in yet."""
        self.connections += 1
        self.signing_in[address] += 1

    def left(self, address: str, partner: str = "") -> None:
        """Take note that one is gone: a partner's, or one that did not sign in."""
        self.connections -= 1
        if partner:
            self.of_partner -= Counter({partner: 1})
        else:
            self.signing_in -= Counter({address: 1})

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
        self.signing_in -= Counter({address: 1})
        self.of_partner[partner] += 1


def origin_of(address: str) -> str:
    """Return what of an address counts as one and the same: of IPv6 what a house is given, else all of it."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return address
    return str(read.ipv4_mapped or IPv6Network((int(read), _OF_ONE_HOUSE), strict=False))
