"""Reversals take back everything that a decision gave, and corrections say what they correct."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from hpedi.adjudication.correction import Correction, as_correction, reversal_of, taken_back_by
from hpedi.adjudication.decision import ClaimDecision, LineDecision
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.model import Model
from hpedi.reference.conventions import Conventions, DuplicateKeys, Status277

KEPT = {
    "units_billed", "units_paid", "covered_days", "denied_days", "drg_weight", "weight", "quantity", "trail", "carried"
}  # fmt: skip
"""What a reversal does not negate: counts and weights, and what carries over from last year, which stays."""
SEVEN = Decimal("7.00")
PLAIN: dict[Any, Any] = {str: "x/1", int: 1, bool: False, date: date(2026, 3, 2), Decimal: SEVEN}


def filled(kind: Any) -> Any:
    """Return a value of a type in which every amount is 7.00."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return filled(arguments[0])
    if kind in PLAIN:
        return PLAIN[kind]
    if origin is typing.Literal:
        return arguments[0]
    if origin is tuple:
        return tuple(filled(each) for each in arguments if each is not Ellipsis)
    if isinstance(kind, type) and issubclass(kind, Model):
        hints = typing.get_type_hints(kind)
        return kind(**{name: filled(hints[name]) for name in kind.__struct_fields__ if name != "trail"})
    return filled(next(each for each in arguments if each is not type(None)))


def amounts(value: Any, path: str = "") -> Iterator[tuple[str, Decimal]]:
    """Yield every decimal in a model with the name of its field."""
    if isinstance(value, Decimal):
        yield path, value
    elif isinstance(value, tuple) and not isinstance(value, Model):
        for each in value:
            yield from amounts(each, path)
    elif isinstance(value, Model):
        for name in value.__struct_fields__:
            if name not in KEPT:
                yield from amounts(getattr(value, name), f"{path}.{name}")


def test_everything_is_taken_back() -> None:
    """A reversal negates every amount that a decision or anything in it has, whatever fields they have."""
    decision = filled(ClaimDecision)
    reversal = reversal_of(decision, 2, "provider_void", "claim 2")
    given, taken = list(amounts(decision)), list(amounts(reversal))
    assert [(path, -amount) for path, amount in given] == taken
    assert {path for path, _amount in given} >= {".lines.paid", ".lines.adjustments.amount", ".entries.amount"}


def decision_of(paid: str, *, denied: bool = False) -> ClaimDecision:
    """Return a decision on a line of 185.00."""
    adjustment = Adjustment("CO", "45", Decimal("185.00") - Decimal(paid))
    line = LineDecision(
        number=1,
        code="T1015",
        modifiers=(),
        date=date(2026, 3, 10),
        units_billed=Decimal(1),
        units_paid=Decimal(1),
        charged=Decimal("185.00"),
        allowed=Decimal(paid),
        paid=Decimal(paid),
        adjustments=(adjustment,),
        denied=denied,
    )
    return ClaimDecision(
        payer_claim_control_number="900",
        snapshot=1,
        provider="A",
        status="1",
        status277="F2:88" if denied else "F1:65",
        lines=(line,),
    )


def test_a_reversal_keeps_groups_and_names_what_it_reverses() -> None:
    """A reversal has claim status 22, the groups and codes of the original, and the id of what it takes back."""
    reversal = reversal_of(decision_of("90.00"), 2, "provider_void", "claim 901")
    assert (reversal.status, reversal.kind, reversal.of) == ("22", "reversal", "900/1")
    assert reversal.lines[0].adjustments == (Adjustment("CO", "45", Decimal("-95.00")),)
    assert (reversal.charged, reversal.paid) == (Decimal("-185.00"), Decimal("-90.00"))


def test_a_reversal_names_the_claim_that_asked_for_it() -> None:
    """A claim that replaces or voids is named by its number; a reprocessing is no claim."""
    decision = decision_of("90.00")
    assert taken_back_by(reversal_of(decision, 2, "provider_void", "claim 26061000010000007")) == "26061000010000007"
    assert taken_back_by(reversal_of(decision, 2, "payer_pricing_error", "reprocessing 3")) == ""


def conventions() -> Conventions:
    """Return conventions whose corrections are F3:65."""
    return Conventions(
        start=date(2025, 1, 1),
        edit_order=(),
        duplicate=DuplicateKeys(exact_key=("code",)),
        clp02={"P": "1"},
        status277=Status277(paid="F1:65", zero_cost_share="F4:104", pended="P2:46", corrected="F3:65"),
        oop_counts=(),
        oop_cap_removes=(),
    )


def test_a_correction_has_category_f3() -> None:
    """A correction is F3:65; a denied one has the code of its reason in category F3."""
    correction = Correction(of=decision_of("90.00"), reason="retro_termination")
    paid = as_correction(replace(decision_of("70.00"), version=3), correction, conventions())
    denied = as_correction(replace(decision_of("0.00", denied=True), version=3), correction, conventions())
    assert (paid.status277, denied.status277) == ("F3:65", "F3:88")
    assert (paid.kind, paid.of, paid.reason) == ("correction", "900/1", "retro_termination")
