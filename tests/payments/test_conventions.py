"""The dated payment conventions that hpedi ships."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from hpedi.payments.conventions import load_ach_conventions
from tests.shared import PROJECT

FOLDER = PROJECT / "mappings" / "payments"


def test_ach_conventions_begin_with_the_rule() -> None:
    """CCD+ is in force from 2014-01-01 and not a day before."""
    content = (FOLDER / "ach_conventions.yaml").read_bytes()
    conventions = load_ach_conventions(content, date(2014, 1, 1))
    assert (conventions.standard_entry_class, conventions.company_entry_description) == ("CCD", "HCCLAIMPMT")
    with pytest.raises(LookupError, match="2013-12-31"):
        load_ach_conventions(content, date(2013, 12, 31))


def test_an_unknown_key_is_refused() -> None:
    """A misspelt key is never passed over."""
    content = (FOLDER / "ach_conventions.yaml").read_bytes().replace(b"addenda_type:", b"adenda_type:")
    with pytest.raises(msgspec.ValidationError):
        load_ach_conventions(content, date(2026, 5, 18))
