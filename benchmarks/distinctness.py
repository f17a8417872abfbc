"""How different the claims of the benchmark are: a corpus of equal claims would measure memories, not work."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Final

from benchmarks.claims_837p import CLAIMS_A_SET, claim
from hpedi.claims.claim import Claim


def _name(each: Claim) -> Hashable:
    who = each.patient or each.subscriber
    return who.name.last, who.name.first


def _dates(each: Claim) -> Hashable:
    born = (each.patient or each.subscriber).birth_date
    return born, each.first_date


READERS: Final[Mapping[str, Callable[[Claim], Hashable]]] = {
    "a name": _name,
    "a number": lambda each: each.patient_control_number,
    "dates": _dates,
    "an amount": lambda each: each.charged,
}


def shares_of_own(claims: int = CLAIMS_A_SET) -> Mapping[str, float]:
    """Return, for names, numbers, dates and amounts, how many different ones there are for each claim."""
    every = [claim(number) for number in range(claims)]
    return {what: len({read(each) for each in every}) / claims for what, read in READERS.items()}
