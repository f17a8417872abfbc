"""Which way adjustments go, as the mappings have it."""

from __future__ import annotations

from datetime import date
from typing import Final

from hpedi.mappings_folder import mapping
from hpedi.payments.conventions import load_adjustment_terms

WAYS: Final = load_adjustment_terms(mapping("payments/adjustments.yaml").read_bytes(), date(2026, 3, 16)).ways
