"""Checks of the ISA on receipt, and the companion guide they read."""

from __future__ import annotations

import msgspec
import pytest

from hpedi.acceptance.companion import read_companion
from hpedi.acceptance.interchange_checks import check_addresses
from hpedi.mappings_folder import mapping
from hpedi.partners.trading_partner import TradingPartner
from hpedi.x12.events import Delimiters, InterchangeStart

LAKES = TradingPartner(id="lakes", name="Lakes Billing", isa_ids=(("ZZ", "LAKES"),), usages=("T",))
COMPANION = read_companion(mapping("companion/94267/payer.yaml").read_bytes())


def start(sender: str = "LAKES", receiver: str = "94267", usage: str = "T") -> InterchangeStart:
    """Return an ISA."""
    values = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", sender.ljust(15), "ZZ", receiver.ljust(15)]
    return InterchangeStart((*values, "260302", "0914", "^", "00501", "000000905", "0", usage, ":"), Delimiters(), 0)


def test_the_companion_guide_says_who_we_are() -> None:
    """Claims and interchanges for payer 94267 are ours."""
    assert COMPANION.payer_id == "94267"
    assert COMPANION.payer_ids == {"94267"}
    assert ("ZZ", "94267") in COMPANION.interchange_ids


def test_a_companion_guide_with_a_mistake_is_not_read() -> None:
    """A field that is not known is a mistake, never passed over."""
    with pytest.raises(msgspec.ValidationError):
        read_companion(b'payer_id: "94267"\nname: X\npayer_ids: []\ninterchange_ids: []\nother: 1\n')


@pytest.mark.parametrize(
    ("isa", "found"),
    [
        (start(), []),
        (start(sender="NOBODY"), [("sender-unknown", 6)]),
        (start(receiver="12345"), [("receiver-not-us", 8)]),
        (start(usage="P"), [("isa-usage", 15)]),
        (start(sender="NOBODY", receiver="12345"), [("sender-unknown", 6), ("receiver-not-us", 8)]),
    ],
)
def test_an_interchange_is_from_a_partner_and_for_us(isa: InterchangeStart, found: list[tuple[str, int]]) -> None:
    """Sender, receiver and usage are each told where they are wrong."""
    assert [(each.code, each.where.element) for each in check_addresses(isa, COMPANION, [LAKES])] == found
