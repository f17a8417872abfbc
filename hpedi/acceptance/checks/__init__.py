"""The named checks that rules of mappings/acceptance and mappings/companion call: what their language cannot say.

A check goes through one loop instance and yields a spot for each fault. What a fault means (code, level, weight, what
is sent) stands in the rule's row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from hpedi.acceptance.checks import (
    balancing_276_277,
    balancing_277ca,
    balancing_835,
    balancing_837,
    balancing_counts,
    claim_types_dental,
    claim_types_institutional,
    claim_types_sets,
    situational_addresses,
    situational_claims,
    situational_dates,
    situational_payers,
    situational_payments,
    situational_statements,
    situational_values,
)
from hpedi.acceptance.loops import Spot

NamedCheck: TypeAlias = Callable[..., Iterator[Spot]]
"""Takes a loop instance, and by name what the rule gives in `with`."""

_TOPICS: Final = (
    balancing_837.CHECKS,
    balancing_835.CHECKS,
    balancing_276_277.CHECKS,
    balancing_277ca.CHECKS,
    balancing_counts.CHECKS,
    claim_types_dental.CHECKS,
    claim_types_institutional.CHECKS,
    claim_types_sets.CHECKS,
    situational_addresses.CHECKS,
    situational_claims.CHECKS,
    situational_dates.CHECKS,
    situational_payers.CHECKS,
    situational_payments.CHECKS,
    situational_statements.CHECKS,
    situational_values.CHECKS,
)

NAMED_CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {name: check for checks in _TOPICS for name, check in checks.items()}
)
"""By the name that rules give in `check`; each topic module lists its own in `CHECKS`."""
