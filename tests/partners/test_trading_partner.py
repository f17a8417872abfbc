"""Trading partners: the identities they may send under."""

from __future__ import annotations

from hpedi.partners.trading_partner import TradingPartner, find_partner

LAKES = TradingPartner(id="lakes", name="Lakes Billing", isa_ids=(("ZZ", "LAKES"),), gs_ids=("LAKES1",), usages=("T",))
OPEN = TradingPartner(id="open", name="Open", isa_ids=(("30", "411111111"), ("ZZ", "OPEN")))


def test_a_partner_is_found_by_qualifier_and_id() -> None:
    """ISA05 and ISA06 together name the sender, blanks at the end not counting."""
    partners = (LAKES, OPEN)
    assert find_partner(partners, "ZZ", "LAKES          ") is LAKES
    assert find_partner(partners, "30", "411111111      ") is OPEN
    assert find_partner(partners, "30", "LAKES          ") is None


def test_what_is_listed_binds_and_what_is_not_listed_is_free() -> None:
    """GS02 and submitter ids bind only where some are listed."""
    assert LAKES.may_use_group("LAKES1")
    assert not LAKES.may_use_group("OTHER")
    assert OPEN.may_use_group("ANY")
    assert LAKES.may_submit_as("ANY")
