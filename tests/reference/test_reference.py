"""What is known at a snapshot: looked up by what a claim says, in force on the day asked for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hpedi.reference.reference import NotAPayer, Reference
from tests.reference.test_payer_folder import load


@pytest.fixture(scope="module")
def reference() -> Reference:
    """The documented example."""
    return Reference.of(load().records, snapshot=3)


def test_snapshot_is_kept(reference: Reference) -> None:
    """A reference knows the snapshot it was made of."""
    assert reference.snapshot == 3


def test_records_that_are_no_payer_are_refused() -> None:
    """Records without a payer cannot be what a payer knew."""
    with pytest.raises(NotAPayer):
        Reference.of([])


def test_provider_is_found_by_npi(reference: Reference) -> None:
    """A billing provider is found by its NPI and by no other."""
    provider = reference.provider_by_npi("1942670013")
    assert provider is not None
    assert provider.id == "LAKES"
    assert reference.provider_by_npi("1942679999") is None


@pytest.mark.parametrize(("day", "version"), [("2026-06-30", "2026a"), ("2026-07-01", "2026b")])
def test_fee_version_changes_on_its_day(reference: Reference, day: str, version: str) -> None:
    """The version of a fee schedule is the one in force on the day; both ends are included."""
    fees = reference.fee_version("FS-STANDARD", date.fromisoformat(day))
    assert fees is not None
    assert fees.version == version


def test_nothing_is_in_force_before_it_begins(reference: Reference) -> None:
    """Before the first version there is no fee, contract, plan, convention or account."""
    before = date(2024, 12, 31)
    assert reference.fee_version("FS-STANDARD", before) is None
    assert reference.contract("LAKES", "commercial", before) is None
    assert reference.plan_version("OPEN-1500", before) is None
    assert reference.conventions(before) is None
    assert reference.account("LAKES", before) is None
    assert reference.funding_account(before) is None
    assert reference.approval_limit(before) == Decimal("0.00")


def test_accounts_and_limit_in_force(reference: Reference) -> None:
    """Bank accounts and the approval limit are those of the day; a provider without an account has none."""
    day = date(2026, 3, 10)
    lakes, funding = reference.account("LAKES", day), reference.funding_account(day)
    assert lakes is not None
    assert funding is not None
    assert (lakes.account, funding.account) == ("100000012", "411111111")
    assert reference.account("FARAWAY", day) is None
    assert reference.approval_limit(day) == Decimal("250000.00")


def test_contract_is_of_a_line_of_business(reference: Reference) -> None:
    """A contract holds for its lines of business only."""
    day = date(2026, 3, 10)
    contract = reference.contract("LAKES", "commercial", day)
    assert contract is not None
    assert contract.id == "K-LAKES"
    assert reference.contract("LAKES", "medicaid", day) is None


def test_rule_parameter_has_its_source(reference: Reference) -> None:
    """A rule's parameter in force comes with where it stands."""
    parameter = reference.rule_parameter("timely_filing", "months_without_contract_limit", date(2026, 3, 10))
    assert parameter is not None
    assert (parameter.value, parameter.unit, parameter.source) == ("6", "months", "Minn. Stat. 62Q.75 subd. 3")
