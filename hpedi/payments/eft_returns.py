"""Return reason and change codes of EFTs that came back, as dated data, and what a correction says.

Loads mappings/payments/ach_returns.yaml from bytes. It moves no payment and changes no account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from hpedi.claims.model import Model
from hpedi.identifiers import routing_number
from hpedi.reference.dated import Dated, Entry, in_force


class ReturnReason(Entry, frozen=True, kw_only=True):
    """A return reason code: what it means, whether the account is to be held, and what people do."""

    means: str
    holds: bool
    do: str


class ChangeCode(Entry, frozen=True, kw_only=True):
    """A change code: what it means, and where each corrected field stands in Corrected Data (from 1, both included)."""

    means: str
    corrects: Mapping[str, tuple[int, int]]


class ReturnCodes(Dated, frozen=True, kw_only=True):
    """The codes in force in a span of days.

    Attributes:
        reassociation_days: Business days that an EFT and its 835 may be apart.
        return_days: Business days after its effective date on which an EFT may still come back.
    """

    reassociation_days: int
    return_days: int
    returns: Mapping[str, ReturnReason]
    changes: Mapping[str, ChangeCode]
    source: str


class _CodesFile(Entry, frozen=True, kw_only=True):
    versions: tuple[ReturnCodes, ...]


class Correction(Model, frozen=True, kw_only=True):
    """What a notification of change proposes for a payee's account; empty where it stays.

    Attributes:
        routing_number: Nine digits.
        account_number: The account.
        kind: DA checking or SG savings.
        identification: The number that the bank knows the payee by.
    """

    routing_number: str = ""
    account_number: str = ""
    kind: str = ""
    identification: str = ""


_KINDS: Final = {"22": "DA", "23": "DA", "24": "DA", "32": "SG", "33": "SG", "34": "SG"}
"""BPR14 by the transaction codes of credits, prenotes and zero-dollar entries."""


def load_return_codes(content: bytes, day: date) -> ReturnCodes:
    """Return the codes in force on a day, from the YAML of mappings/payments/ach_returns.yaml.

    Raises:
        LookupError: None are.
    """
    codes = in_force(msgspec.yaml.decode(content, type=_CodesFile).versions, day)
    if codes is None:
        raise LookupError(f"no return codes are in force on {day}")
    return codes


def correction_of(code: ChangeCode, corrected: str) -> Correction:
    """Read the Corrected Data of a notification of change.

    Raises:
        ValueError: A field that the code corrects is not there or is malformed, or something stands beside them.
    """
    told = {name: corrected[first - 1 : last].strip() for name, (first, last) in code.corrects.items()}
    beside = [place for place, character in enumerate(corrected, start=1) if character != " "]
    if any(not any(first <= place <= last for first, last in code.corrects.values()) for place in beside):
        raise ValueError("Corrected Data has something beside what its change code corrects")
    if not all(told.values()):
        raise ValueError("Corrected Data lacks what its change code corrects")
    if "routing" in told:
        routing_number.validate(told["routing"])
    if "transaction_code" in told and told["transaction_code"] not in _KINDS:
        raise ValueError("Corrected Data has a transaction code that is none of a credit")
    return Correction(
        routing_number=told.get("routing", ""),
        account_number=told.get("account", ""),
        kind=_KINDS.get(told.get("transaction_code", ""), ""),
        identification=told.get("identification", ""),
    )
