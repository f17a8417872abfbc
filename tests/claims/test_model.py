"""The base of claims, decisions and remittances: values, frozen, quick to make."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator

import pytest

from hpedi.adjudication.decision import ClaimDecision, Pend, TrailStep
from hpedi.claims.model import Model
from hpedi.claims.parties import Name
from hpedi.claims.submission import SubmissionHeader
from hpedi.transactions.remittance_835.model import BankAccount, Remittance

STEP = TrailStep(stage="cost_share", rule="copay", parameter="copay 30.00 per visit")
PEND = Pend(
    payer_claim_control_number="I1", snapshot=1, reason="conventions", message="It waits.", status277="", trail=(STEP,)
)
LEADING_ANYWHERE: typing.Final = {list, dict, set, object, typing.Any, Callable}
MODELS_LOADED = (ClaimDecision, SubmissionHeader, Remittance)


def every_model(kind: type[Model] = Model) -> Iterator[type[Model]]:
    """Return every kind of model that is loaded."""
    for each in kind.__subclasses__():
        yield each
        yield from every_model(each)


def parts_of(kind: object) -> Iterator[object]:
    """Return what an annotation is made of; the arguments of a callable stand in a list."""
    if not isinstance(kind, list):
        yield typing.get_origin(kind) or kind
    for part in kind if isinstance(kind, list) else typing.get_args(kind):
        yield from parts_of(part)


def test_equal_values_are_equal_models() -> None:
    """Models are compared and hashed by their values, and print as the call that makes them."""
    assert {Name(last="LAKE", first="MARY"), Name(last="LAKE", first="MARY")} == {Name(last="LAKE", first="MARY")}
    assert repr(Name(last="LAKE")) == "Name(last='LAKE', first='', middle='', suffix='')"


def test_a_model_never_changes() -> None:
    """A field cannot be set once the model is made."""
    name = Name(last="LAKE")
    with pytest.raises(AttributeError):
        name.last = "HILL"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("model", "kept_back"),
    [(PEND, "copay"), (BankAccount(routing_number="091000019", account_number="100000012"), "100000012")],
)
def test_what_is_unshown_is_in_no_repr(model: Model, kept_back: str) -> None:
    """Account numbers and trails are in no repr: neither Python's nor the one that rich prints."""
    assert kept_back not in repr(model)
    assert kept_back not in str(model.__rich_repr__())


def test_no_model_holds_what_can_lead_back_to_it() -> None:
    """Models that the garbage collector does not follow hold no list, dict, set, callable or anything at all."""
    held = {
        (kind.__name__, name): set(parts_of(hint))
        for kind in every_model()
        if not kind.__struct_config__.gc
        for name, hint in typing.get_type_hints(kind).items()
        if name in kind.__struct_fields__
    }
    assert {kind.__name__ for kind in MODELS_LOADED} <= {model for model, _name in held}
    assert [place for place, parts in held.items() if parts & LEADING_ANYWHERE] == []
