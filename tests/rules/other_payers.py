"""Reads what a rule case tells of other payers: `others` of the claim and `decided` of its lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import LineAdjudication, OtherPayer
from hpedi.money import usd

Json = Any


def other_payers(told: Json) -> tuple[OtherPayer, ...]:
    """Return the other payers of a claim."""
    return tuple(
        OtherPayer(
            payer_responsibility=each["sbr01"],
            relationship="18",
            claim_filing="CI",
            payer_name=each["id"],
            payer_id=each["id"],
            paid=usd(each["paid"]) if "paid" in each else None,
            adjustments=adjustments(each.get("cas", ())),
            adjudicated_on=date.fromisoformat(each["on"]) if "on" in each else None,
        )
        for each in told.get("others", ())
    )


def line_adjudications(told: Json) -> tuple[LineAdjudication, ...]:
    """Return what other payers decided on a line."""
    return tuple(
        LineAdjudication(
            payer_id=each["by"], paid=usd(each["paid"]), units=Decimal(1), adjustments=adjustments(each.get("cas", ()))
        )
        for each in told.get("decided", ())
    )


def adjustments(told: Json) -> tuple[Adjustment, ...]:
    """Read adjustments such as `CO-45 270.00`."""
    made = []
    for each in told:
        codes, amount = each.split()
        group, carc = codes.split("-", 1)
        made.append(Adjustment(group, carc, usd(amount)))
    return tuple(made)
