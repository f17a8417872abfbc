"""Interchange control numbers (ISA13) of what we send: a counter for each receiver, answers and remittances together.

A partner knows an interchange by sender, receiver and ISA13: what is sent to one receiver never has a number twice.
Test data has counters of its own. A receiver that had its numbers from the one counter of all receivers, as earlier
versions gave them, goes on where that stands.
"""

from __future__ import annotations

from typing import Final

from hpedi.partners.states import TEST
from hpedi.reference.partners import UNKNOWN_SENDERS

_COUNTER: Final = "isa13"
_GROUPS: Final = "gs06"
_OF_TESTS: Final = "-test"


def group_counter_of(usage: str) -> str:
    """Return the name of the counter of groups (GS06) of answers for a usage (ISA15)."""
    return f"{_GROUPS}{_OF_TESTS if usage == TEST else ''}"


def counter_of(receiver: str, usage: str = "P") -> str:
    """Return the name of the counter of a receiver (partner or provider id) for a usage (ISA15)."""
    return f"{_COUNTER}{_OF_TESTS if usage == TEST else ''}:{receiver or UNKNOWN_SENDERS}"
