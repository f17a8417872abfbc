"""Delimiters give way to data."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hpedi.transactions.remittance_835.delimiters import free_delimiters
from hpedi.transactions.remittance_835.model import Remittance
from hpedi.transactions.remittance_835.write import write_remittance
from hpedi.x12.events import Delimiters
from tests.transactions.remittance_835.as_bytes import interchange_of
from tests.transactions.remittance_835.examples import GS56


def with_control_number(text: str) -> Remittance:
    """Return the golden example with another CLM01 in its first claim."""
    first, *others = GS56.claims
    return replace(GS56, claims=(replace(first, patient_control_number=text), *others))


@pytest.mark.parametrize(
    ("text", "delimiters"),
    [
        ("PLAIN", Delimiters()),
        ("A:1", Delimiters(component=">")),
        ("A:1>2", Delimiters(component="\x1f")),
        ("A*1^2~3", Delimiters(element="|", repetition="!", segment="\x1c")),
        ("A*1|2", Delimiters(element="\x1d")),
    ],
)
def test_delimiters_that_no_value_holds(text: str, delimiters: Delimiters) -> None:
    """Each delimiter that a value holds is replaced; then every value can be written as it came."""
    remittance = with_control_number(text)
    chosen = free_delimiters(write_remittance(remittance))
    assert chosen == delimiters
    assert text.encode() in interchange_of(remittance, delimiters=chosen)


def test_composites_are_looked_into() -> None:
    """A delimiter inside a component or a repetition counts too."""
    assert free_delimiters([("SVC", ("HC", "A:1"))]).component == ">"
    assert free_delimiters([("X", ["A", ("B", "C:1")])]).component == ">"
