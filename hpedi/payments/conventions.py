"""Conventions of payment that no payer owns, as dated data: how ACH entries are coded, which adjustments are booked.

Loads mappings/payments/ach_conventions.yaml and adjustments.yaml from bytes. A day on which no version is in force
is an error of that data, never a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from hpedi.payments.dues import BY_HAND
from hpedi.reference.dated import Dated, DatedT, Entry, in_force

LineEnding = Literal["LF", "CRLF"]


class AchConventions(Dated, frozen=True, kw_only=True):
    """How payments become ACH entries in a span of days.

    Attributes:
        credit_codes: Transaction code by the kind of the payee's account (BPR14).
        prenote_codes: Transaction code of a prenotification, likewise.
        corporate_exchange: The class of entries that carry the 835 inside (CTX), for payees who asked for it.
        most_addenda: How many addenda such an entry may have.
        addenda_type: Addenda type code of the addenda.
    """

    standard_entry_class: str
    service_class_code: str
    company_entry_description: str
    credit_codes: Mapping[str, str]
    prenote_codes: Mapping[str, str]
    corporate_exchange: str
    most_addenda: int
    addenda_type: str
    line_ending: LineEnding
    source: str

    def entry_class(self, *, is_ctx: bool) -> str:
        """Return the class of an entry: one that is to carry the 835 inside, or any other."""
        return self.corporate_exchange if is_ctx else self.standard_entry_class


class _AchFile(Entry, frozen=True, kw_only=True):
    versions: tuple[AchConventions, ...]


def load_ach_conventions(content: bytes, day: date) -> AchConventions:
    """Return the conventions in force on a day, from the YAML of mappings/payments/ach_conventions.yaml.

    Raises:
        LookupError: None is in force.
    """
    return _on(msgspec.yaml.decode(content, type=_AchFile).versions, day)


Way = Literal["to provider", "from provider", "either"]
"""Which way an adjustment goes: above 0.00, below it, or both."""


class AdjustmentTerms(Dated, frozen=True, kw_only=True):
    """Which way each PLB code goes that people may book by themselves, in a span of days."""

    ways: Mapping[str, Way]
    source: str


class _AdjustmentsFile(Entry, frozen=True, kw_only=True):
    versions: tuple[AdjustmentTerms, ...]


def load_adjustment_terms(content: bytes, day: date) -> AdjustmentTerms:
    """Return what holds on a day, from the YAML of mappings/payments/adjustments.yaml.

    Raises:
        LookupError: Nothing does.
        ValueError: A code is none that dues are paid by.
    """
    terms = _on(msgspec.yaml.decode(content, type=_AdjustmentsFile).versions, day)
    if not terms.ways.keys() <= BY_HAND:
        raise ValueError("mappings/payments/adjustments.yaml names a code that no payment tells")
    return terms


def _on(versions: tuple[DatedT, ...], day: date) -> DatedT:
    version = in_force(versions, day)
    if version is None:
        raise LookupError(f"no version of a payment convention is in force on {day}")
    return version
