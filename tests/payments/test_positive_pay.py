"""Positive pay: a layout is data, no cell is a live formula, and no number is cut."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.mappings_folder import mapping
from hpedi.money import usd
from hpedi.payments.bank_checks import load_check_terms
from hpedi.payments.positive_pay import CheckAction, CheckNotice, positive_pay_file

LAYOUTS = load_check_terms(mapping("payments/checks.yaml").read_bytes(), date(2026, 3, 16)).layouts


def notice(**changed: object) -> CheckNotice:
    """Return a check of 1,234.56 that was issued."""
    facts: dict[str, object] = {
        "action": CheckAction.ISSUE,
        "account_number": "410000942",
        "check_number": "100001",
        "check_date": date(2026, 3, 16),
        "amount": usd("1234.56"),
        "payee": "LAKES CLINIC",
    }
    return CheckNotice(**(facts | changed))  # type: ignore[arg-type]


def test_a_name_is_no_formula() -> None:
    """A payee whose name begins like one is written with an apostrophe."""
    content = positive_pay_file([notice(payee='=HYPERLINK("x")')], LAYOUTS["csv"]).decode()
    assert content.splitlines()[1] == 'issue,410000942,100001,2026-03-16,1234.56,"\'=HYPERLINK(""x"")"'


def test_a_void_check_is_marked() -> None:
    """The fixed layout has 2 in position 13, a check issued a blank."""
    content = positive_pay_file([notice(action=CheckAction.VOID), notice()], LAYOUTS["fixed"]).decode()
    assert [line[12] for line in content.splitlines()] == ["2", " "]


def test_only_a_name_is_cut() -> None:
    """A number that is too wide raises and is not told."""
    (line,) = positive_pay_file([notice(payee="N" * 80)], LAYOUTS["fixed"]).decode().splitlines()
    assert line[46:] == "N" * 54
    with pytest.raises(ValueError, match="account_number") as told:
        positive_pay_file([notice(account_number="1" * 13)], LAYOUTS["fixed"])
    assert "1111" not in str(told.value)
