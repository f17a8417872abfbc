"""What steps of a scenario settle: capitation, programmes at the year's end, pre-funds, transfers between accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from hpedi.money import usd
from hpedi.pipeline.settlement_asked import CapitationAsked, PrefundAsked, ProgramAsked, SettlementAsked, TransferAsked

Json = Any


def _capitation(step: Json) -> SettlementAsked:
    return CapitationAsked(
        provider=step["provider"],
        period=step["period"],
        members=int(step["members"]),
        rate=usd(step["pmpm"]),
        reference=step["reference"],
    )


def _program(step: Json) -> SettlementAsked:
    savings = step.get("shared_savings") or {}
    measured, bonus = savings.get("measured_savings"), savings.get("provider_bonus")
    references = step["references"]
    return ProgramAsked(
        employer=step["employer"],
        provider=step["provider"],
        year=int(step["year"]),
        earned=Decimal(step["provider_earned_percent"]),
        program=step.get("program") or "",
        pool_interest=usd(step["pool_interest"] or 0),
        savings=None if measured is None else usd(measured),
        bonus=None if bonus is None else usd(bonus),
        withhold_reference=references["withhold"],
        bonus_reference=references.get("bonus") or "",
    )


def _prefund(step: Json) -> SettlementAsked:
    return PrefundAsked(
        employer=step["employer"],
        provider=step["provider"],
        year=int(step["year"]),
        pool_interest=usd(step["pool_interest"] or 0),
        reference=f"PREFUND{step['year']}",
    )


def _transfer(step: Json) -> SettlementAsked:
    return TransferAsked(employer=step["employer"], amount=usd(step["amount"]), reference=step["reference"])


SETTLEMENTS: Mapping[str, Callable[[Json], SettlementAsked]] = {
    "capitation_run": _capitation,
    "program_settlement": _program,
    "prefund_refund": _prefund,
    "account_transfer": _transfer,
}
"""By type of step."""
